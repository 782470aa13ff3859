//! Which of Zoho's results belongs to which item.

use super::effect::Effect;
use super::outcomes::{Outcome, Saved};
use super::rows::Row;
use crate::error::{ApiError, Error};
use crate::rest::response::ItemResult;

/// What surrounds the results of one request.
pub(super) struct Context<'a> {
    pub(super) effect: Effect,
    /// Whether an earlier attempt may have done the request.
    pub(super) retried: bool,
    /// The error of a rejected item.
    pub(super) rejected: &'a dyn Fn(ApiError) -> Error,
    /// The error of an item whose outcome is open.
    pub(super) open: &'a dyn Fn(String) -> Error,
}

/// One outcome an item. Results are matched by id where ids are known before the response, and by position otherwise. A
/// result that cannot be read, or a number of results that does not fit, leaves only those items open that it is about.
pub(super) fn outcomes(results: Vec<Option<ItemResult>>, rows: &[Row], context: &Context<'_>) -> Vec<Outcome> {
    // The one result of a request with one item is about that item.
    let by_id = rows.len() > 1 && matches!(context.effect, Effect::Update | Effect::Delete);
    let fits = results.len() == rows.len();
    let mut results: Vec<Option<ItemResult>> = results;
    let came: Vec<String> =
        results.iter().flatten().filter(|result| result.is_success()).filter_map(ItemResult::id).collect();
    let mut matched: Vec<Option<ItemResult>> = vec![None; rows.len()];
    if by_id {
        for (row, slot) in rows.iter().zip(&mut matched) {
            let claims = |result: &Option<ItemResult>| {
                let id = result.as_ref().filter(|result| result.is_success()).and_then(ItemResult::id);
                id.is_some() && id.as_deref() == row.id.as_ref().map(AsRef::as_ref)
            };
            if let Some(claimed) = results.iter_mut().find(|result| claims(result)) {
                *slot = claimed.take();
            }
        }
    }
    if fits {
        // What is left belongs to the row at its place, unless it is a success that names another row.
        for (slot, result) in matched.iter_mut().zip(&mut results) {
            let names_another = by_id && result.as_ref().is_some_and(|left| left.is_success() && left.id().is_some());
            if slot.is_none() && !names_another {
                *slot = result.take();
            }
        }
        // A rejection whose place was taken by a success for another row belongs to the only row that is left.
        let left: Vec<ItemResult> = results.into_iter().flatten().filter(|result| !result.is_success()).collect();
        let mut free: Vec<&mut Option<ItemResult>> = matched.iter_mut().filter(|slot| slot.is_none()).collect();
        if let ([slot], [rejection]) = (free.as_mut_slice(), left.as_slice()) {
            **slot = Some(rejection.clone());
        }
    }
    let missing = if fits {
        "Zoho's result for this item cannot be read, or names another one".to_owned()
    } else {
        format!(
            "{} items were sent, and Zoho's response has another number of results; {}",
            rows.len(),
            ids_that_came(&came)
        )
    };
    let is_ambiguous = |result: &ItemResult| context.effect == Effect::Create && is_given_twice(result, &came);
    let outcome = |(row, result): (&Row, Option<ItemResult>)| match result {
        Some(result) if is_ambiguous(&result) => {
            let text = format!("Zoho gives several new items one id, {}", result.id().unwrap_or_default());
            Outcome::Unanswered((context.open)(text))
        }
        Some(result) => outcome(result, row, context),
        None => Outcome::Unanswered((context.open)(missing.clone())),
    };
    rows.iter().zip(matched).map(outcome).collect()
}

fn is_given_twice(result: &ItemResult, ids: &[String]) -> bool {
    result.is_success() && result.id().is_some_and(|id| ids.iter().filter(|other| **other == id).count() > 1)
}

fn outcome(result: ItemResult, row: &Row, context: &Context<'_>) -> Outcome {
    if let (Effect::Delete, true, true, Some(id)) = (context.effect, context.retried, result.is_absent(), &row.id) {
        return Outcome::Deleted(id.clone());
    }
    if result.is_rejection() {
        return Outcome::Rejected((context.rejected)(result.into_api_error()));
    }
    if !result.is_success() {
        let error = (context.open)("Zoho's result does not say whether it was done".to_owned());
        return Outcome::Unanswered(error.with_api(result.into_api_error()));
    }
    let updated = result.action.as_deref().is_some_and(|action| action.eq_ignore_ascii_case("update"));
    let known = if context.effect == Effect::Create { None } else { row.id.as_ref() };
    let saved = Saved::of(result, known).map(|mut saved| {
        if let (Some(id), Effect::Update | Effect::Delete) = (&row.id, context.effect) {
            saved.id = id.clone();
        }
        saved.retried(context.retried)
    });
    match (saved, context.effect) {
        (None, _) => Outcome::Unanswered((context.open)("Zoho reports success without an id".to_owned())),
        (Some(saved), Effect::Update) => Outcome::Updated(saved),
        (Some(saved), Effect::Upsert) if updated => Outcome::Updated(saved),
        (Some(saved), Effect::Create | Effect::Upsert) => Outcome::Created(saved),
        (Some(saved), Effect::Delete) => Outcome::Deleted(saved.id),
    }
}

fn ids_that_came(ids: &[String]) -> String {
    if ids.is_empty() { "none has an id".to_owned() } else { format!("these ids came: {}", ids.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use serde_json::{Value, json};

    fn run(effect: Effect, retried: bool, ids: &[&str], results: &[Value]) -> Vec<String> {
        let rows: Vec<Row> = ids.iter().map(|id| Row::of_id(id).unwrap()).collect();
        let results = results.iter().map(|result| ItemResult::parse(&result.to_string())).collect();
        let context = Context {
            effect,
            retried,
            rejected: &|api| Error::new(ErrorKind::InvalidRequest, api.code),
            open: &|text| Error::new(ErrorKind::InvalidResponse, text),
        };
        let short = |outcome: &Outcome| match outcome {
            Outcome::Created(saved) => format!("created {}", saved.id),
            Outcome::Updated(saved) => format!("updated {}", saved.id),
            Outcome::Deleted(id) => format!("deleted {id}"),
            Outcome::Rejected(error) => format!("rejected {error}"),
            Outcome::Unanswered(_) => "unanswered".to_owned(),
            Outcome::NotSent(_) => "not sent".to_owned(),
        };
        outcomes(results, &rows, &context).iter().map(short).collect()
    }

    fn done(id: &str) -> Value {
        json!({ "code": "SUCCESS", "status": "success", "details": { "id": id } })
    }

    fn refused(code: &str) -> Value {
        json!({ "code": code, "status": "error", "details": {} })
    }

    #[test]
    fn results_in_another_order_are_matched_by_id() {
        let outcomes = run(Effect::Update, false, &["1", "2"], &[done("2"), refused("X")]);
        assert_eq!(outcomes, ["rejected X", "updated 2"]);
        let outcomes = run(Effect::Delete, false, &["1", "2", "3"], &[done("3"), done("1"), done("2")]);
        assert_eq!(outcomes, ["deleted 1", "deleted 2", "deleted 3"]);
    }

    #[test]
    fn a_success_for_a_record_that_was_not_sent_leaves_its_place_open() {
        let outcomes = run(Effect::Update, false, &["1", "2"], &[done("9"), done("2")]);
        assert_eq!(outcomes, ["unanswered", "updated 2"]);
        let twice = run(Effect::Update, false, &["1", "2"], &[done("2"), done("2")]);
        assert_eq!(twice, ["unanswered", "updated 2"]);
    }

    #[test]
    fn one_odd_result_leaves_one_row_open() {
        let outcomes = run(Effect::Create, false, &["1", "2", "3"], &[done("7"), json!(5), refused("X")]);
        assert_eq!(outcomes, ["created 7", "unanswered", "rejected X"]);
        let odd = json!({ "details": { "id": "7" } });
        assert_eq!(run(Effect::Create, false, &["1", "2"], &[odd, done("8")]), ["unanswered", "created 8"]);
        let no_id = json!({ "code": "SUCCESS", "status": "success", "details": {} });
        assert_eq!(run(Effect::Create, false, &["1"], &[no_id]), ["unanswered"]);
        let unspoken = json!({ "code": 200, "status": true, "details": { "id": "7" } });
        assert_eq!(run(Effect::Create, false, &["1", "2"], &[unspoken, done("8")]), ["unanswered", "created 8"]);
    }

    #[test]
    fn one_id_is_not_that_of_two_new_records() {
        let results = [done("7"), done("8"), done("7"), refused("X")];
        let outcomes = run(Effect::Create, false, &["1", "2", "3", "4"], &results);
        assert_eq!(outcomes, ["unanswered", "created 8", "unanswered", "rejected X"]);
        let outcomes = run(Effect::Upsert, false, &["1", "2"], &[done("7"), done("7")]);
        assert_eq!(outcomes, ["created 7", "created 7"], "two rows of one check value are one record");
    }

    #[test]
    fn too_few_results_keep_what_is_known_by_id() {
        assert_eq!(run(Effect::Update, false, &["1", "2"], &[done("2")]), ["unanswered", "updated 2"]);
        assert_eq!(run(Effect::Create, false, &["1", "2"], &[done("7")]), ["unanswered", "unanswered"]);
    }

    #[test]
    fn no_such_id_means_deleted_only_after_a_lost_response() {
        let results = [refused("INVALID_DATA"), refused("NO_PERMISSION")];
        assert_eq!(run(Effect::Delete, true, &["1", "2"], &results), ["deleted 1", "rejected NO_PERMISSION"]);
        assert_eq!(run(Effect::Delete, false, &["1"], &results[..1]), ["rejected INVALID_DATA"]);
    }

    #[test]
    fn an_upsert_says_what_it_did() {
        let updated = json!({ "code": "SUCCESS", "status": "success", "action": "update", "details": { "id": "4" } });
        assert_eq!(run(Effect::Upsert, false, &["1", "2"], &[updated, done("5")]), ["updated 4", "created 5"]);
    }
}
