//! Who takes part in an event.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A participant of an event (`Participants` of the module Events).
///
/// ```
/// use zcrm_core::entity::{Participant, Record};
///
/// let mut event = Record::new().with("Event_Title", "Review");
/// event.set_as("Participants", &[Participant::email("abc@xyz.com"), Participant::user("3652397000000186017")])?;
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[doc(alias = "ZCRMEventParticipant")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Participant {
    /// The kind: `user`, `contact`, `lead` or `email`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The id of the user, contact or lead; for the kind `email` the address.
    #[doc(alias = "id")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// The e-mail address (`Email`).
    #[serde(rename = "Email", default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether an invitation was sent (`invited`).
    #[doc(alias = "is_invited")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited: Option<bool>,
    /// The answer to the invitation, such as `not_known`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// All other members, kept as they came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Participant {
    /// A user of the organisation, by id.
    pub fn user(id: impl Into<String>) -> Self {
        Self::of_kind("user", id)
    }

    /// A contact, by id.
    pub fn contact(id: impl Into<String>) -> Self {
        Self::of_kind("contact", id)
    }

    /// A lead, by id.
    pub fn lead(id: impl Into<String>) -> Self {
        Self::of_kind("lead", id)
    }

    /// Anyone, by e-mail address.
    pub fn email(address: impl Into<String>) -> Self {
        Self::of_kind("email", address)
    }

    /// The address, whichever member it stands in.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let as_participant = || self.participant.as_deref().filter(|_| self.kind.as_deref() == Some("email"));
        self.email.as_deref().or_else(as_participant)
    }

    fn of_kind(kind: &str, participant: impl Into<String>) -> Self {
        Self {
            kind: Some(kind.to_owned()),
            participant: Some(participant.into()),
            email: None,
            name: None,
            invited: None,
            status: None,
            other: Map::new(),
        }
    }
}
