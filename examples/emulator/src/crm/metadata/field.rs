//! Fields as the emulator defines them.

/// What a field holds, which decides how values are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The id of a record. No field is defined so; conditions have it.
    Id,
    Text,
    TextArea,
    Email,
    Phone,
    Website,
    Picklist(&'static [&'static str]),
    MultiPicklist(&'static [&'static str]),
    Integer,
    Bigint,
    Double,
    Currency,
    Percent,
    Boolean,
    Date,
    DateTime,
    /// A record of that module.
    Lookup(&'static str),
    /// A record of the module that `$se_module` names, Accounts where it names none.
    Anything,
    User,
    AutoNumber,
    Subform,
    FileUpload,
    ProfileImage,
    /// An object or array of a shape of its own, such as `Remind_At`.
    Json,
}

/// A field of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) api_name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) mandatory: bool,
    pub(crate) read_only: bool,
    pub(crate) custom: bool,
    pub(crate) unique: bool,
}

impl Field {
    pub(super) const fn new(api_name: &'static str, kind: Kind) -> Self {
        Self { api_name, kind, mandatory: false, read_only: false, custom: false, unique: false }
    }

    pub(super) const fn mandatory(self) -> Self {
        Self { mandatory: true, ..self }
    }

    pub(super) const fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }

    pub(super) const fn custom(self) -> Self {
        Self { custom: true, ..self }
    }

    pub(super) const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// The greatest number of characters, where there is one.
    pub(crate) fn max_length(&self) -> Option<usize> {
        match self.kind {
            Kind::Text | Kind::Website => Some(255),
            Kind::Email => Some(100),
            Kind::Phone => Some(30),
            Kind::TextArea => Some(32_000),
            Kind::Picklist(_) => Some(120),
            _ => None,
        }
    }
}
