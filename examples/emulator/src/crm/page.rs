//! Pages: by number in every version, by token from v3 on.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{refuse, too_many};
use crate::version::Version;

const MOST_PER_PAGE: usize = 200;

/// Rows that can be reached by page number from v3 on.
const BY_NUMBER: u64 = 2_000;

/// Rows that can be reached by page token.
const BY_TOKEN: u64 = 100_000;

const TOKEN_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Which rows a list wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    number: u64,
    per_page: u64,
}

impl Page {
    /// The page that a call asks for by number.
    pub(crate) fn of(call: &Call) -> Result<Self, Box<Answer>> {
        let number = whole_number(call, "page", 1)?;
        let per_page = whole_number(call, "per_page", MOST_PER_PAGE as u64)?;
        if per_page > MOST_PER_PAGE as u64 {
            return Err(too_many("per_page", MOST_PER_PAGE));
        }
        Ok(Self { number, per_page })
    }

    /// The page that a call for records asks for, by number or token, within the limits of its version.
    pub(crate) fn of_records(visit: &Visit<'_>) -> Result<Self, Box<Answer>> {
        let mut page = Self::of(visit.call)?;
        if visit.version < Version::V3 {
            return Ok(page);
        }
        match visit.call.query("page_token") {
            None if page.start() + page.per_page > BY_NUMBER => Err(refuse(
                400,
                "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
                "exceeded the limit of records that can be fetched using page parameter, use page_token",
                json!({ "limit": BY_NUMBER, "param_name": "page" }),
            )),
            None => Ok(page),
            Some(_) if visit.call.query("page").is_some() => Err(refuse(
                400,
                "AMBIGUITY_DURING_PROCESSING",
                "ambiguity while processing the request",
                json!({ "ambiguity_due_to": [{ "param_name": "page" }, { "param_name": "page_token" }] }),
            )),
            Some(token) => {
                let start = read_token(visit, token)?;
                if start + page.per_page > BY_TOKEN {
                    let details = json!({ "limit": BY_TOKEN, "param_name": "page_token" });
                    return Err(refuse(400, "PAGINATION_LIMIT_EXCEEDED", "pagination limit exceeded", details));
                }
                page.number = start / page.per_page + 1;
                Ok(page)
            }
        }
    }

    /// Rows before this page.
    pub(crate) fn start(&self) -> u64 {
        (self.number - 1).saturating_mul(self.per_page)
    }

    /// Whether the page reaches beyond so many rows.
    pub(crate) fn exceeds(&self, rows: u64) -> bool {
        self.start() + self.per_page > rows
    }

    /// The answer of a list under its key, 204 when nothing is there.
    pub(crate) fn answer(&self, key: &str, rows: impl Iterator<Item = Value>) -> Answer {
        let (rows, more) = self.cut(rows);
        if rows.is_empty() {
            return Answer::empty(204);
        }
        let info = self.info(rows.len(), more);
        Answer::json(200, &json!({ key: rows, "info": info }))
    }

    /// As [`answer`](Self::answer), with what the list of records adds from v3 on, from records that are JSON already.
    pub(crate) fn answer_records<T>(
        &self,
        visit: &Visit<'_>,
        found: impl Iterator<Item = T>,
        present: impl Fn(T) -> Option<String>,
    ) -> Answer {
        let (found, more) = self.cut(found);
        let rows: Vec<String> = found.into_iter().filter_map(present).collect();
        if rows.is_empty() {
            return Answer::empty(204);
        }
        let mut info = self.info(rows.len(), more);
        if visit.version >= Version::V3 {
            let token = more.then(|| write_token(visit, self.start() + self.per_page));
            info["sort_by"] = json!(visit.call.query("sort_by").unwrap_or("id"));
            info["sort_order"] = json!(visit.call.query("sort_order").unwrap_or("desc"));
            info["previous_page_token"] = Value::Null;
            info["page_token_expiry"] = token.as_ref().map(|_| moment::ahead(TOKEN_LIFE)).into();
            info["next_page_token"] = token.into();
        }
        let data = rows.join(",");
        Answer::json_text(format!(r#"{{"data":[{data}],"info":{info}}}"#))
    }

    fn cut<T>(&self, rows: impl Iterator<Item = T>) -> (Vec<T>, bool) {
        let start = usize::try_from(self.start()).unwrap_or(usize::MAX);
        let mut rows = rows.skip(start);
        let page: Vec<T> = rows.by_ref().take(self.per_page as usize).collect();
        (page, rows.next().is_some())
    }

    fn info(&self, count: usize, more: bool) -> Value {
        json!({ "per_page": self.per_page, "count": count, "page": self.number, "more_records": more })
    }
}

fn whole_number(call: &Call, name: &str, default: u64) -> Result<u64, Box<Answer>> {
    let given = call.query(name).map_or(Some(default), |text| text.parse().ok().filter(|&number| number > 0));
    given.ok_or_else(|| {
        let details = json!({ "expected_data_type": "integer", "param_name": name });
        refuse(400, "INVALID_DATA", "invalid data", details)
    })
}

/// A number that only the same listing by the same user has.
fn listing(visit: &Visit<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&visit.person.id, &visit.call.path).hash(&mut hasher);
    for name in ["fields", "sort_by", "sort_order", "cvid", "ids", "converted", "approved", "per_page"] {
        visit.call.query(name).hash(&mut hasher);
    }
    visit.call.header("if-modified-since").hash(&mut hasher);
    hasher.finish()
}

fn seconds() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs()
}

fn write_token(visit: &Visit<'_>, start: u64) -> String {
    format!("{:016x}{start:016x}{:016x}", listing(visit), seconds())
}

fn read_token(visit: &Visit<'_>, token: &str) -> Result<u64, Box<Answer>> {
    let part = |from: usize| token.get(from..from + 16).and_then(|part| u64::from_str_radix(part, 16).ok());
    let details = || json!({ "param_name": "page_token" });
    let (Some(of), Some(start), Some(made), 48) = (part(0), part(16), part(32), token.len()) else {
        return Err(refuse(400, "INVALID_DATA", "invalid data", details()));
    };
    if of != listing(visit) {
        return Err(refuse(400, "TOKEN_BOUND_DATA_MISMATCH", "token bound data mismatch", details()));
    }
    if seconds().saturating_sub(made) > TOKEN_LIFE.as_secs() {
        return Err(refuse(400, "EXPIRED_VALUE", "the token has expired", details()));
    }
    Ok(start)
}
