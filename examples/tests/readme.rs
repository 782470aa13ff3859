//! README's first program compiles as a reader would make it: in a new crate, with the dependencies that README lists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// The blocks of code in a language, without what stands around them.
fn blocks<'a>(readme: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    readme.split(&start).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_first_program_compiles_in_a_new_crate() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let readme = fs::read_to_string(workspace.join("README.md")).unwrap();
    let dependencies = blocks(&readme, "toml");
    let programs = blocks(&readme, "rust");
    assert_eq!((dependencies.len(), programs.len()), (1, 2), "one list of dependencies, two pieces of code");

    let folder = tempfile::tempdir().unwrap();
    let patches: String = ["zcrm-core", "zcrm-persist-file", "zcrm-persist-mysql", "zcrm-persist-custom"]
        .map(|name| format!("{name} = {{ path = {:?} }}\n", workspace.join(name)))
        .concat();
    let manifest = format!(
        "[package]\nname = \"outside\"\nedition = \"2024\"\n\n{}\n[patch.crates-io]\n{patches}\n[workspace]\n",
        dependencies.concat()
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/main.rs"), programs.concat()).unwrap();

    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
