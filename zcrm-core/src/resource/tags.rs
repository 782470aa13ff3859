//! Tags of a module, and on its records.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ask::{as_record_id, only_new, without_id};
use super::module::{ModuleHandle, RecordHandle};
use super::records::BatchReport;
use super::sending::{Effect, Sending, sendable};
use crate::config::ApiVersion;
use crate::entity::{Members, RecordId, Tag, TagId};
use crate::error::{Error, ErrorKind, Result};
use crate::rest::{Call, Repeat};
use crate::transport::Method;

/// The most tags that Zoho takes in one call, and the most that many records get at once.
const MAX_TAGS: usize = 50;

/// The most tags that one record gets at once.
const MAX_TAGS_OF_ONE: usize = 10;

/// The most records that Zoho tags in one call.
const MAX_RECORDS: usize = 100;

impl ModuleHandle {
    /// Lists the tags of the module.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for tag in client.module("Leads").tags()? {
    ///     println!("{:?}", tag.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`ErrorKind::Scope`] without `ZohoCRM.settings.tags.READ`.
    #[doc(alias = "get_tags")]
    pub fn tags(&self) -> Result<Vec<Tag>> {
        self.session.all(&self.settings(Method::Get, &["tags"])?, "tags")
    }

    /// How many records of the module have a tag.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{} leads", client.module("Leads").tag_count("3652397000000190101")?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when there is no such tag; [`ErrorKind::InvalidAnswer`] when Zoho tells no number;
    /// whatever a call can fail with.
    #[doc(alias = "get_tag_count")]
    pub fn tag_count(&self, id: impl Into<TagId>) -> Result<u64> {
        let call = self.settings(Method::Get, &["tags", id.into().as_str(), "actions", "records_count"])?;
        let counted: Tag = self.session.send(&call)?.found()?.json()?;
        let count = counted.count.and_then(|count| u64::try_from(count).ok());
        count.ok_or_else(|| Error::new(ErrorKind::InvalidAnswer, "Zoho's answer has no count"))
    }

    /// Creates any number of tags, in calls of at most 50.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Tag;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").create_tags(&[Tag::new("met at the fair"), Tag::new("call back")])?;
    /// for (index, tag) in report.created() {
    ///     println!("tag {index} has the id {}", tag.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when a tag has an id. Whatever happens later stands in the
    /// report.
    pub fn create_tags(&self, tags: &[Tag]) -> Result<BatchReport> {
        only_new(tags.iter().map(|tag| tag.id.is_some()), "tag")?;
        self.write_tags(Method::Post, Effect::Create, tags)
    }

    /// Renames any number of tags, in calls of at most 50.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Tag;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").update_tags(&[Tag::new("met in May").id("3652397000000190101")])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when a tag has no id. Whatever happens later stands in the
    /// report.
    pub fn update_tags(&self, tags: &[Tag]) -> Result<BatchReport> {
        if tags.iter().any(|tag| tag.id.is_none()) {
            return Err(without_id("a tag"));
        }
        self.write_tags(Method::Put, Effect::Update, tags)
    }

    /// Renames one tag.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Tag;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").update_tag(&Tag::new("met in May").id("3652397000000190101"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when the tag has no id; [`ErrorKind::InvalidRequest`] with
    /// [`Error::api`] when Zoho refuses the name; whatever a call can fail with.
    #[doc(alias = "ZCRMTag")]
    pub fn update_tag(&self, tag: &Tag) -> Result<()> {
        let id = tag.id.as_ref().ok_or_else(|| without_id("the tag"))?;
        let mut body = tag.to_changes()?;
        body.remove("id");
        let call = self.settings(Method::Put, &["tags", id.as_str()])?.json(&BTreeMap::from([("tags", [body])]))?;
        self.session.write(&call, "tags").map(drop)
    }

    /// Deletes a tag, which takes it off all records.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").delete_tag("3652397000000190101")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when there is no such tag; whatever a call can fail with.
    #[doc(alias = "ZCRMTag")]
    pub fn delete_tag(&self, id: impl Into<TagId>) -> Result<()> {
        let call = self.session.call(Method::Delete, ["settings", "tags", id.into().as_str()])?;
        self.session.write(&call, "tags").map(drop)
    }

    /// Merges one tag into another: the records of `id` get `into`, and `id` is gone. Gives the tag that stays.
    ///
    /// It is sent once: after [`ErrorKind::Unanswered`] the tags may be merged or not.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let kept = client.module("Leads").merge_tag("3652397000000190101", "3652397000000190104")?;
    /// println!("{:?}", kept.modified_time);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`] when there is no such tag; whatever a call can fail with.
    #[doc(alias = "merge")]
    pub fn merge_tag(&self, id: impl Into<TagId>, into: impl Into<TagId>) -> Result<Tag> {
        let path = ["settings", "tags", into.into().as_str(), "actions", "merge"].map(str::to_owned);
        let call = self.session.call(Method::Post, path)?;
        let call = call.json(&json!({ "tags": [{ "conflict_id": id.into() }] }))?;
        let result = self.session.write(&call, "tags")?;
        Tag::deserialize(result.details)
            .map_err(|cause| Error::new(ErrorKind::InvalidAnswer, "Zoho tells no tag").with_source(cause))
    }

    /// Puts tags on any number of records, in calls of at most 100 records. Tags that do not exist yet come into being.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = ["3652397000000190001", "3652397000000190002"];
    /// let report = client.module("Leads").add_tags(["met at the fair"], leads)?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, without tags, with more than 50, when a name holds a
    /// comma, which v2 cannot tell from two names, or when an id is empty. Whatever happens later stands in the report.
    #[doc(alias = "add_tags_to_multiple_records")]
    pub fn add_tags<S: Into<String>, I: Into<RecordId>>(
        &self,
        names: impl IntoIterator<Item = S>,
        records: impl IntoIterator<Item = I>,
    ) -> Result<BatchReport> {
        self.tag_records("add_tags", names, records)
    }

    /// Takes tags off any number of records, in calls of at most 100 records.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").remove_tags(["met at the fair"], ["3652397000000190001"])?;
    /// assert!(report.is_complete());
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
        action: &str,
        names: impl IntoIterator<Item = S>,
        records: impl IntoIterator<Item = I>,
    ) -> Result<BatchReport> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let ids: Vec<RecordId> = records.into_iter().map(Into::into).collect();
        sendable(&ids)?;
        let by_query = self.session.version() < ApiVersion::V3;
        let call = |ids: &[RecordId]| {
            let call = self.call(Method::Post, &["actions", action])?.repeat(Repeat::Safe);
            if by_query {
                let call = call.query("ids", super::records::comma_list(ids));
                return tagging(call, by_query, &names, MAX_TAGS, Map::new());
            }
            let ids = Map::from_iter([("ids".to_owned(), json!(ids))]);
            tagging(call, by_query, &names, MAX_TAGS, ids)
        };
        call(&[])?;
        Sending::new(&self.session, "data", Effect::Update).in_calls(&ids, MAX_RECORDS, |id| Some(id.clone()), call)
    }

    fn write_tags(&self, method: Method, effect: Effect, tags: &[Tag]) -> Result<BatchReport> {
        let body = if effect == Effect::Update { Tag::to_changes } else { Tag::to_settable };
        let bodies = tags.iter().map(body).collect::<Result<Vec<_>>>()?;
        let call = |tags: &[Members]| self.settings(method, &["tags"])?.json(&BTreeMap::from([("tags", tags)]));
        Sending::new(&self.session, "tags", effect).in_calls(&bodies, MAX_TAGS, as_record_id, call)
    }
}

impl RecordHandle {
    /// Puts tags on the record, at most 10 at once; gives all tags that the record then has.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let tags = client.module("Leads").record("3652397000000190001").add_tags(["met at the fair"])?;
    /// println!("{} tags", tags.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, without tags, with more than 10, or when a name holds a
    /// comma, which v2 cannot tell from two names; [`ErrorKind::InvalidRequest`] with [`Error::api`] when Zoho refuses;
    /// whatever a call can fail with.
    pub fn add_tags<S: Into<String>>(&self, names: impl IntoIterator<Item = S>) -> Result<Vec<Tag>> {
        self.tag("add_tags", names)
    }

    /// Takes tags off the record, at most 10 at once; gives the tags that it then has.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").remove_tags(["met at the fair"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`add_tags`](Self::add_tags).
    pub fn remove_tags<S: Into<String>>(&self, names: impl IntoIterator<Item = S>) -> Result<Vec<Tag>> {
        self.tag("remove_tags", names)
    }

    fn tag<S: Into<String>>(&self, action: &str, names: impl IntoIterator<Item = S>) -> Result<Vec<Tag>> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let session = &self.module.session;
        let call = self.call(Method::Post, &["actions", action])?.repeat(Repeat::Safe);
        let call = tagging(call, session.version() < ApiVersion::V3, &names, MAX_TAGS_OF_ONE, Map::new())?;
        let result = session.write(&call, "data")?;
        let tags = result.details.get("tags").and_then(|tags| Vec::deserialize(tags).ok());
        Ok(tags.unwrap_or_default())
    }
}

/// Names in the query, as v2 wants them, or objects in the body beside what is there.
fn tagging(call: Call, by_query: bool, names: &[String], limit: usize, mut body: Map<String, Value>) -> Result<Call> {
    let fault = if names.is_empty() {
        "no tags are given".to_owned()
    } else if names.len() > limit {
        format!("{} tags are given; Zoho takes at most {limit} at once here", names.len())
    } else if let Some(name) = names.iter().find(|name| by_query && name.contains(',')) {
        format!("the tag {name:?} holds a comma, which this version of Zoho's API cannot tell from two tags")
    } else {
        if by_query {
            return Ok(call.query("tag_names", names.join(",")));
        }
        let tags: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        body.insert("tags".to_owned(), tags.into());
        return call.json(&body);
    };
    Err(Error::invalid(fault))
}
