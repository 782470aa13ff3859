//! Optimistic locking: a record is written only if nobody modified it since it was read.

use super::lock::Condition;
use super::options::Writer;
use crate::entity::DateTime;
#[cfg(doc)]
use crate::error::Error;

impl Writer {
    /// Updates a record only if nobody modified it since it was read: its own `Modified_Time` has to be among the
    /// fields that were read. Updates and upserts alone have such a condition.
    ///
    /// Each record goes in a request of its own, since Zoho has one condition for a whole request
    /// (`If-Unmodified-Since`; its pages *Update Records* and *Upsert Records*, v7). One that was modified is
    /// [`Rejected`](crate::rest::Outcome::Rejected) with [`Modified`](crate::ErrorKind::Modified), and
    /// [`Error::api`] tells by whom and when: where Zoho does not say so, the record is read, for one credit.
    ///
    /// Zoho's clock counts whole seconds: a modification in the same second as the one that was read passes unseen. So
    /// does one by an API version that does not know the condition; Zoho documents it for the later ones.
    ///
    /// Where the response to a first attempt was lost, "modified" may be our own doing. The record is then read: with
    /// the values that were sent it counts as updated, with others it is
    /// [`Unanswered`](crate::rest::Outcome::Unanswered).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let leads = client.module("Leads");
    /// let mut lead = leads.record("3652397000000190001").get()?;
    /// lead.set("City", "Oslo");
    /// for (index, conflict) in leads.writer().if_unmodified().update(&[lead])?.failed() {
    ///     println!("record {index}: {conflict}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn if_unmodified(self) -> Self {
        Self { condition: Some(Condition::Read), ..self }
    }

    /// As [`if_unmodified`](Self::if_unmodified), with one moment for all records.
    #[must_use]
    pub fn if_unmodified_since(self, moment: DateTime) -> Self {
        Self { condition: Some(Condition::Since(moment)), ..self }
    }
}
