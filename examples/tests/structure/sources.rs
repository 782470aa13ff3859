//! The Rust files of the workspace, as text and as syntax.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) const CRATES: [&str; 10] = [
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

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All Rust files below a folder.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
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

/// The Rust files of all crates.
pub(crate) fn all_files() -> Vec<PathBuf> {
    let folders =
        CRATES.iter().flat_map(|krate| ["src", "tests", "benches"].map(|part| workspace().join(krate).join(part)));
    folders.filter(|folder| folder.is_dir()).flat_map(|folder| rust_files(&folder)).collect()
}

/// The folders in which a `lib.rs` or `main.rs` begins a tree of modules.
pub(crate) fn module_trees() -> Vec<PathBuf> {
    let roots = all_files().into_iter().filter(|file| file.ends_with("lib.rs") || file.ends_with("main.rs"));
    let mut trees: Vec<PathBuf> = roots.map(|root| root.parent().unwrap().to_owned()).collect();
    trees.dedup();
    trees
}

/// How a file is named in messages.
pub(crate) fn name(file: &Path) -> String {
    file.strip_prefix(workspace()).unwrap_or(file).display().to_string()
}

/// The syntax of a file without its unit tests.
pub(crate) fn syntax(file: &Path) -> syn::File {
    let text = fs::read_to_string(file).unwrap();
    let mut syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syntax.items.retain(|item| !is_test(item));
    syntax
}

fn is_test(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        matches!(&attribute.meta, syn::Meta::List(list)
            if list.path.is_ident("cfg") && list.tokens.to_string().starts_with("test"))
    })
}
