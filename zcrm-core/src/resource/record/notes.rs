//! The notes of a record.

use super::RecordHandle;
use crate::entity::Note;
use crate::resource::collection::Collection;

impl RecordHandle {
    /// The notes of the record. Scope: `ZohoCRM.modules.notes.ALL`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::entity::Note;
    ///
    /// let notes = client.module("Leads").record("3652397000000190001").notes();
    /// notes.create(&[Note::new("Wants a quote")])?.into_result()?;
    /// for note in notes.list() {
    ///     println!("{:?}", note?.content);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_notes")]
    #[doc(alias = "add_notes")]
    #[doc(alias = "update_note")]
    #[doc(alias = "delete_note")]
    #[must_use]
    pub fn notes(&self) -> Collection<Note> {
        let (module, id) = (self.module.api_name(), self.id.as_str());
        Collection::new(self.session(), [module, id, "Notes"]).of_record(module, id)
    }
}
