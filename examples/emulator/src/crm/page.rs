//! Pages: by number in every version, by token from v3 on.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::crm::visit::Visit;
use crate::moment;
use crate::verdict::{ambiguous, refuse, too_many};
use crate::version::Version;

const MOST_PER_PAGE: usize = 200;

/// Rows that can be reached by page number from v3 on.
const BY_NUMBER: u64 = 2_000;

/// Rows that can be reached by page token.
const BY_TOKEN: u64 = 100_000;

/// Which rows a list wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    number: u64,
    per_page: u64,
    /// Whether the list goes on by token.
    tokens: bool,
}

impl Page {
    /// The page that a call asks for by number.
    pub(crate) fn of(call: &Call) -> Result<Self, Box<Answer>> {
        // Zoho's Python SDK for v2 counts from 0 where no page is named, and gets the first one.
        let number = whole_number(call, "page", 1, 0)?.max(1);
        let per_page = whole_number(call, "per_page", MOST_PER_PAGE as u64, 1)?;
        if per_page > MOST_PER_PAGE as u64 {
            return Err(too_many("per_page", MOST_PER_PAGE));
        }
        Ok(Self { number, per_page, tokens: false })
    }

    /// The page that a call for records asks for: by number, or by token from that version on, within the limits.
    pub(crate) fn with_tokens_since(visit: &Visit<'_>, since: Version) -> Result<Self, Box<Answer>> {
        let mut page = Self::of(visit.call)?;
        page.tokens = visit.version >= since;
        if !page.tokens {
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
            Some(_) if visit.call.query("page").is_some() => Err(ambiguous(&["page", "page_token"])),
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

    /// As [`answer`](Self::answer), with what the list of records adds, from records that are JSON already.
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
        if visit.version >= Version::V4 {
            info["sort_by"] = json!(visit.call.query("sort_by").unwrap_or("id"));
            info["sort_order"] = json!(visit.call.query("sort_order").unwrap_or("desc"));
        }
        if self.tokens {
            let token = more.then(|| write_token(visit, self.start() + self.per_page));
            info["previous_page_token"] = Value::Null;
            let expiry = token.as_ref().map(|_| moment::ahead(visit.behaviour.page_token_life));
            info["page_token_expiry"] = expiry.into();
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

fn whole_number(call: &Call, name: &str, default: u64, least: u64) -> Result<u64, Box<Answer>> {
    let given = call.query(name).map_or(Some(default), |text| text.parse().ok().filter(|&number| number >= least));
    given.ok_or_else(|| {
        let details = json!({ "expected_data_type": "integer", "param_name": name });
        refuse(400, "INVALID_DATA", "invalid data", details)
    })
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A number that only the same listing has, whoever asks.
fn listing(visit: &Visit<'_>) -> u64 {
    let parameters = visit.call.parameters().filter(|(name, _)| !matches!(*name, "page" | "page_token"));
    let mut parameters: Vec<_> = parameters.collect();
    parameters.sort_unstable();
    hash((&visit.call.path, parameters, visit.call.header("if-modified-since")))
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The row that the token leads to, when it was made, for which listing and for whom.
fn write_token(visit: &Visit<'_>, start: u64) -> String {
    let now = milliseconds(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
    format!("{start:016x}{now:016x}{:016x}{:016x}", listing(visit), hash(&visit.person.id))
}

fn read_token(visit: &Visit<'_>, token: &str) -> Result<u64, Box<Answer>> {
    let part = |from: usize| token.get(from..from + 16).and_then(|part| u64::from_str_radix(part, 16).ok());
    let details = || json!({ "param_name": "page_token" });
    let invalid = || refuse(400, "INVALID_DATA", "invalid data", details());
    let (Some(start), Some(made), Some(of), Some(whose)) = (part(0), part(16), part(32), part(48)) else {
        return Err(invalid());
    };
    if token.len() != 64 || whose != hash(&visit.person.id) {
        return Err(invalid());
    }
    if of != listing(visit) {
        return Err(refuse(400, "TOKEN_BOUND_DATA_MISMATCH", "token bound data mismatch", details()));
    }
    let now = milliseconds(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
    if now.saturating_sub(made) >= milliseconds(visit.behaviour.page_token_life) {
        return Err(refuse(400, "EXPIRED_VALUE", "the token has expired", details()));
    }
    Ok(start)
}
