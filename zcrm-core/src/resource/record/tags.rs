//! The tags of a record.

use serde_json::Map;

use super::RecordHandle;
use crate::entity::{Json, Tag};
use crate::error::Result;
use crate::resource::module::{MAX_TAGS_OF_ONE, tagging};
use crate::transport::Method;

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
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, without tags, with more than 10, or
    /// when a name is empty or holds a comma that the version cannot tell from two names;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho rejects
    /// them; otherwise every kind that a request can fail with.
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
        let request = self.request(Method::Post, &["actions", action]);
        let request = tagging(request, action, self.session().version(), &names, MAX_TAGS_OF_ONE, Map::new());
        self.session().run(&request.and_then(|response| {
            let result = response.result("data")?;
            Ok(result.details.get("tags").as_ref().map(tags_of).unwrap_or_default())
        }))
    }
}

/// Up to v3 tags come as names, later as objects.
fn tags_of(tags: &Json) -> Vec<Tag> {
    tags.elements().into_iter().flatten().filter_map(|tag| tag.read().ok()).collect()
}
