//! Notes of the organization, and of a record.

use crate::config::ApiVersion;
use crate::entity::{Attachment, Json, Members, ModuleRef, Note, NoteId, ParentRef};
use crate::error::Result;
use crate::resource::collection::{
    Collection, Create, Definition, Delete, Get, Resource, Scope, Sizes, Update, Writable,
};
use crate::rest::{Fields, Listing, Request, Response};

/// What is read of notes from v3 on, where fields have to be named.
const FIELDS: &str = "Note_Title,Note_Content,Parent_Id,Owner,Created_By,Created_Time,Modified_By,Modified_Time";

impl Definition for Note {
    type Id = NoteId;
    const NAME: &'static str = "a note";
    const KEY: &'static str = "data";
    const SIZES: Sizes = Sizes { create: 100, update: 0, delete: 100 };
    const FIELDS_OF_ONE: Option<&'static str> = Some(FIELDS);

    fn listing(request: Request<Response>) -> Listing {
        Listing::paged(request, Self::KEY).sorted_and_by_time().with_page_tokens().with_fields(Fields::Default(FIELDS))
    }
}

impl Writable for Note {
    fn id(&self) -> Option<&str> {
        self.id.as_ref().map(AsRef::as_ref)
    }

    /// From v3 on the note names its record, and Zoho's SDKs and OpenAPI file create notes at this one path.
    fn created_at(scope: &Scope) -> Option<&'static str> {
        (scope.version >= ApiVersion::V3 && scope.record.is_some()).then_some("Notes")
    }

    fn body(&self, scope: &Scope) -> Result<Members> {
        let mut body = with_parent(self, self.to_settable()?, scope)?;
        body.entry("Note_Content".to_owned()).or_default();
        Ok(body)
    }

    fn changes(&self, scope: &Scope) -> Result<Members> {
        with_parent(self, self.to_changes()?, scope)
    }
}

/// The parent as each version wants it, by Zoho's pages *Create notes* and the schemas of its SDKs: its id and the
/// module up to v4; an object with the id, and the module, in v5 and v6; an object with id and module from v6 on. The
/// module is `se_module` on the pages up to v4, `$se_module` in the SDKs from v3 to v6: where the two differ, both are
/// sent.
fn with_parent(note: &Note, mut body: Members, scope: &Scope) -> Result<Members> {
    let (version, record) = (scope.version, scope.record.as_ref());
    let set = body.contains_key("Parent_Id");
    let own = note.parent.as_ref().filter(|_| set).and_then(|parent| parent.id.as_ref()).map(AsRef::as_ref);
    // Up to v2.1 the path of the record names it.
    let of_path = record.filter(|_| version >= ApiVersion::V3).map(|(_, id)| id.as_str());
    let module = body.remove("$se_module").and_then(|module| module.text().map(|text| text.into_owned()));
    let module = module.or_else(|| record.map(|(module, _)| module.clone()));
    if let Some(id) = own.or(of_path) {
        let parent = match &module {
            Some(module) if version >= ApiVersion::V6 => {
                Json::of(&ParentRef::from(id).module(ModuleRef::default().api_name(module.as_str())))?
            }
            _ if version >= ApiVersion::V5 => Json::of(&ParentRef::from(id))?,
            _ => Json::from(id),
        };
        body.insert("Parent_Id".to_owned(), parent);
    }
    if let Some(module) = module {
        if version <= ApiVersion::V4 {
            body.insert("se_module".to_owned(), module.as_str().into());
        }
        if (ApiVersion::V3..=ApiVersion::V6).contains(&version) {
            body.insert("$se_module".to_owned(), module.into());
        }
    }
    Ok(body)
}

impl Resource for Note {}
impl Get for Note {}
impl Create for Note {}
impl Update for Note {}
impl Delete for Note {}

impl Collection<Note> {
    /// The attachments of a note.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for file in client.notes().attachments("3652397000000190301").list() {
    ///     println!("{:?}", file?.file_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "ZCRMNote")]
    #[must_use]
    pub fn attachments(&self, note: impl Into<NoteId>) -> Collection<Attachment> {
        Collection::new(&self.session, ["Notes", note.into().as_str(), "Attachments"]).by_id()
    }
}
