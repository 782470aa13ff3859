//! Search by criteria, e-mail, phone or word, and counting.

use serde_json::{Value, json};

use super::list::{Filter, present_text};
use crate::answer::{Answer, Outcome};
use crate::crm::criteria::Criteria;
use crate::crm::metadata::{Kind, Module};
use crate::crm::org::Org;
use crate::crm::page::Page;
use crate::crm::row::{Fields, text};
use crate::crm::store::Record;
use crate::crm::visit::Visit;
use crate::verdict::{ambiguous, not_supported, refuse};
use crate::version::Version;

/// Rows that a search can reach.
const AT_MOST: u64 = 2_000;

/// What may be searched by.
const WAYS: [&str; 4] = ["criteria", "email", "phone", "word"];

enum Wanted<'a> {
    Criteria(Criteria),
    Email(&'a str),
    Phone(&'a str),
    Word(String),
}

impl<'a> Wanted<'a> {
    /// What a call names, if anything.
    fn of(visit: &Visit<'a>, module: &Module) -> Result<Option<Self>, Box<Answer>> {
        let call = visit.call;
        Ok(Some(if let Some(text) = call.query("criteria") {
            Self::Criteria(Criteria::parse(text, module, visit.version)?)
        } else if let Some(email) = call.query("email") {
            Self::Email(email)
        } else if let Some(phone) = call.query("phone") {
            Self::Phone(phone)
        } else if let Some(word) = call.query("word") {
            if word.chars().count() < 2 {
                let details = json!({ "param_name": "word" });
                return Err(refuse(400, "INVALID_QUERY", "the word must have two characters", details));
            }
            Self::Word(word.to_lowercase())
        } else {
            return Ok(None);
        }))
    }

    fn meets(&self, record: &Record<'_>, module: &Module) -> bool {
        let of_kind = |kind: Kind, wanted: &str| {
            let mut fields = module.fields().filter(|field| field.kind == kind);
            fields.any(|field| text(&record.value(field.api_name)).eq_ignore_ascii_case(wanted))
        };
        match self {
            Self::Criteria(criteria) => criteria.holds(record),
            Self::Email(email) => of_kind(Kind::Email, email),
            Self::Phone(phone) => of_kind(Kind::Phone, phone),
            Self::Word(word) => record
                .into_row()
                .iter()
                .filter(|(name, value)| !name.starts_with('$') && matches!(value, Value::String(_) | Value::Object(_)))
                .any(|(_, value)| {
                    text(value).to_lowercase().split_whitespace().any(|part| part.starts_with(word.as_str()))
                }),
        }
    }
}

pub(super) fn search(org: &Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    let page = Page::of(visit.call)?;
    if page.exceeds(AT_MOST) {
        return Err(refuse(400, "LIMIT_REACHED", "limit reached", json!({ "limit": AT_MOST.to_string() })));
    }
    let Some(wanted) = Wanted::of(visit, module)? else {
        let details = json!({ "expected_params": WAYS });
        return Err(refuse(400, "EXPECTED_PARAM_MISSING", "One of the expected parameter is missing", details));
    };
    let filter = Filter::of(visit, module)?;
    let fields = visit.call.query_list("fields");
    let records = org.records.shelf(module).records().filter(|(id, record)| filter.lets_through(*id, record));
    let found = records.map(|(_, record)| record).filter(|record| wanted.meets(record, module));
    Ok(page.answer_records(visit, found, |record| Some(present_text(visit, module, record, &fields))))
}

/// `actions/count`: of all records, of a view, or of what a search finds.
pub(super) fn count(org: &Org, visit: &Visit<'_>, module: &'static Module) -> Outcome {
    if visit.version < Version::V2_1 {
        return Err(not_supported(Version::V2_1));
    }
    let ways: Vec<&str> = WAYS.into_iter().chain(["cvid"]).filter(|&name| visit.call.query(name).is_some()).collect();
    if ways.len() > 1 {
        return Err(ambiguous(&ways));
    }
    let wanted = Wanted::of(visit, module)?;
    let filter = Filter::of(visit, module)?;
    let records = org.records.shelf(module).records().filter(|(id, record)| filter.lets_through(*id, record));
    let found = records.filter(|(_, record)| wanted.as_ref().is_none_or(|wanted| wanted.meets(record, module)));
    Ok(Answer::json(200, &json!({ "count": found.count() })))
}
