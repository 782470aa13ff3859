//! Who takes part in an event.

use crate::entity::define::entity;

entity! {
    /// A participant of an event (`Participants` of the module Events).
    ///
    /// ```
    /// use zcrm_core::entity::{Participant, Record};
    ///
    /// let mut event = Record::new().with("Event_Title", "Review");
    /// let guests = [Participant::by_email("abc@xyz.com"), Participant::user("3652397000000186017")];
    /// event.set_as("Participants", &guests)?;
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    #[doc(alias = "ZCRMEventParticipant")]
    pub struct Participant {
        /// The kind (`type`): `user`, `contact`, `lead` or `email`.
        #[doc(alias = "type")]
        kind: String = "type" set,
        /// The id of the user, contact or lead; for the kind `email` the address.
        #[doc(alias = "id")]
        participant: String = "participant" set,
        /// The e-mail address.
        email: String = "Email" set,
        /// The name.
        name: String = "name" set,
        /// Whether an invitation was sent.
        #[doc(alias = "is_invited")]
        invited: bool = "invited" set,
        /// The answer to the invitation, such as `not_known`.
        status: String = "status" set,
    }
}

impl Participant {
    /// A user of the organization, by id.
    pub fn user(id: impl Into<String>) -> Self {
        Self::default().kind("user").participant(id)
    }

    /// A contact, by id.
    pub fn contact(id: impl Into<String>) -> Self {
        Self::default().kind("contact").participant(id)
    }

    /// A lead, by id.
    pub fn lead(id: impl Into<String>) -> Self {
        Self::default().kind("lead").participant(id)
    }

    /// Anyone, by e-mail address.
    pub fn by_email(address: impl Into<String>) -> Self {
        Self::default().kind("email").participant(address)
    }

    /// The e-mail address, whichever member it stands in.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let as_participant = || self.participant.as_deref().filter(|_| self.kind.as_deref() == Some("email"));
        self.email.as_deref().or_else(as_participant)
    }
}
