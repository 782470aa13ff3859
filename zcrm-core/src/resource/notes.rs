//! Notes of records and of the organisation.

use std::collections::BTreeMap;

use super::ask::{as_record_id, only_new, without_id};
use super::attachments::AttachmentsHandle;
use super::list::List;
use super::module::RecordHandle;
use super::organization::OrganizationHandle;
use super::records::{BatchReport, Saved};
use super::sending::{Effect, Sending};
use crate::config::ApiVersion;
use crate::entity::{Json, Members, ModuleRef, Note, NoteId, ParentRef};
use crate::error::Result;
use crate::rest::Session;
use crate::transport::Method;

/// The most notes that Zoho takes in one call.
const MAX_PER_CALL: usize = 100;

/// What a listing of notes asks for where Zoho demands to be told.
const FIELDS: &str = "Note_Title,Note_Content,Parent_Id,Owner,Created_By,Created_Time,Modified_By,Modified_Time";

impl OrganizationHandle {
    /// Lists the notes of all records.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for note in client.organization().notes().sort_by("Modified_Time") {
    ///     println!("{:?}", note?.title);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_notes")]
    pub fn notes(&self) -> List<Note> {
        List::new(&self.session, ["Notes"], "data").default_fields(FIELDS)
    }

    /// Creates any number of notes, each on a record that its [`parent`](Note::parent) and
    /// [`parent_module`](Note::parent_module) name, in calls of at most 100.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Note;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let note = Note::new("Called.").parent("3652397000000190001").parent_module("Leads");
    /// let report = client.organization().create_notes(&[note])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a note has an id. Whatever happens
    /// later stands in the report.
    pub fn create_notes(&self, notes: &[Note]) -> Result<BatchReport> {
        create(&self.session, &["Notes"], notes, None)
    }

    /// Deletes any number of notes, in calls of at most 100.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.organization().delete_notes(["3652397000000190201"])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty. Whatever happens
    /// later stands in the report.
    pub fn delete_notes<I: Into<NoteId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        let ids: Vec<NoteId> = ids.into_iter().map(Into::into).collect();
        Sending::new(&self.session, "data", Effect::Delete).by_ids(&ids, MAX_PER_CALL, &["Notes"])
    }

    /// The attachments of a note. No call goes out yet.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for file in client.organization().note_attachments("3652397000000190201").list() {
    ///     println!("{:?}", file?.file_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "ZCRMNote")]
    #[must_use]
    pub fn note_attachments(&self, note: impl Into<NoteId>) -> AttachmentsHandle {
        AttachmentsHandle::new(&self.session, ["Notes", note.into().as_str()])
    }
}

impl RecordHandle {
    /// The notes of the record. No call goes out yet.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Note;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let notes = client.module("Leads").record("3652397000000190001").notes();
    /// let report = notes.add(&[Note::new("Called; wants a quote.").title("Call")])?;
    /// # let _ = report;
    /// for note in notes.list() {
    ///     println!("{:?}", note?.content);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_notes")]
    #[must_use]
    pub fn notes(&self) -> NotesHandle {
        NotesHandle { record: self.clone() }
    }
}

/// The notes of a record; see [`RecordHandle::notes`].
#[derive(Debug, Clone)]
pub struct NotesHandle {
    record: RecordHandle,
}

impl NotesHandle {
    /// Lists the notes.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let latest = client.module("Leads").record("3652397000000190001").notes().list().per_page(1).send()?;
    /// println!("{:?}", latest.items.first());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_notes")]
    pub fn list(&self) -> List<Note> {
        let path = [self.record.module.name.as_str(), self.record.id.as_str(), "Notes"];
        List::new(&self.record.module.session, path, "data").default_fields(FIELDS)
    }

    /// Adds any number of notes, in calls of at most 100.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Note;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.module("Leads").record("3652397000000190001").notes().add(&[Note::new("Called.")])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a note has an id. Whatever happens
    /// later stands in the report.
    #[doc(alias = "add_notes")]
    pub fn add(&self, notes: &[Note]) -> Result<BatchReport> {
        let module = &self.record.module;
        create(&module.session, &[&module.name, self.record.id.as_str(), "Notes"], notes, Some(&module.name))
    }

    /// Changes a note: what is set is sent.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Note;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let notes = client.module("Leads").record("3652397000000190001").notes();
    /// let saved = notes.update(&Note::with_id("3652397000000190201").title("Second call"))?;
    /// println!("{:?}", saved.modified_time);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the note has no id;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho refuses the
    /// change; whatever a call can fail with.
    #[doc(alias = "update_note")]
    pub fn update(&self, note: &Note) -> Result<Saved> {
        let session = &self.record.module.session;
        let id = note.id.as_ref().ok_or_else(|| without_id("the note"))?;
        let call = self.record.call(Method::Put, &["Notes", id.as_str()])?;
        let body = body(session, note.to_changes()?, note, Some(&self.record.module.name))?;
        let call = call.json(&BTreeMap::from([("data", [body])]))?;
        Saved::of(session.write(&call, "data")?, Some(&id.as_str().into()))
    }

    /// Deletes a note.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.module("Leads").record("3652397000000190001").notes().delete("3652397000000190201")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is no such note; whatever a call can fail with.
    #[doc(alias = "delete_note")]
    pub fn delete(&self, id: impl Into<NoteId>) -> Result<()> {
        let call = self.record.call(Method::Delete, &["Notes", id.into().as_str()])?;
        self.record.module.session.write(&call, "data").map(drop)
    }
}

fn create(session: &Session, path: &[&str], notes: &[Note], module: Option<&str>) -> Result<BatchReport> {
    only_new(notes.iter().map(|note| note.id.is_some()), "note")?;
    let body = |note: &Note| {
        let mut body = body(session, note.to_settable()?, note, module)?;
        body.entry("Note_Content".to_owned()).or_default();
        Ok(body)
    };
    let bodies = notes.iter().map(body).collect::<Result<Vec<_>>>()?;
    let call = |notes: &[Members]| session.call(Method::Post, path)?.json(&BTreeMap::from([("data", notes)]));
    Sending::new(session, "data", Effect::Create).in_calls(&bodies, MAX_PER_CALL, as_record_id, call)
}

/// A note as Zoho takes one: in v2 its record by bare id beside `se_module`, later as one object. `module` is that of
/// the record whose notes are written, where the path names one.
fn body(session: &Session, mut body: Members, note: &Note, module: Option<&str>) -> Result<Members> {
    let own_module = body.remove("$se_module");
    let parent = note.parent.as_ref().filter(|_| body.contains_key("Parent_Id"));
    let id = parent.and_then(|parent| parent.id.as_ref());
    if session.version() < ApiVersion::V3 {
        if let Some(id) = id {
            body.insert("Parent_Id".to_owned(), id.as_str().into());
        }
        if let Some(module) = own_module.or_else(|| module.map(Json::from)) {
            body.insert("se_module".to_owned(), module);
        }
    } else if let (Some(id), Some(module)) = (id, own_module) {
        body.insert(
            "Parent_Id".to_owned(),
            Json::of(&ParentRef::from(id).module(ModuleRef::default().api_name(module.decode::<String>()?)))?,
        );
    }
    Ok(body)
}
