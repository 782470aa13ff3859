//! Starting a job.

use serde::Serialize;

use super::children::ChildColumns;
use super::columns::{Columns, Mapping};
use super::options::Options;
use crate::config::ApiVersion;
use crate::error::ErrorKind;
use crate::resource::bulk::query::{Callback, Module, bulk_request};
use crate::rest::{Cost, Idempotency, Request, Session};
use crate::transport::Method;

/// What it costs to start a job, whatever its size (Zoho's page *API limits*).
pub(super) const COST: Cost = Cost::credits_of(500);

/// From this version on, `ignore_empty` stands at the top as well.
const IGNORE_EMPTY_AT_TOP: ApiVersion = ApiVersion::V3;

const UNANSWERED: &str = "whether Zoho started the job is not known, since its response was lost; it is not started \
                          again, because that could write its rows twice";

#[derive(Serialize)]
struct Body<'a> {
    operation: &'static str,
    character_encoding: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignore_empty: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<Callback<'a>>,
    resource: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct Resource<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    module: Module<'a>,
    file_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_names: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    find_by: Option<&'a str>,
    ignore_empty: bool,
    field_mappings: Vec<Mapping<'a>>,
}

/// The request that starts a job; it gives the id of the job.
///
/// `findable` says that every row has a value by which its record is found: an update or upsert of such rows may be
/// done twice.
pub(super) fn create(
    session: &Session,
    module: &str,
    options: &Options,
    (columns, children): (&Columns, &[ChildColumns]),
    file_id: &str,
    findable: bool,
) -> Request<String> {
    let version = session.version();
    let ignore_empty = !options.clear_empty;
    // Files are named where there are several.
    let named = |name: String| (!children.is_empty()).then_some([name]);
    let resource = |module, find_by, ignore_empty, file_names, field_mappings| Resource {
        kind: "data",
        module: Module::of(module, version),
        file_id,
        file_names,
        find_by,
        ignore_empty,
        field_mappings,
    };
    let mappings = columns.mappings(options.layout.as_ref().map(AsRef::as_ref));
    let find_by = options.find_by.as_deref();
    let parent = resource(module, find_by, ignore_empty, named(format!("{module}.csv")), mappings);
    let below = children
        .iter()
        .map(|below| resource(&below.children.module, None, true, named(below.file_name()), below.mappings()));
    let body = Body {
        operation: options.operation.word(),
        character_encoding: "UTF-8",
        ignore_empty: (version >= IGNORE_EMPTY_AT_TOP).then_some(ignore_empty),
        callback: options.callback.as_deref().map(Callback::to),
        resource: std::iter::once(parent).chain(below).collect(),
    };
    let idempotency = if options.may_repeat(findable) { Idempotency::Idempotent } else { Idempotency::NotIdempotent };
    let request = bulk_request(Method::Post, version, &["write"]).json(&body).with_cost(COST);
    request.with_idempotency(idempotency).handle(|response| {
        let id = response.and_then(|response| {
            let id = response.result("data")?.id();
            id.ok_or_else(|| response.undecided("Zoho's response names no job"))
        });
        id.map_err(|error| match error.outcome_unknown() {
            true => error.understood_as(ErrorKind::Unanswered, UNANSWERED),
            false => error,
        })
    })
}
