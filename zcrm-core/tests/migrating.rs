//! What the documentation promises to those who come from the Ruby SDK is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// All Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn core() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every test of the workspace as `file::test`, or `folder::test` for the files of a folder's program.
fn tests() -> BTreeSet<String> {
    let root = core().parent().unwrap();
    let mut files = Vec::new();
    for krate in ["zcrm-core", "zcrm-persist-custom", "zcrm-persist-file", "zcrm-persist-mysql", "examples"] {
        sources(&root.join(krate), &mut files);
    }
    let mut tests = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let place = match stem {
            "main" | "mod" => file.parent().unwrap().file_name().unwrap().to_str().unwrap(),
            _ => stem,
        };
        let names = text.split("#[test]\n").skip(1).filter_map(|rest| {
            let (_, rest) = rest.split_once("fn ")?;
            rest.split_once('(').map(|(name, _)| name)
        });
        tests.extend(names.map(|name| format!("{place}::{name}")));
    }
    tests
}

#[test]
fn each_of_the_71_quirks_has_a_test_that_is_there() {
    let table = std::fs::read_to_string(core().join("src/migrating/quirks.md")).unwrap();
    let tests = tests();
    for (number, row) in table.lines().skip(2).enumerate() {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{row}");
        assert_eq!(cells[0], format!("Q{}", number + 1));
        for test in cells[3].split(", ") {
            let name = test.trim_matches('`');
            assert!(tests.contains(name), "{}: there is no test {test}", cells[0]);
        }
    }
    assert_eq!(table.lines().count() - 2, 71);
}

/// The classes of the Ruby SDK that hold data.
const CLASSES: &str = "ZCRMModule ZCRMSubForm ZCRMTag ZCRMRecord ZCRMInventoryLineItem ZCRMTax ZCRMOrgTax \
    ZCRMEventParticipant ZCRMPriceBookPricing ZCRMUser ZCRMUserCustomizeInfo ZCRMUserTheme ZCRMRole ZCRMLayout \
    ZCRMAttachment ZCRMCustomView ZCRMCustomViewCategory ZCRMCustomViewCriteria ZCRMField ZCRMJunctionRecord \
    ZCRMLeadConvertMapping ZCRMLeadConvertMappingField ZCRMLookupField ZCRMModuleRelatedList ZCRMModuleRelation \
    ZCRMNote ZCRMPermission ZCRMPickListValue ZCRMMultiSelectLookupField ZCRMProfile ZCRMProfileCategory \
    ZCRMProfileSection ZCRMRelatedListProperties ZCRMSection ZCRMSectionProperties ZCRMTrashRecord ZCRMVariable \
    ZCRMVariableGroup ZCRMOrganization";

#[test]
fn the_names_of_the_ruby_sdk_can_be_searched_for() {
    assert_eq!(CLASSES.split_whitespace().collect::<BTreeSet<_>>().len(), 39);
    let methods = std::fs::read_to_string(core().join("src/migrating/methods.md")).unwrap();
    let methods: BTreeSet<&str> = methods
        .split('`')
        .filter(|code| !code.contains(' '))
        .filter_map(|code| Some(code.split_once('#')?.1))
        .collect();
    assert!(methods.len() > 80, "{methods:?}");
    let mut files = Vec::new();
    sources(&core().join("src"), &mut files);
    let sources: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let is_found = |name: &&str| {
        sources.contains(&format!("doc(alias = \"{name}\")"))
            || ["(", "<"].iter().any(|next| sources.contains(&format!("pub fn {name}{next}")))
    };
    let missing: Vec<&str> =
        methods.into_iter().chain(CLASSES.split_whitespace()).filter(|name| !is_found(name)).collect();
    assert_eq!(missing, [""; 0]);
}
