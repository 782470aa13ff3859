//! Search by criteria, e-mail, phone or word.

use serde_json::{Value, json};

use super::list::{Filter, present};
use crate::answer::Outcome;
use crate::crm::criteria::Criteria;
use crate::crm::metadata::{Kind, Module};
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::row::{Row, text};
use crate::crm::visit::Visit;
use crate::verdict::refuse;

/// Rows that a search can reach.
const AT_MOST: u64 = 2_000;

enum Wanted<'a> {
    Criteria(Criteria),
    Email(&'a str),
    Phone(&'a str),
    Word(String),
}

pub(super) fn search(org: &Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let call = visit.call;
    let page = Page::of(call)?;
    if page.exceeds(AT_MOST) {
        return Err(refuse(400, "LIMIT_REACHED", "limit reached", json!({ "limit": AT_MOST.to_string() })));
    }
    let wanted = if let Some(text) = call.query("criteria") {
        Wanted::Criteria(Criteria::parse(text, module)?)
    } else if let Some(email) = call.query("email") {
        Wanted::Email(email)
    } else if let Some(phone) = call.query("phone") {
        Wanted::Phone(phone)
    } else if let Some(word) = call.query("word") {
        if word.chars().count() < 2 {
            return Err(refuse(
                400,
                "INVALID_QUERY",
                "the word must have two characters",
                json!({ "param_name": "word" }),
            ));
        }
        Wanted::Word(word.to_lowercase())
    } else {
        let details = json!({ "expected_params": ["criteria", "email", "phone", "word"] });
        return Err(refuse(400, "EXPECTED_PARAM_MISSING", "One of the expected parameter is missing", details));
    };
    let filter = Filter::of(visit, module)?;
    let fields = call.query_list("fields");
    let shelf = org.records.shelf(module);
    let rows = shelf.rows().filter(|(id, _)| filter.lets_through(shelf, *id));
    let found = rows.filter(|(_, row)| matches(row, module, &wanted)).map(|(_, row)| row);
    Ok(page.answer_records(visit, found, |row| Some(present(visit, module, row.into_owned(), &fields).to_string())))
}

fn matches(row: &Row, module: &Module, wanted: &Wanted<'_>) -> bool {
    let of_kind = |kind: Kind, wanted: &str| {
        let mut fields = module.fields().filter(|field| field.kind == kind);
        fields.any(|field| row.get(field.api_name).is_some_and(|value| text(value).eq_ignore_ascii_case(wanted)))
    };
    match wanted {
        Wanted::Criteria(criteria) => criteria.holds(row),
        Wanted::Email(email) => of_kind(Kind::Email, email),
        Wanted::Phone(phone) => of_kind(Kind::Phone, phone),
        Wanted::Word(word) => row
            .iter()
            .filter(|(name, value)| !name.starts_with('$') && matches!(value, Value::String(_) | Value::Object(_)))
            .any(|(_, value)| {
                text(value).to_lowercase().split_whitespace().any(|part| part.starts_with(word.as_str()))
            }),
    }
}
