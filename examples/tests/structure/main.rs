//! The structure of the workspace's source files: their sizes, who knows ureq, that nothing uses each other in a
//! circle, and how public methods are named and documented.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod methods;
mod sources;
mod uses;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use methods::sending_methods;
use sources::{CRATES, all_files, module_trees, name, rust_files, workspace};
use uses::{Uses, circles, uses_between_files, uses_between_modules};

const LONGEST_FILE: usize = 500;
const WIDEST_LINE: usize = 120;

/// The files of the core that name the HTTP client; all but http.rs make up for what it overlooks.
const NAMING_UREQ: [&str; 5] = [
    "zcrm-core/src/transport/connection.rs",
    "zcrm-core/src/transport/early.rs",
    "zcrm-core/src/transport/http.rs",
    "zcrm-core/src/transport/resolver.rs",
    "zcrm-core/src/transport/tcp.rs",
];

#[test]
fn the_list_of_crates_is_the_workspaces() {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let members = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    let members: BTreeSet<&str> = members.split('"').skip(1).step_by(2).collect();
    assert_eq!(members, CRATES.into());
}

#[test]
fn no_file_is_longer_than_one_can_survey() {
    let lengths = all_files().into_iter().map(|file| (fs::read_to_string(&file).unwrap().lines().count(), file));
    let too_long = lengths.filter(|(lines, _)| *lines > LONGEST_FILE);
    let too_long: Vec<String> = too_long.map(|(lines, file)| format!("{}: {lines} lines", name(&file))).collect();
    assert!(too_long.is_empty(), "{too_long:#?}");
}

/// What rustfmt leaves to us: comments.
#[test]
fn no_comment_is_wider_than_the_code() {
    let mut too_wide = Vec::new();
    for file in all_files() {
        let text = fs::read_to_string(&file).unwrap();
        let is_too_wide = |line: &str| {
            let comment = line.trim_start();
            // A row of a table cannot be broken.
            comment.starts_with("//") && !comment.contains(" | ") && line.chars().count() > WIDEST_LINE
        };
        let lines = text.lines().enumerate().filter(|(_, line)| is_too_wide(line));
        too_wide.extend(lines.map(|(number, _)| format!("{}:{}", name(&file), number + 1)));
    }
    assert!(too_wide.is_empty(), "{too_wide:#?}");
}

#[test]
fn one_place_of_the_core_names_ureq() {
    let files = rust_files(&workspace().join("zcrm-core/src"));
    let naming = files.iter().filter(|file| fs::read_to_string(file).unwrap().contains("ureq"));
    let naming: Vec<PathBuf> = naming.cloned().collect();
    assert_eq!(naming, NAMING_UREQ.map(|file| workspace().join(file)));
}

#[test]
fn no_files_and_no_modules_use_each_other_in_a_circle() {
    let mut found = Vec::new();
    let mut uses_seen = 0;
    for tree in module_trees() {
        let files = uses_between_files(&tree);
        uses_seen += files.values().map(BTreeSet::len).sum::<usize>();
        for circle in circles(&files).into_iter().chain(circles(&uses_between_modules(&files))) {
            found.push(format!("{}: {}", name(&tree), circle.join(" -> ")));
        }
    }
    assert!(uses_seen > 500, "this test sees only {uses_seen} uses of one file by another");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_method_that_sends_has_an_example() {
    let methods: Vec<_> = sending_folders().iter().flat_map(|folder| sending_methods(folder)).collect();
    assert!(methods.len() > 60, "this test sees only {} methods", methods.len());
    let without = methods.iter().filter(|method| !method.docs.contains("```"));
    let without: Vec<&String> = without.map(|method| &method.place).collect();
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn every_method_that_sends_is_named_by_a_verb() {
    let methods = sending_folders().iter().flat_map(|folder| sending_methods(folder)).collect::<Vec<_>>();
    let sending = methods.iter().filter(|method| !method.is_lazy && !SENDING_NOTHING.contains(&method.name.as_str()));
    let first_word = |name: &str| name.split('_').next().unwrap().to_owned();
    let nouns = sending.filter(|method| !VERBS.contains(&first_word(&method.name).as_str()));
    let nouns: Vec<&String> = nouns.map(|method| &method.place).collect();
    assert!(nouns.is_empty(), "{nouns:#?}");
}

/// The first words of methods that send.
const VERBS: &[&str] = &[
    "accept", "add", "change", "convert", "count", "create", "delete", "describe", "enable", "generate", "get", "is",
    "merge", "open", "plan", "read", "refresh", "remove", "renew", "replace", "revoke", "run", "save", "send", "start",
    "stop", "update", "upload", "upsert", "wait",
    // `users().current()`: which one is read, in the place of an id; no noun.
    "current", // Of a listing or a download, which a verb began.
    "all", "to",
];

/// What gives a `Result` and sends nothing.
const SENDING_NOTHING: &[&str] = &[
    "authorization_request",
    "download",
    "for_user",
    "into_result",
    "json",
    "read_redirect",
    "receive",
    "set_data_center",
    "take",
];

fn sending_folders() -> [PathBuf; 4] {
    ["client", "resource", "rest", "oauth"].map(|folder| workspace().join("zcrm-core/src").join(folder))
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
    write("b/mod.rs", "pub mod inner; pub struct Other; #[cfg(test)] mod tests { use crate::a::A; }");
    write("b/inner.rs", "pub struct Thing; fn f() { println!(\"crate::a {}\", super::super::c::X); }");
    write("c.rs", "/// [`crate::a`]\nuse std::fmt; pub struct C; fn g() -> crate::d::D { }");
    write("d.rs", "use self::x::Y; mod x {}");
    let module = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<String>>();
    let acyclic = uses_between_files(folder.path());
    let expected: Uses =
        [("a", vec!["b/inner", "d"]), ("b", vec![]), ("b/inner", vec!["c"]), ("c", vec!["d"]), ("d", vec![])]
            .map(|(user, used)| (module(user), used.into_iter().map(module).collect()))
            .into_iter()
            .chain([(Vec::new(), BTreeSet::new())])
            .collect();
    assert_eq!(acyclic, expected);
    assert!(circles(&acyclic).is_empty() && circles(&uses_between_modules(&acyclic)).is_empty());

    // Between modules only: no two files use each other.
    write("d.rs", "use super::Other;");
    let files = uses_between_files(folder.path());
    assert!(circles(&files).is_empty());
    assert_eq!(circles(&uses_between_modules(&files)), [["b", "c", "d", "b"]]);

    // Within one module.
    write("b/mod.rs", "pub mod inner; pub struct Other; fn f() { inner::g() }");
    write("b/inner.rs", "pub struct Thing; use super::Other;");
    assert_eq!(circles(&uses_between_files(folder.path())), [["b", "b/inner", "b"]]);
}
