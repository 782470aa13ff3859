//! Tags of a module, and on its records.

#[cfg(doc)]
use crate::ErrorKind;
use serde_json::{Map, Value, json};

use super::ModuleHandle;
use crate::config::ApiVersion;
use crate::entity::{Members, RecordId, Tag, TagId};
use crate::error::{Error, Result};
use crate::resource::collection::{Collection, Create, Definition, Resource, Scope, Sizes, Update, Writable};
use crate::rest::{Batch, BatchReport, Cost, Effect, Idempotency, Request, Response, Row, comma_list};
use crate::transport::Method;

/// The most tags that many records get in a request.
const MAX_TAGS: usize = 50;

/// The most tags that one record gets in a request.
pub(in crate::resource) const MAX_TAGS_OF_ONE: usize = 10;

impl Definition for Tag {
    type Id = TagId;
    const NAME: &'static str = "a tag";
    const KEY: &'static str = "tags";
    const SIZES: Sizes = Sizes { create: MAX_TAGS, update: MAX_TAGS, delete: 0 };
}

impl Writable for Tag {
    fn id(&self) -> Option<&str> {
        self.id.as_ref().map(AsRef::as_ref)
    }

    fn body(&self, _: &Scope) -> Result<Members> {
        if self.name.as_ref().is_none_or(|name| name.trim().is_empty()) {
            return Err(Error::invalid("the tag has no name"));
        }
        self.to_settable()
    }

    fn changes(&self, _: &Scope) -> Result<Members> {
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Error::invalid("the name of the tag is empty"));
        }
        self.to_changes()
    }

    fn changes_of_one(&self, scope: &Scope) -> Result<Members> {
        let mut changes = self.changes(scope)?;
        changes.remove("id");
        Ok(changes)
    }
}

impl Resource for Tag {}
impl Create for Tag {}
impl Update for Tag {}

impl ModuleHandle {
    /// The tags of the module. Scope: `ZohoCRM.settings.tags.READ`, and `.CREATE`, `.UPDATE`, `.DELETE` to write.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for tag in client.module("Leads").tags().list().all()? {
    ///     println!("{:?}", tag.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_tags")]
    #[doc(alias = "create_tags")]
    #[doc(alias = "update_tags")]
    #[doc(alias = "ZCRMTag")]
    #[must_use]
    pub fn tags(&self) -> Collection<Tag> {
        self.settings("tags")
    }

    /// Puts tags on any number of records, in requests of at most 100 records, 500 from v4 on. Tags that do not exist
    /// yet are created.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = ["3652397000000190001", "3652397000000190002"];
    /// client.module("Leads").add_tags(["met at the fair"], leads)?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, without tags, with more than 50, when
    /// a name is empty or holds a comma that the version cannot tell from two names, or when an id is empty; the error
    /// of the first request when it shows that nothing can be sent. What happens later is in the report.
    #[doc(alias = "add_tags_to_multiple_records")]
    pub fn add_tags<S: Into<String>, I: Into<RecordId>>(
        &self,
        names: impl IntoIterator<Item = S>,
        records: impl IntoIterator<Item = I>,
    ) -> Result<BatchReport> {
        self.tag_records("add_tags", names, records)
    }

    /// Takes tags off any number of records, in requests of at most 100 records, 500 from v4 on.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").remove_tags(["met at the fair"], ["3652397000000190001"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`add_tags`](Self::add_tags).
    #[doc(alias = "remove_tags_from_multiple_records")]
    pub fn remove_tags<S: Into<String>, I: Into<RecordId>>(
        &self,
        names: impl IntoIterator<Item = S>,
        records: impl IntoIterator<Item = I>,
    ) -> Result<BatchReport> {
        self.tag_records("remove_tags", names, records)
    }

    fn tag_records<S: Into<String>, I: Into<RecordId>>(
        &self,
        action: &'static str,
        names: impl IntoIterator<Item = S>,
        records: impl IntoIterator<Item = I>,
    ) -> Result<BatchReport> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let rows: Vec<Result<Row>> = records.into_iter().map(|id| Row::of_id(id.into().as_str())).collect();
        let version = self.session.version();
        check_names(&names, MAX_TAGS, version).map_err(Error::logged)?;
        let module = self.clone();
        let request = move |rows: &[Row]| {
            let ids: Vec<&RecordId> = rows.iter().filter_map(|row| row.id.as_ref()).collect();
            let cost = Cost::per_items(ids.len(), 50);
            let request = module.request(Method::Post, &["actions", action]).with_cost(cost);
            if in_query(version) {
                tagging(request.query("ids", comma_list(&ids)), action, version, &names, MAX_TAGS, Map::new())
            } else {
                tagging(request, action, version, &names, MAX_TAGS, Map::from_iter([("ids".to_owned(), json!(ids))]))
            }
        };
        let per_request = if version >= ApiVersion::V4 { 500 } else { 100 };
        Batch::new(&self.session, Effect::Update, "data", per_request, request).send_all(rows)
    }
}

impl Collection<Tag> {
    /// Counts the records of the module that have a tag.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{} leads", client.module("Leads").tags().count_records("3652397000000190101")?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is no such tag;
    /// [`InvalidResponse`](crate::ErrorKind::InvalidResponse) when Zoho gives no number; otherwise every kind that a
    /// request can fail with.
    #[doc(alias = "get_tag_count")]
    pub fn count_records(&self, id: impl Into<TagId>) -> Result<u64> {
        let request = self.request(Method::Get, &[id.into().as_str(), "actions", "records_count"]);
        self.session.run(&request.and_then(|response| {
            if response.is_empty() {
                return Err(response.nothing());
            }
            let tag: Tag = response.json()?;
            let count = tag.count.and_then(|count| u64::try_from(count).ok());
            count.ok_or_else(|| response.undecided("Zoho's response has no count"))
        }))
    }

    /// Merges one tag into another: the records of `id` get `into`, and `id` is gone. Gives the tag that stays.
    ///
    /// It is sent once: after [`Unanswered`](crate::ErrorKind::Unanswered) the tags may be merged or not.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let kept = client.module("Leads").tags().merge("3652397000000190101", "3652397000000190104")?;
    /// println!("{:?}", kept.modified_time);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is no such tag; otherwise every kind that a
    /// request can fail with.
    pub fn merge(&self, id: impl Into<TagId>, into: impl Into<TagId>) -> Result<Tag> {
        let id = id.into();
        let path = ["settings", "tags", into.into().as_str(), "actions", "merge"].map(str::to_owned);
        let request = self.session.request(Method::Post, path).json(&json!({ "tags": [{ "conflict_id": &id }] }));
        let request = request.checked(Row::of_id(id.as_str()).map(drop)).and_then(|response| {
            let result = response.result("tags")?;
            result.details.read().map_err(|cause| response.undecided("Zoho tells no tag").with_source(cause))
        });
        self.session.run(&request)
    }

    /// Deletes any number of tags, by their ids, which takes them off all records.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").tags().delete(["3652397000000190101"])?.into_result()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty; the error of the
    /// first request when it shows that nothing can be sent. What happens later is in the report.
    pub fn delete<I: Into<TagId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        let session = self.session.clone();
        let request = move |rows: &[Row]| {
            let id = rows.first().and_then(|row| row.id.as_ref()).map_or("", AsRef::as_ref);
            session.request(Method::Delete, ["settings", "tags", id])
        };
        let rows = ids.into_iter().map(|id| Row::of_id(id.into().as_str()));
        Batch::new(&self.session, Effect::Delete, "tags", 1, request).send_all(rows)
    }

    /// Deletes one tag, which takes it off all records.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").tags().delete_one("3652397000000190101")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is no such tag; otherwise every kind that a
    /// request can fail with.
    pub fn delete_one(&self, id: impl Into<TagId>) -> Result<()> {
        let request = self.session.request(Method::Delete, ["settings", "tags", id.into().as_str()]);
        self.session.run(&request.deleted("tags"))
    }
}

/// Up to v3 tags and ids are in the query (the schemas of Zoho's SDKs 3 and 4).
fn in_query(version: ApiVersion) -> bool {
    version < ApiVersion::V4
}

/// A request with the names of tags: in the query, or as objects in the body beside what is there. Doing it twice is
/// the same as doing it once.
pub(in crate::resource) fn tagging(
    request: Request<Response>,
    action: &str,
    version: ApiVersion,
    names: &[String],
    limit: usize,
    mut body: Map<String, Value>,
) -> Request<Response> {
    let request = request.with_idempotency(Idempotency::Idempotent).checked(check_names(names, limit, version));
    if in_query(version) {
        return request.query("tag_names", names.join(","));
    }
    let tags: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    body.insert("tags".to_owned(), tags.into());
    if action == "add_tags" {
        // Zoho's default, which its OpenAPI file demands to be said.
        body.insert("over_write".to_owned(), false.into());
    }
    request.json(&body)
}

fn check_names(names: &[String], limit: usize, version: ApiVersion) -> Result<()> {
    let fault = if names.is_empty() {
        "no tags are given".to_owned()
    } else if names.len() > limit {
        format!("{} tags are given; Zoho takes at most {limit} in a request", names.len())
    } else if names.iter().any(|name| name.trim().is_empty()) {
        "the name of a tag is empty".to_owned()
    } else if let Some(name) = names.iter().find(|name| in_query(version) && name.contains(',')) {
        format!("the tag {name:?} holds a comma, which Zoho's API {version} cannot tell from two tags")
    } else {
        return Ok(());
    };
    Err(Error::invalid(fault))
}
