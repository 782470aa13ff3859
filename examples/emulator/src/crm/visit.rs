//! A call to the CRM that was let in.

use crate::behaviour::Behaviour;
use crate::call::Call;
use crate::crm::org::Person;
use crate::version::Version;

/// A call that was let in.
pub(crate) struct Visit<'a> {
    pub(crate) call: &'a Call,
    pub(crate) version: Version,
    pub(crate) behaviour: &'a Behaviour,
    /// The user whose token was sent.
    pub(crate) person: Person,
}
