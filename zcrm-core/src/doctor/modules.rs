//! The modules that are named: what can be done with them, and what their records must have.

use serde_json::Value;

use super::budget::Budget;
use super::explain;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Finding;
use crate::transport::Method;

/// So many fields a listing may name.
const NAMED_FIELDS: usize = 50;
/// Names of modules that resemble a wrong one at least so much are suggested.
const SIMILAR: f64 = 0.6;

/// What the examination of modules learned for that of scopes.
pub(super) struct Known {
    /// A module that is there.
    pub(super) module: String,
    /// Whether metadata may be read.
    pub(super) metadata: Option<bool>,
    /// Whether records may be read.
    pub(super) records: Option<bool>,
}

pub(super) fn check(client: &Client, transport: &Budget, names: &[String]) -> (Vec<Finding>, Known) {
    let mut known = Known { module: "Leads".to_owned(), metadata: None, records: None };
    if names.is_empty() {
        return (Vec::new(), known);
    }
    let listed = read(client, "settings/modules", &[], "modules");
    known.metadata = match &listed {
        Ok(_) => Some(true),
        Err(error) if error.kind() == ErrorKind::Scope => Some(false),
        Err(_) => None,
    };
    let mut findings = Vec::new();
    let listed = listed.unwrap_or_else(|error| {
        findings.push(lacking_metadata("modules", explain::failure("modules", &error), &error));
        Vec::new()
    });
    for name in names {
        let module = listed.iter().find(|module| text(module, "api_name") == Some(name));
        if module.is_none() && !listed.is_empty() {
            findings.push(unknown(name, &listed));
            continue;
        }
        if findings.is_empty() {
            known.module.clone_from(name);
        }
        findings.extend(examine(client, transport, name, module, &mut known));
    }
    (findings, known)
}

/// The list under a key of a response; an empty one where there is nothing.
fn read(client: &Client, path: &str, query: &[(&str, &str)], key: &str) -> Result<Vec<Value>> {
    let call = query.iter().fold(client.call(Method::Get, path), |call, (name, value)| call.query(name, value));
    let response = call.send()?;
    if response.is_empty() {
        return Ok(Vec::new());
    }
    let mut body: Value = response.json()?;
    Ok(match body.get_mut(key).map(Value::take) {
        Some(Value::Array(items)) => items,
        Some(Value::Object(item)) => vec![Value::Object(item)],
        _ => Vec::new(),
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn flag(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn unknown(name: &str, listed: &[Value]) -> Finding {
    let names = listed.iter().filter_map(|module| text(module, "api_name"));
    let similar = |other: &&str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase());
    let nearest = names.filter(|other| similar(other) > SIMILAR).max_by(|a, b| similar(a).total_cmp(&similar(b)));
    let remedy = match nearest {
        Some(nearest) => format!("did you mean {nearest}? Modules go by their API names: zcrm describe lists them"),
        None => "modules go by their API names: zcrm describe lists them".to_owned(),
    };
    Finding::fail("module", format!("there is no module {name}, or the user may not see it"), remedy)
}

fn examine(client: &Client, transport: &Budget, name: &str, module: Option<&Value>, known: &mut Known) -> Vec<Finding> {
    if transport.calls_left() < 3 {
        let found = format!("{name}: not checked, as an examination sends few calls");
        return vec![Finding::warn("module", found, format!("run it again with --module {name} alone"))];
    }
    if module.and_then(|module| flag(module, "api_supported")) == Some(false) {
        let found = format!("the API does not reach the records of {name}");
        return vec![Finding::fail(
            "module",
            found,
            "choose another module; zcrm describe tells which the API reaches",
        )];
    }
    let rows = read(client, name, &[("per_page", "1"), ("fields", "id")], "data");
    match &rows {
        Ok(_) => known.records = Some(true),
        Err(error) if error.kind() == ErrorKind::Scope && known.records.is_none() => known.records = Some(false),
        Err(_) => {}
    }
    if let Err(error) = rows {
        let finding = match error.kind() {
            ErrorKind::Scope => Finding::fail(
                "module",
                explain::with_causes(&format!("the records of {name} cannot be read: the tokens lack a scope"), &error),
                format!("sign in again with the scope ZohoCRM.modules.{name}.READ, or ZohoCRM.modules.ALL"),
            ),
            ErrorKind::Forbidden => Finding::fail(
                "module",
                explain::with_causes(&format!("the records of {name} cannot be read by this user"), &error),
                "let an administrator give the user's profile the right to this module",
            ),
            _ => explain::failure("module", &error),
        };
        return vec![finding];
    }
    let layouts = read(client, "settings/layouts", &[("module", name)], "layouts");
    let fields = read(client, "settings/fields", &[("module", name)], "fields");
    let mut told = vec![format!("{name} can be read")];
    told.extend(module.map(may_write));
    let mut findings = Vec::new();
    match (&fields, &layouts) {
        (Ok(fields), Ok(layouts)) => {
            told.push(format!("{} fields", fields.len()));
            told.extend(traits(module, fields));
            told.push(mandatory(fields, layouts));
        }
        (Err(error), _) | (_, Err(error)) => {
            let mut finding = lacking_metadata("module", explain::failure("module", error), error);
            finding.found = format!("{name}: its fields and layouts cannot be read: {}", finding.found);
            findings.push(finding.weakened());
        }
    }
    findings.insert(0, Finding::ok("module", told.join("; ")));
    let many = fields.map(|fields| fields.len()).unwrap_or(0);
    if many > NAMED_FIELDS {
        let found = format!("{name} has {many} fields, and a listing gives {NAMED_FIELDS} at most from v3 on");
        let remedy = format!("name those that are needed, at most {NAMED_FIELDS}, or read the module by bulk read");
        findings.push(Finding::warn("module", found, remedy));
    }
    findings
}

/// The scope to ask for, where it is metadata that cannot be read.
fn lacking_metadata(check: &str, finding: Finding, error: &Error) -> Finding {
    match error.kind() {
        ErrorKind::Scope => Finding::fail(
            check,
            finding.found,
            "sign in again with the scope ZohoCRM.settings.ALL beside the others: zcrm login --browser, or --grant-token -",
        ),
        _ => finding,
    }
}

fn may_write(module: &Value) -> String {
    let can = [("creatable", "create"), ("editable", "change"), ("deletable", "delete")];
    let allowed: Vec<&str> =
        can.iter().filter(|(key, _)| flag(module, key) != Some(false)).map(|(_, word)| *word).collect();
    match allowed.as_slice() {
        [] => "records cannot be written".to_owned(),
        allowed => format!("may be written ({})", allowed.join(", ")),
    }
}

/// What makes writing its records different.
fn traits(module: Option<&Value>, fields: &[Value]) -> Option<String> {
    let properties = |key: &str| module.and_then(|module| module.get(key)?.as_array()).into_iter().flatten();
    let has = |word: &str| {
        properties("$properties").chain(properties("$on_demand_properties")).any(|property| property == word)
    };
    let has_field = |name: &str| fields.iter().any(|field| text(field, "api_name") == Some(name));
    let blueprint = has("$blueprint") || module.and_then(|module| flag(module, "isBlueprintSupported")) == Some(true);
    let locking = has("$locked_for_me") || has("$locked") || has_field("Locked__s");
    let found: Vec<&str> = [(blueprint, "blueprints apply"), (locking, "records can be locked")]
        .into_iter()
        .filter(|(applies, _)| *applies)
        .map(|(_, word)| word)
        .collect();
    (!found.is_empty()).then(|| found.join(", "))
}

/// The fields that a record must have, by layout.
fn mandatory(fields: &[Value], layouts: &[Value]) -> String {
    let names = |fields: &mut dyn Iterator<Item = &Value>| {
        let mut names: Vec<&str> = fields.filter_map(|field| text(field, "api_name")).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    };
    let by_layout: Vec<String> = layouts
        .iter()
        .map(|layout| {
            let sections = layout.get("sections").and_then(Value::as_array).into_iter().flatten();
            let within =
                sections.flat_map(|section| section.get("fields").and_then(Value::as_array).into_iter().flatten());
            let is_mandatory =
                |field: &&Value| ["required", "system_mandatory"].iter().any(|key| flag(field, key) == Some(true));
            let wanted = names(&mut within.filter(is_mandatory));
            format!("{}: {}", text(layout, "name").unwrap_or("?"), if wanted.is_empty() { "none" } else { &wanted })
        })
        .collect();
    if !by_layout.is_empty() {
        return format!("mandatory by layout {}", by_layout.join(" | "));
    }
    match names(&mut fields.iter().filter(|field| flag(field, "system_mandatory") == Some(true))) {
        wanted if wanted.is_empty() => "no field is mandatory".to_owned(),
        wanted => format!("mandatory: {wanted}"),
    }
}
