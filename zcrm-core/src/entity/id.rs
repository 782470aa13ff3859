//! Ids: texts of 18 to 20 digits that are no numbers to calculate with.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// Zoho sends ids as JSON strings, at times as numbers; both are read, a string is written.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Wraps an id as Zoho gave it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into().into_boxed_str())
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self::new(id)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self::new(id)
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self::new(id.as_str())
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self::new(id.to_string())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(IdVisitor).map(Self)
            }
        }

        impl crate::entity::member::Member for $name {
            fn read(json: &crate::entity::Json) -> Option<Self> {
                crate::entity::member::plain_text(json).map(Self::new)
            }
        }

        impl From<$name> for crate::entity::Json {
            fn from(id: $name) -> Self {
                id.as_str().into()
            }
        }
    )*};
}

struct IdVisitor;

impl serde::de::Visitor<'_> for IdVisitor {
    type Value = Box<str>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an id as text or number")
    }

    fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<Self::Value, E> {
        Ok(id.into())
    }

    fn visit_string<E: serde::de::Error>(self, id: String) -> Result<Self::Value, E> {
        Ok(id.into_boxed_str())
    }

    fn visit_u64<E: serde::de::Error>(self, id: u64) -> Result<Self::Value, E> {
        Ok(id.to_string().into_boxed_str())
    }

    fn visit_i64<E: serde::de::Error>(self, id: i64) -> Result<Self::Value, E> {
        Ok(id.to_string().into_boxed_str())
    }
}

ids! {
    /// The id of a record of any module.
    RecordId,
    /// The id of a user.
    UserId,
    /// The id of an organization.
    OrgId,
    /// The id of a role.
    RoleId,
    /// The id of a profile.
    ProfileId,
    /// The id of a module.
    ModuleId,
    /// The id of a field.
    FieldId,
    /// The id of a layout.
    LayoutId,
    /// The id of a custom view (`cvid`).
    CustomViewId,
    /// The id of a related list's definition.
    RelatedListId,
    /// The id of a tag.
    TagId,
    /// The id of a note.
    NoteId,
    /// The id of an attachment.
    AttachmentId,
    /// The id of a tax of the organization.
    TaxId,
    /// The id of a variable.
    VariableId,
    /// The id of a group of variables.
    VariableGroupId,
    /// The id of a territory.
    TerritoryId,
    /// The id of an assignment rule (`lar_id`).
    AssignmentRuleId,
    /// The id of a channel of notifications, which whoever makes the channel chooses: the digits of a number.
    ChannelId,
}

/// What a write gives has a [`RecordId`], whatever was written.
macro_rules! written {
    ($($name:ident),* $(,)?) => {$(
        impl From<RecordId> for $name {
            fn from(id: RecordId) -> Self {
                Self(id.0)
            }
        }

        impl From<&RecordId> for $name {
            fn from(id: &RecordId) -> Self {
                Self(id.0.clone())
            }
        }
    )*};
}

written!(UserId, TagId, NoteId, AttachmentId, TaxId, VariableId);
