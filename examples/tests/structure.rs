//! The structure of the workspace's source files: their sizes, who knows ureq, and that no modules use each other in a
//! circle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

const CRATES: [&str; 10] = [
    "zcrm-core",
    "zcrm-persist-file",
    "zcrm-persist-mysql",
    "zcrm-persist-custom",
    "examples",
    "examples/zcrm",
    "examples/emulator",
    "examples/mariadb",
    "examples/pages",
    "examples/web_login",
];

const LONGEST_FILE: usize = 500;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All Rust files below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The Rust files of a crate, without those of a crate in a folder of its own below it.
fn files_of(krate: &str) -> Vec<PathBuf> {
    let folder = workspace().join(krate);
    ["src", "tests", "examples", "benches"]
        .iter()
        .map(|part| folder.join(part))
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| rust_files(&folder))
        .collect()
}

#[test]
fn the_list_of_crates_is_the_workspaces() {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let members = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    let members: BTreeSet<&str> = members.split('"').skip(1).step_by(2).collect();
    assert_eq!(members, CRATES.into());
}

#[test]
fn no_file_is_longer_than_one_can_survey() {
    let too_long: Vec<String> = CRATES
        .iter()
        .flat_map(|krate| files_of(krate))
        .map(|file| (fs::read_to_string(&file).unwrap().lines().count(), file))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, file)| format!("{}: {lines} lines", file.display()))
        .collect();
    assert!(too_long.is_empty(), "{too_long:#?}");
}

#[test]
fn only_the_transport_of_the_core_names_ureq() {
    let naming: Vec<PathBuf> = rust_files(&workspace().join("zcrm-core/src"))
        .into_iter()
        .filter(|file| fs::read_to_string(file).unwrap().contains("ureq"))
        .collect();
    // connection.rs makes up for something that ureq overlooks, and goes when ureq sees it.
    let names: BTreeSet<_> = naming.iter().filter_map(|file| file.file_name()?.to_str()).collect();
    assert_eq!(names, BTreeSet::from(["connection.rs", "http.rs"]), "{naming:#?}");
    assert!(naming.iter().all(|file| file.parent().is_some_and(|folder| folder.ends_with("transport"))), "{naming:#?}");
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let mut circles = Vec::new();
    let mut uses_seen = 0;
    for krate in CRATES {
        let uses = uses_between_modules(&workspace().join(krate).join("src"));
        uses_seen += uses.values().map(BTreeSet::len).sum::<usize>();
        circles.extend(circle(&uses).map(|circle| format!("{krate}: {}", circle.join(" -> "))));
    }
    assert!(uses_seen > 0, "this test sees no use of one module by another");
    assert!(circles.is_empty(), "{circles:#?}");
}

type Uses = BTreeMap<String, BTreeSet<String>>;

/// Which top-level module, a file or folder of `src`, uses which others, by `crate::` and `super::` in code, not in
/// comments or unit tests. What the root re-exports counts as a use of the module that it comes from.
fn uses_between_modules(src: &Path) -> Uses {
    let sources: Vec<(Vec<String>, Vec<TokenTree>)> = rust_files(src)
        .into_iter()
        .map(|file| (module_path(src, &file), file))
        .filter(|(module, _)| module.first().is_none_or(|top| top != "bin"))
        .filter(|(module, _)| !module.iter().any(|part| part == "tests"))
        .map(|(module, file)| (module, tokens(&file)))
        .collect();
    let modules: BTreeSet<String> = sources.iter().filter_map(|(module, _)| module.first().cloned()).collect();

    let mut origin: BTreeMap<String, String> = BTreeMap::new();
    for (_, root) in sources.iter().filter(|(module, _)| module.is_empty()) {
        for (top, leaf) in reexports(root) {
            assert!(leaf != "*", "{}: a glob re-export hides who uses {top}", src.display());
            if modules.contains(&top) && !modules.contains(&leaf) {
                origin.insert(leaf, top);
            }
        }
    }

    let mut uses = Uses::new();
    for (module, tokens) in sources.iter().filter(|(module, _)| !module.is_empty()) {
        let mut named = Vec::new();
        names_at_root(tokens, module.len(), &mut named);
        let used = uses.entry(module[0].clone()).or_default();
        for name in named {
            let target = origin.get(&name).unwrap_or(&name);
            if modules.contains(target) && *target != module[0] {
                used.insert(target.clone());
            }
        }
    }
    uses
}

/// `src/rest/mod.rs` is `[rest]`, `src/rest/retry.rs` is `[rest, retry]`, `src/lib.rs` is `[]`.
fn module_path(src: &Path, file: &Path) -> Vec<String> {
    let path = file.strip_prefix(src).unwrap().with_extension("");
    let mut parts: Vec<String> = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// The code of a file without its unit tests.
fn tokens(file: &Path) -> Vec<TokenTree> {
    let text = fs::read_to_string(file).unwrap();
    let stream: TokenStream = text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut kept: Vec<TokenTree> = Vec::new();
    let mut in_test = false;
    for token in stream {
        let ends_item = match &token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => true,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        if matches!(&token, TokenTree::Group(group) if group.to_string().replace(' ', "") == "[cfg(test)]") {
            in_test = true;
        }
        if !in_test {
            kept.push(token);
        } else if ends_item {
            in_test = false;
        }
    }
    kept
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    let colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(tokens.first()) && colon(tokens.get(1))
}

/// The names that follow `crate::`, or as many `super::` as lead to the root from a module of that depth.
fn names_at_root(tokens: &[TokenTree], depth: usize, names: &mut Vec<String>) {
    let mut at = 0;
    while at < tokens.len() {
        let mut steps_up = 0;
        let mut after = at;
        while let TokenTree::Ident(ident) = &tokens[after] {
            let is_step = match ident.to_string().as_str() {
                "crate" => Some(depth),
                "super" => Some(1),
                "self" => Some(0),
                _ => None,
            };
            match is_step {
                Some(steps) if is_path_separator(&tokens[after + 1..]) => {
                    steps_up += steps;
                    after += 3;
                }
                _ => break,
            }
            if after >= tokens.len() {
                break;
            }
        }
        if after > at && steps_up >= depth && after < tokens.len() {
            names.extend(first_names(&tokens[after]));
        }
        if let TokenTree::Group(group) = &tokens[at] {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            names_at_root(&inner, depth, names);
        }
        at += 1;
    }
}

/// `a` of `a::b`; `a` and `c` of `{a::b, c}`.
fn first_names(token: &TokenTree) -> Vec<String> {
    match token {
        TokenTree::Ident(ident) => vec![ident.to_string()],
        TokenTree::Group(group) => {
            let mut names = Vec::new();
            let mut is_first = true;
            for token in group.stream() {
                match &token {
                    TokenTree::Punct(punct) if punct.as_char() == ',' => is_first = true,
                    TokenTree::Ident(ident) if is_first => {
                        names.push(ident.to_string());
                        is_first = false;
                    }
                    _ => {}
                }
            }
            names
        }
        _ => Vec::new(),
    }
}

/// What the root's `use a::b::{C, D as E};` bring: `(a, C)`, `(a, E)`.
fn reexports(root: &[TokenTree]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut statement: Vec<TokenTree> = Vec::new();
    let mut in_use = false;
    for token in root {
        match token {
            TokenTree::Ident(ident) if ident == "use" => in_use = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                leaves(&statement, None, &mut found);
                statement.clear();
                in_use = false;
            }
            _ if in_use => statement.push(token.clone()),
            _ => {}
        }
    }
    found
}

fn leaves(path: &[TokenTree], top: Option<&str>, found: &mut Vec<(String, String)>) {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    for item in path.split(is_comma) {
        let mut top = top.map(str::to_owned);
        let mut leaf = None;
        for token in item {
            match token {
                TokenTree::Ident(ident) if ident == "crate" || ident == "self" => {}
                TokenTree::Ident(ident) => {
                    top.get_or_insert_with(|| ident.to_string());
                    leaf = Some(ident.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == '*' => leaf = Some("*".to_owned()),
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    leaves(&inner, top.as_deref(), found);
                    leaf = None;
                }
                _ => {}
            }
        }
        if let (Some(top), Some(leaf)) = (top, leaf) {
            found.push((top, leaf));
        }
    }
}

/// The modules of one circle, if there is one.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    uses.keys().find_map(|start| {
        let mut reached: BTreeMap<&str, &str> = BTreeMap::new();
        let mut next = vec![start.as_str()];
        while let Some(module) = next.pop() {
            for used in uses.get(module).into_iter().flatten() {
                if used == start {
                    let mut way = vec![start.clone(), module.to_owned()];
                    while let Some(before) = reached.get(way[way.len() - 1].as_str()) {
                        way.push((*before).to_owned());
                    }
                    way.reverse();
                    way.push(start.clone());
                    way.dedup();
                    return Some(way);
                }
                if !reached.contains_key(used.as_str()) {
                    reached.insert(used, module);
                    next.push(used);
                }
            }
        }
        None
    })
}

#[test]
fn a_circle_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a; mod b; mod c; mod d; pub use b::{inner::Thing as B, Other}; pub use c::C;");
    write("a.rs", "use crate::{B, d::D}; // crate::c");
    write("b/mod.rs", "mod inner; #[cfg(test)] mod tests { use crate::a::A; }");
    write("b/inner.rs", "fn f() { println!(\"crate::a {}\", super::super::c::X); }");
    write("c.rs", "/// [`crate::a`]\nuse std::fmt; fn g() -> crate::d::D { }");
    write("d.rs", "use self::x::Y; mod x {}");
    let acyclic = uses_between_modules(folder.path());
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let expected: Uses = [("a", set(&["b", "d"])), ("b", set(&["c"])), ("c", set(&["d"])), ("d", set(&[]))]
        .map(|(module, used)| (module.to_owned(), used))
        .into();
    assert_eq!(acyclic, expected);
    assert_eq!(circle(&acyclic), None);

    write("d.rs", "use super::Other;");
    let way = circle(&uses_between_modules(folder.path())).unwrap();
    assert_eq!(way, ["b", "c", "d", "b"]);
}
