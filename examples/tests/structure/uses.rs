//! Which file uses what another one defines: the paths of its code, followed through re-exports to the file they lead
//! to.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::sources::{rust_files, syntax};

/// A module, by the names that lead to it; the root is empty.
pub(crate) type Module = Vec<String>;
pub(crate) type Uses = BTreeMap<Module, BTreeSet<Module>>;

/// The uses between the files of a tree of modules, without those of unit tests. A `pub use` is no use: whoever uses
/// the name that it brings uses the file that it comes from.
pub(crate) fn uses_between_files(root: &Path) -> Uses {
    let mut tree = Tree::default();
    let files = rust_files(root).into_iter().map(|file| (module(root, &file), file));
    for (module, file) in files.filter(|(module, _)| is_of_tree(module)) {
        let mut found = Found::default();
        found.visit_file(&syntax(&file));
        tree.found.entry(module).or_default().append(found);
    }
    let uses_of = |(module, found): (&Module, &Found)| {
        let targets = found.paths.iter().filter_map(|path| tree.resolve(module, path));
        (module.clone(), targets.filter(|target| target != module).collect())
    };
    tree.found.iter().map(uses_of).collect()
}

/// The same between the modules below the root.
pub(crate) fn uses_between_modules(files: &Uses) -> Uses {
    let mut modules = Uses::new();
    for (user, used) in files.iter().filter(|(user, _)| !user.is_empty()) {
        let top = user[..1].to_vec();
        let used = used.iter().filter(|used| !used.is_empty()).map(|used| used[..1].to_vec());
        let used: Vec<Module> = used.filter(|used| *used != top).collect();
        modules.entry(top).or_default().extend(used);
    }
    modules
}

/// Programs in `src/bin` are trees of their own; `tests.rs` and `tests/` are unit tests.
fn is_of_tree(module: &Module) -> bool {
    module.first().is_none_or(|top| top != "bin")
        && !module.iter().any(|part| part == "tests" || part.ends_with("_tests"))
}

/// `src/rest/mod.rs` is `[rest]`, `src/rest/retry.rs` is `[rest, retry]`, `src/lib.rs` is `[]`.
fn module(root: &Path, file: &Path) -> Module {
    let path = file.strip_prefix(root).unwrap().with_extension("");
    let mut parts: Module = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// What the code of one file names.
#[derive(Default)]
struct Found {
    /// Paths that are used, as they are written.
    paths: BTreeSet<Vec<String>>,
    /// Names that `use` brings, and the paths they stand for.
    names: BTreeMap<String, Vec<String>>,
    /// How many modules within the file are around what is looked at.
    inline: usize,
}

impl Found {
    /// Keeps a path, as it would be written outside of the modules within the file.
    fn path(&mut self, path: Vec<String>) {
        let ups = path.iter().take_while(|part| *part == "super").count().min(self.inline);
        self.paths.insert(path.into_iter().skip(ups).collect());
    }

    fn append(&mut self, other: Self) {
        self.paths.extend(other.paths);
        self.names.extend(other.names);
    }

    /// The leaves of a `use`.
    fn leaves(&mut self, tree: &syn::UseTree, mut before: Vec<String>, is_reexport: bool) {
        let (last, name) = match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                return self.leaves(&path.tree, before, is_reexport);
            }
            syn::UseTree::Group(group) => {
                return group.items.iter().for_each(|item| self.leaves(item, before.clone(), is_reexport));
            }
            syn::UseTree::Glob(_) => ("*".to_owned(), "*".to_owned()),
            syn::UseTree::Name(leaf) => (leaf.ident.to_string(), leaf.ident.to_string()),
            syn::UseTree::Rename(leaf) => (leaf.ident.to_string(), leaf.rename.to_string()),
        };
        let name = if last == "self" { before.last().cloned().unwrap_or_default() } else { name };
        if last != "self" {
            before.push(last);
        }
        if !is_reexport {
            self.path(before.clone());
        }
        if self.inline == 0 {
            self.names.insert(name, before);
        }
    }

    /// The paths in the tokens of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.path(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {
                    self.path(std::mem::take(&mut path));
                    colons = 0;
                }
            }
        }
        self.path(path);
    }
}

impl<'a> Visit<'a> for Found {
    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        self.leaves(&item.tree, Vec::new(), !matches!(item.vis, syn::Visibility::Inherited));
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.inline += 1;
        visit::visit_item_mod(self, item);
        self.inline -= 1;
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.path(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'a syn::Macro) {
        visit::visit_macro(self, item);
        self.tokens(item.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'a syn::Attribute) {}
}

#[derive(Default)]
struct Tree {
    found: BTreeMap<Module, Found>,
}

impl Tree {
    /// The file that defines what a path in this module leads to, if it is one of the tree.
    fn resolve(&self, module: &Module, path: &[String]) -> Option<Module> {
        let mut at = module.clone();
        let mut path = path;
        let mut anchored = false;
        while let Some((first, rest)) = path.split_first() {
            match first.as_str() {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                "self" => {}
                _ => break,
            }
            anchored = true;
            path = rest;
        }
        let (first, rest) = path.split_first()?;
        // What else a path begins with was brought by a `use`, which is looked at itself, or is a variable.
        let is_module_below = !rest.is_empty() && self.found.contains_key(&below(&at, first));
        (anchored || is_module_below).then(|| self.follow(at, path, 0))
    }

    fn follow(&self, at: Module, path: &[String], depth: usize) -> Module {
        let Some((first, rest)) = path.split_first() else { return at };
        let child = below(&at, first);
        if self.found.contains_key(&child) {
            return self.follow(child, rest, depth);
        }
        let reexport = self.found.get(&at).and_then(|found| found.names.get(first)).filter(|_| depth < 20);
        let origin = reexport.map(|path| self.reexported(&at, path, rest, depth));
        origin.unwrap_or(Some(at.clone())).unwrap_or(at)
    }

    fn reexported(&self, at: &Module, path: &[String], rest: &[String], depth: usize) -> Option<Module> {
        let whole: Vec<String> = path.iter().chain(rest).cloned().collect();
        let anchored = matches!(whole.first()?.as_str(), "crate" | "super" | "self");
        let mut start = at.clone();
        let mut whole = &whole[..];
        while let Some((first, after)) = whole.split_first() {
            match first.as_str() {
                "crate" => start.clear(),
                "super" => drop(start.pop()),
                "self" => {}
                _ => break,
            }
            whole = after;
        }
        let first = whole.first()?;
        (anchored || self.found.contains_key(&below(&start, first))).then(|| self.follow(start, whole, depth + 1))
    }
}

fn below(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The circles, each from a module back to itself; of those through the same modules one.
pub(crate) fn circles(uses: &Uses) -> Vec<Vec<String>> {
    let mut found: BTreeMap<BTreeSet<&Module>, Vec<String>> = BTreeMap::new();
    for way in uses.keys().filter_map(|start| circle_through(start, uses)) {
        let names = way.iter().map(|module| module.join("/")).collect();
        found.entry(way.into_iter().collect()).or_insert(names);
    }
    found.into_values().collect()
}

fn circle_through<'a>(start: &'a Module, uses: &'a Uses) -> Option<Vec<&'a Module>> {
    let mut reached_from: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(module) = next.pop_front() {
        for used in uses.get(module).into_iter().flatten() {
            if used == start {
                let back = std::iter::successors(Some(module), |module| reached_from.get(*module).copied());
                let mut way: Vec<&Module> = back.collect();
                way.reverse();
                way.push(start);
                return Some(way);
            }
            if let Entry::Vacant(entry) = reached_from.entry(used) {
                entry.insert(module);
                next.push_back(used);
            }
        }
    }
    None
}
