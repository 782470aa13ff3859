//! A call to the CRM that was let in.

use crate::answer::Answer;
use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::crm::users::Person;
use crate::verdict::{missing_param, too_many};
use crate::version::Version;

const MOST_FIELDS: usize = 50;

/// A call that was let in.
pub(crate) struct Visit<'a> {
    pub(crate) call: &'a Call,
    pub(crate) version: Version,
    pub(crate) behaviour: &'a Behaviour,
    /// The user whose token was sent.
    pub(crate) person: Person,
}

impl<'a> Visit<'a> {
    /// The `fields` parameter, which versions from v3 on demand.
    pub(crate) fn fields(&self) -> Result<Vec<&'a str>, Box<Answer>> {
        let fields = self.call.query_list("fields");
        if fields.is_empty() && self.version >= Version::V3 {
            return Err(missing_param("fields"));
        }
        if fields.len() > MOST_FIELDS {
            return Err(too_many("fields", MOST_FIELDS));
        }
        Ok(fields)
    }
}
