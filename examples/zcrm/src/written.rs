//! What the response to a request of any kind says of the things that it wrote.

use serde::Deserialize;
use serde_json::Value;

/// Codes by which Zoho says that there is nothing with this id.
const ABSENT: [&str; 4] = ["INVALID_DATA", "RECORD_NOT_FOUND", "RESOURCE_NOT_FOUND", "NOT_FOUND"];

/// Codes by which Zoho says that it failed itself, so that it may have been done.
const SERVER_FAILURES: [&str; 3] = ["INTERNAL_ERROR", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"];

/// How many things were done, and why others were not, by a response with the status of a success.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// So many were done.
    pub done: usize,
    /// Codes and messages of those that were rejected.
    pub rejected: Vec<String>,
    /// Whether Zoho failed at one, which may have been done all the same.
    pub in_doubt: bool,
    /// How many of those that were rejected are not there.
    absent: usize,
}

#[derive(Deserialize)]
struct ItemResult {
    code: String,
    status: String,
    #[serde(default)]
    message: Value,
}

impl Written {
    /// Reads what stands in the body: one result, or a list of them under any name.
    #[must_use]
    pub fn of(body: &str) -> Self {
        let body: Value = serde_json::from_str(body.trim_start_matches('\u{feff}')).unwrap_or_default();
        let mut written = Self::default();
        let lists = body.as_object().into_iter().flat_map(|members| members.values()).filter_map(Value::as_array);
        let items = lists.chain(body.as_array()).flatten();
        items.chain([&body]).for_each(|item| written.add(item));
        written
    }

    /// The same of a response to a retry: an earlier attempt may have done what is rejected now, and has deleted what
    /// is not there any more.
    #[must_use]
    pub fn after_retry(self, is_deletion: bool) -> Self {
        if is_deletion && self.absent == self.rejected.len() {
            return Self { done: self.done + self.absent, ..Self::default() };
        }
        Self { in_doubt: self.in_doubt || !self.rejected.is_empty(), ..self }
    }

    /// Whether nothing at all was done, for certain.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.done == 0 && !self.in_doubt && !self.rejected.is_empty()
    }

    fn add(&mut self, item: &Value) {
        let Ok(ItemResult { code, status, message }) = ItemResult::deserialize(item) else { return };
        if status.eq_ignore_ascii_case("success") {
            self.done += 1;
        } else if status.eq_ignore_ascii_case("error") {
            self.in_doubt |= SERVER_FAILURES.contains(&code.as_str());
            self.absent += usize::from(ABSENT.contains(&code.as_str()));
            self.rejected.push(format!("{code}: {}", message.as_str().unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_found_wherever_they_stand() {
        let done = r#"{"code":"SUCCESS","status":"success","message":"m","details":{"id":"1"}}"#;
        let rejected = r#"{"code":"INVALID_DATA","status":"error","message":"no","details":{}}"#;
        let failed = r#"{"code":"INTERNAL_ERROR","status":"error","message":"m","details":{}}"#;
        for (body, counts) in [
            (format!("{{\"data\":[{done},{rejected},{done}]}}"), (2, 1, false)),
            (format!("{{\"tags\":[{rejected}]}}"), (0, 1, false)),
            (format!("[{failed}]"), (0, 1, true)),
            (rejected.to_owned(), (0, 1, false)),
            (format!("\u{feff}{done}"), (1, 0, false)),
            (r#"{"users":[{"id":"1","status":"active"}],"info":{"count":1}}"#.to_owned(), (0, 0, false)),
            (r#"{"data":[{"id":"1","status":"error"}]}"#.to_owned(), (0, 0, false)),
            (String::new(), (0, 0, false)),
            ("null".to_owned(), (0, 0, false)),
        ] {
            let Written { done, rejected, in_doubt, .. } = Written::of(&body);
            assert_eq!((done, rejected.len(), in_doubt), counts, "{body}");
        }
    }
    #[test]
    fn after_a_lost_response_a_rejection_says_less() {
        let gone = r#"{"code":"INVALID_DATA","status":"error","message":"no such id","details":{}}"#;
        let refused = r#"{"code":"NO_PERMISSION","status":"error","message":"no","details":{}}"#;
        let deleted = Written::of(gone).after_retry(true);
        assert_eq!((deleted.done, deleted.rejected.len(), deleted.in_doubt), (1, 0, false));
        for (body, is_deletion) in [(gone, false), (refused, true), (&format!("[{gone},{refused}]"), true)] {
            let open = Written::of(body).after_retry(is_deletion);
            assert!(open.in_doubt && !open.rejected.is_empty() && !open.is_nothing(), "{body}");
        }
    }
}
