//! A call to the CRM that was let in.

use serde_json::json;
use time::OffsetDateTime;

use crate::answer::Answer;
use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::crm::users::Person;
use crate::moment;
use crate::verdict::{missing_param, refuse, too_many};
use crate::version::Version;

const MOST_FIELDS: usize = 50;

/// A call that was let in.
pub(crate) struct Visit<'a> {
    pub(crate) call: &'a Call,
    pub(crate) version: Version,
    pub(crate) behaviour: &'a Behaviour,
    /// The user whose token was sent.
    pub(crate) person: Person,
    /// Changes of records that were changed later than this are refused.
    pub(crate) unmodified_since: Option<OffsetDateTime>,
}

/// The moment in a header.
pub(crate) fn moment_of(call: &Call, header: &str) -> Result<Option<OffsetDateTime>, Box<Answer>> {
    let Some(text) = call.header(header) else {
        return Ok(None);
    };
    let details = || json!({ "expected_data_type": "datetime", "header": header });
    let moment = moment::parse(text).ok_or_else(|| refuse(400, "INVALID_DATA", "invalid data", details()))?;
    Ok(Some(moment))
}

impl<'a> Visit<'a> {
    /// The moment of `If-Modified-Since`, which Zoho wants in ISO 8601.
    pub(crate) fn modified_since(&self) -> Result<Option<OffsetDateTime>, Box<Answer>> {
        moment_of(self.call, "If-Modified-Since")
    }

    /// The `fields` parameter, which lists of records demand from v3 on.
    pub(crate) fn fields(&self) -> Result<Vec<&'a str>, Box<Answer>> {
        self.fields_since(Version::V3)
    }

    /// The `fields` parameter, demanded from that version on.
    pub(crate) fn fields_since(&self, since: Version) -> Result<Vec<&'a str>, Box<Answer>> {
        let fields = self.call.query_list("fields");
        if fields.is_empty() && self.version >= since {
            return Err(missing_param("fields"));
        }
        if fields.len() > MOST_FIELDS {
            return Err(too_many("fields", MOST_FIELDS));
        }
        Ok(fields)
    }
}
