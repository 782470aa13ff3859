//! Several requests in one call: side by side, one after the other, or all or none.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::references::Names;
use super::request::{KEY, Part, read};
use crate::answer::{Answer, Content, Outcome};
use crate::call::Call;
use crate::crm::org::Org;
use crate::crm::visit::{Visit, moment_of};
use crate::verdict::{ambiguous, failure, missing_member, not_supported, refuse, unknown};
use crate::version::Version;

/// Requests of one call.
const MOST: usize = 5;

/// How a call below `/crm/{version}` is answered.
type Route = fn(&mut Org, &Visit<'_>, &[&str]) -> Outcome;

pub(crate) fn run(org: &mut Org, visit: &Visit<'_>, route: Route) -> Outcome {
    if visit.call.method != "POST" {
        return unknown(true);
    }
    if visit.version < Version::V3 {
        return Err(not_supported(Version::V3));
    }
    let body = visit.call.json()?;
    let parts = body[KEY].as_array().filter(|parts| !parts.is_empty()).ok_or_else(|| missing_member(KEY))?;
    if parts.len() > MOST {
        let details = json!({ "api_name": KEY, "json_path": "$.__composite_requests", "maximum_length": MOST });
        return Err(refuse(400, "INVALID_DATA", "invalid data", details));
    }
    let rollback = body["rollback_on_fail"].as_bool().unwrap_or_default();
    let side_by_side = side_by_side(visit.version, &body)?;
    if rollback && side_by_side == Some(true) {
        return Err(ambiguous(&["rollback_on_fail", "parallel_execution"]));
    }
    let parts: Vec<Result<Part, Value>> = parts.iter().map(|part| read(part, visit.version)).collect();
    let mut seen = HashSet::new();
    for name in parts.iter().flatten().filter_map(|part| part.name.as_ref()) {
        if !seen.insert(name) {
            let details = json!({ "api_name": "sub_request_id", "sub_request_indexes": [] });
            return Err(refuse(400, "DUPLICATE_DATA", "duplicate data", details));
        }
    }
    let in_order = side_by_side.map_or(rollback, |side_by_side| !side_by_side);
    let mut run = Run { org, visit, route, names: HashMap::new(), answers: vec![None; parts.len()] };
    if rollback { Ok(run.all_or_none(&parts)) } else { run.each(&parts, in_order) }
}

/// What the body says of the order; the word for it is another one up to v5.
fn side_by_side(version: Version, body: &Value) -> Result<Option<bool>, Box<Answer>> {
    let (word, wrong) = match version < Version::V6 {
        true => ("concurrent_execution", Some("parallel_execution")),
        false => ("parallel_execution", None),
    };
    if let Some(wrong) = wrong.filter(|wrong| body.get(*wrong).is_some()) {
        return Err(refuse(400, "INVALID_DATA", "invalid data", json!({ "api_name": wrong })));
    }
    Ok(body[word].as_bool())
}

struct Run<'a, 'b> {
    org: &'a mut Org,
    visit: &'a Visit<'b>,
    route: Route,
    /// What the requests that are done gave, by name.
    names: Names,
    answers: Vec<Option<Value>>,
}

impl Run<'_, '_> {
    fn all_or_none(&mut self, parts: &[Result<Part, Value>]) -> Answer {
        let before = (self.org.records.clone(), self.org.tags.clone(), self.org.ties.clone());
        let failed = (0..parts.len()).find(|&index| !self.perform(parts, index));
        let Some(failed) = failed else {
            return self.answer(200);
        };
        self.org.records.take_back(before.0);
        (self.org.tags, self.org.ties) = (before.1, before.2);
        let details = json!({ "rollbacked_by_sub_request_index": failed });
        for (index, answer) in self.answers.iter_mut().enumerate() {
            let (code, message) = if index < failed {
                ("ROLLBACK_PERFORMED", "rollback performed because of another sub request's failure")
            } else {
                ("PROCESSING_STOPPED", "processing stopped because of another sub request's failure")
            };
            if index != failed {
                *answer = Some(failure(code, message, details.clone()));
            }
        }
        self.answer(400)
    }

    /// Those that refer to another one wait for it.
    fn each(&mut self, parts: &[Result<Part, Value>], in_order: bool) -> Outcome {
        let mut left: Vec<usize> = (0..parts.len()).collect();
        while !left.is_empty() {
            let is_ready = |index: &usize| {
                let wanted = parts.get(*index).and_then(|part| part.as_ref().ok()).map(Part::references);
                let waiting = |name: &String| {
                    left.iter().any(|&other| {
                        parts
                            .get(other)
                            .and_then(|part| part.as_ref().ok()?.name.as_ref())
                            .is_some_and(|other| other == name)
                    })
                };
                in_order || !wanted.unwrap_or_default().iter().any(waiting)
            };
            let Some(position) = left.iter().position(is_ready) else {
                return Err(refuse(400, "LOOPING_FOUND", "the sub requests refer to each other", json!({})));
            };
            let index = left.remove(position);
            self.perform(parts, index);
        }
        let done = self.answers.iter().flatten().filter(|answer| answer["code"] == "SUCCESS").count();
        let status = match done {
            0 => 400,
            _ if done == parts.len() => 200,
            _ => 207,
        };
        Ok(self.answer(status))
    }

    /// Does one request; whether it succeeded.
    fn perform(&mut self, parts: &[Result<Part, Value>], index: usize) -> bool {
        let result = match parts.get(index) {
            Some(Ok(part)) => self.execute(part),
            Some(Err(refused)) => Err(refused.clone()),
            None => return true,
        };
        let (succeeded, item) = match result {
            Ok((status, item)) => (status < 400, item),
            Err(refused) => (false, refused),
        };
        if let Some(answer) = self.answers.get_mut(index) {
            *answer = Some(item);
        }
        succeeded
    }

    fn execute(&mut self, part: &Part) -> Result<(u16, Value), Value> {
        let part = part.resolved(&self.names)?;
        let mut call = Call::within(&part.method, &part.url(), &part.headers, part.body.as_ref());
        call.session.clone_from(&self.visit.call.session);
        let path = part.path_below_version();
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        let visit = Visit {
            call: &call,
            version: part.version,
            behaviour: self.visit.behaviour,
            person: self.visit.person.clone(),
            unmodified_since: moment_of(&call, "If-Unmodified-Since").ok().flatten(),
        };
        let answer = (self.route)(self.org, &visit, &segments).unwrap_or_else(|refusal| *refusal);
        let body: Value = match &answer.content {
            Content::Bytes(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
            Content::File(_) => Value::Null,
        };
        if let Some(name) = &part.name {
            let gave = if answer.status < 400 { body.clone() } else { Value::Null };
            self.names.insert(name.clone(), gave);
        }
        let headers = json!({
            "Content-Disposition": "attachment; filename=response.json",
            "X-Content-Type-Options": "nosniff",
            "content-type": "application/json;charset=utf-8",
        });
        let response = json!({ "status_code": answer.status, "headers": headers, "body": body });
        let item = json!({
            "code": "SUCCESS",
            "status": "success",
            "message": "composite sub request executed successfully",
            "details": { "response": response },
        });
        Ok((answer.status, item))
    }

    fn answer(&self, status: u16) -> Answer {
        Answer::json(status, &json!({ KEY: self.answers }))
    }
}
