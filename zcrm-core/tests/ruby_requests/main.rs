//! The 111 + 5 methods of the Ruby SDK: each has its place here, and sends what the Ruby SDK sends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod recorder;
mod rows;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rows::{Row, rows};

/// Every public method of the Ruby SDK (gem ZCRMSDK 1.0.5) that reaches Zoho.
const RUBY: [(&str, usize, &str); 11] = [
    (
        "ZohoOAuthClient",
        5,
        "generate_access_token refresh_access_token generate_access_token_from_refresh_token get_access_token \
         get_user_email_from_iam",
    ),
    ("ZCRMRestClient", 4, "get_all_modules get_module get_organization_details get_current_user"),
    (
        "ZCRMModule",
        29,
        "get_all_fields get_field get_all_layouts get_layout get_all_relatedlists get_relatedlist get_all_customviews \
         get_customview update_customview get_record get_records create_records update_records upsert_records \
         mass_update_records delete_records get_all_deleted_records get_recyclebin_records \
         get_permanently_deleted_records search_records search_records_by_phone search_records_by_email \
         search_records_by_criteria get_tags get_tag_count create_tags update_tags add_tags_to_multiple_records \
         remove_tags_from_multiple_records",
    ),
    (
        "ZCRMRecord",
        22,
        "get create update delete convert get_relatedlist_records add_relation remove_relation get_notes add_notes \
         update_note delete_note get_attachments upload_attachment upload_link_as_attachment download_attachment \
         delete_attachment upload_photo download_photo delete_photo add_tags remove_tags",
    ),
    (
        "ZCRMOrganization",
        32,
        "get_notes create_notes delete_notes get_all_users get_all_active_users get_all_deactive_users \
         get_all_confirmed_users get_all_not_confirmed_users get_all_deleted_users get_all_active_confirmed_users \
         get_all_admin_users get_all_active_confirmed_admin_users get_current_user get_user search_users_by_criteria \
         create_user update_user delete_user get_all_roles get_role get_all_profiles get_profile \
         get_organization_taxes get_organization_tax create_organization_taxes update_organization_taxes \
         delete_organization_taxes delete_organization_tax get_variables create_variables update_variables \
         get_variable_groups",
    ),
    (
        "ZCRMModuleRelation",
        12,
        "get_records add_relation remove_relation get_notes add_notes update_note delete_note get_attachments \
         upload_attachment upload_link_as_attachment download_attachment delete_attachment",
    ),
    ("ZCRMNote", 4, "get_attachments upload_attachment download_attachment delete_attachment"),
    ("ZCRMTag", 3, "update delete merge"),
    ("ZCRMVariable", 3, "get update delete"),
    ("ZCRMVariableGroup", 1, "get"),
    ("ZCRMCustomView", 1, "get_records"),
];

#[test]
fn every_method_of_the_ruby_sdk_has_a_row() {
    let wanted: BTreeSet<String> = RUBY
        .iter()
        .flat_map(|(class, _, names)| names.split_whitespace().map(move |name| format!("{class}#{name}")))
        .collect();
    for (class, count, names) in RUBY {
        assert_eq!(names.split_whitespace().count(), count, "{class}");
    }
    assert_eq!(wanted.len(), 111 + 5);
    let present: BTreeSet<String> = rows().iter().flat_map(|row| &row.ruby).map(|&name| name.to_owned()).collect();
    assert_eq!(present, wanted);
}

#[test]
fn each_sends_what_the_ruby_sdk_sends() {
    for row in rows() {
        let wanted: Vec<String> = row.line.split(", ").filter(|line| !line.is_empty()).map(sorted).collect();
        let lines: Vec<String> = row.asked.iter().map(|asked| sorted(&asked.line)).collect();
        assert_eq!(lines, wanted, "{}", row.rust);
        assert_eq!(row.asked.first().and_then(|asked| asked.body.as_ref()), row.body.as_ref(), "{}", row.rust);
    }
}

/// The order of the parameters is of no importance.
fn sorted(line: &str) -> String {
    let (path, query) = line.split_once('?').unwrap_or((line, ""));
    let mut parameters: Vec<&str> = query.split('&').collect();
    parameters.sort_unstable();
    format!("{path}?{}", parameters.join("&"))
}

#[test]
fn bodies_say_what_they_are_and_none_is_null() {
    for asked in rows().iter().flat_map(|row| &row.asked) {
        let place = asked.line.split_once(' ').unwrap().1;
        let allowed: &[_] = match &asked.content_type {
            None => continue,
            Some(_) if place.starts_with("/oauth") => &["application/x-www-form-urlencoded"],
            Some(_) => &["application/json", "multipart/form-data"],
        };
        assert!(allowed.contains(&asked.content_type.as_deref().unwrap()), "{asked:?}");
        assert!(asked.body.as_ref().unwrap().is_object(), "{asked:?}");
    }
}

#[test]
fn lists_in_queries_end_without_a_comma_and_no_parameter_is_empty() {
    for asked in rows().iter().flat_map(|row| &row.asked) {
        let query = asked.line.split_once('?').map_or("", |(_, query)| query);
        assert!(!format!("{query}&").contains("=&") && !format!("{query}&").contains(",&"), "{asked:?}");
    }
}

#[test]
fn secrets_travel_in_the_body_only() {
    for asked in rows().iter().flat_map(|row| &row.asked) {
        assert!(!asked.line.contains("1000.fake") && !asked.line.contains("secret"), "{asked:?}");
    }
}

/// The table of the documentation is this one. `UPDATE_MIGRATING=1` writes it anew.
#[test]
fn the_documented_table_is_the_one_that_was_performed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/migrating/methods.md");
    let table = table(&rows());
    if std::env::var_os("UPDATE_MIGRATING").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), table, "run the test with UPDATE_MIGRATING=1");
}

fn table(rows: &[Row]) -> String {
    let mut table = String::new();
    let mut topic = "";
    for row in rows {
        if row.topic != topic {
            topic = row.topic;
            write!(table, "\n## {topic}\n\n| Ruby | Rust | Endpoint |\n|---|---|---|\n").unwrap();
        }
        let ruby: Vec<String> = row.ruby.iter().map(|name| format!("`{name}`")).collect();
        let rust = row.rust.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!rust.contains('|'), "it would end the cell: {rust}");
        writeln!(table, "| {} | `{rust}` | {} |", ruby.join(", "), endpoints(row.line)).unwrap();
    }
    table.trim_start().to_owned()
}

/// The endpoints, with names in place of the values that stand for themselves here.
fn endpoints(line: &str) -> String {
    if line.is_empty() {
        return "none while the token is fresh".to_owned();
    }
    let segment = |segment: &str| match segment {
        "Leads" | "Quotes" | "Events" | "Price_Books" => "{module}".to_owned(),
        "Products" => "{list}".to_owned(),
        id if id.parse::<u64>().is_ok() => "{id}".to_owned(),
        other => other.to_owned(),
    };
    let endpoint = |line: &str| {
        let (method, path) = line.split('?').next().unwrap().split_once(' ').unwrap();
        format!("`{method} {}`", path.split('/').map(segment).collect::<Vec<_>>().join("/"))
    };
    line.split(", ").map(endpoint).collect::<Vec<_>>().join(", ")
}
