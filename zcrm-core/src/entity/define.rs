//! How an entity is written down: one line a member, and everything else follows.

/// Defines entities: plain structs whose fields are all optional, readable from and writable to Zoho's JSON.
///
/// * `field: Type = "key",` is a member that Zoho tells; with `set` at the end it can be set by us as well, gets a
///   method of the same name, and is part of the body of a create or an update.
/// * `or text api_name` after the name: older versions send a bare text in place of the object, which is this field.
/// * `where "null" is null` after the name: the text stands for null in some answers.
///
/// Members without a field, values that do not fit their field (null among them), and those that fit in another form (a
/// number as text) are kept in `other` and written back as they came, unless their field was changed meanwhile.
macro_rules! entity {
    ($(
        $(#[$doc:meta])*
        pub struct $name:ident $(or text $text:ident)? $(where $null:literal is null)? {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $key:literal $($set:ident)?,)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            /// What has no field here, and what came in another form than its field's (null, a number as text), as Zoho
            /// sent it.
            pub other: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// The JSON keys of the fields.
            #[allow(dead_code)]
            pub(crate) const KEYS: &[&str] = &[$($key),*];

            $(entity!(@setter $name $field $type, $($set)?);)*

            /// The members that a create or an update sends, in the order of the fields.
            #[allow(dead_code, unused_mut, unused_variables)]
            pub(crate) fn to_settable(&self) -> crate::error::Result<serde_json::Map<String, serde_json::Value>> {
                let mut body = serde_json::Map::new();
                $(entity!(@body self body $field $key, $($set)?);)*
                Ok(body)
            }

            fn from_members(members: &serde_json::Map<String, serde_json::Value>) -> Self {
                use crate::entity::member::{Member, Read};
                let mut entity = Self::default();
                for (key, value) in members {
                    let exact = match key.as_str() {
                        $(_ if value == $null => false,)?
                        $($key => match Member::read(value) {
                            Some(read) => {
                                let exact = matches!(read, Read::Exact(_));
                                entity.$field = Some(read.into_inner());
                                exact
                            }
                            None => false,
                        },)*
                        _ => false,
                    };
                    if !exact {
                        entity.other.insert(key.clone(), value.clone());
                    }
                }
                entity
            }
        }

        impl crate::entity::member::Member for $name {
            fn read(value: &serde_json::Value) -> Option<crate::entity::member::Read<Self>> {
                use crate::entity::member::Read;
                match value {
                    serde_json::Value::Object(members) => Some(Read::Exact(Self::from_members(members))),
                    $(serde_json::Value::String(text) if text != "null" => {
                        Some(Read::Like(Self { $text: Some(text.as_str().into()), ..Self::default() }))
                    })?
                    _ => None,
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                crate::entity::member::Member::read(&value)
                    .map(crate::entity::member::Read::into_inner)
                    .ok_or_else(|| serde::de::Error::custom(concat!(stringify!($name), ": expected an object")))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                $(if let Some(value) = &self.$field && !self.came_as($key, value) {
                    map.serialize_entry($key, value)?;
                })*
                for (key, value) in &self.other {
                    let replaced = match key.as_str() {
                        $($key => self.$field.as_ref().is_some_and(|field| !self.came_as($key, field)),)*
                        _ => false,
                    };
                    if !replaced {
                        map.serialize_entry(key, value)?;
                    }
                }
                map.end()
            }
        }

        impl $name {
            /// Whether `other` holds another form of this very value, such as the number `"5"` came as text.
            fn came_as<T: crate::entity::member::Member + PartialEq>(&self, key: &str, value: &T) -> bool {
                let original = self.other.get(key).and_then(T::read);
                original.is_some_and(|original| original.into_inner() == *value)
            }
        }
    )*};

    (@setter $name:ident $field:ident $type:ty,) => {};
    (@setter $name:ident $field:ident $type:ty, set) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](", stringify!($name), "::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, value: impl Into<$type>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };

    (@body $self:ident $body:ident $field:ident $key:literal,) => {};
    (@body $self:ident $body:ident $field:ident $key:literal, set) => {
        if let Some(value) = &$self.$field {
            let value = serde_json::to_value(value).map_err(|cause| {
                crate::error::Error::new(crate::error::ErrorKind::InvalidInput, concat!($key, " cannot be written"))
                    .with_source(cause)
            })?;
            $body.insert($key.to_owned(), value);
        }
    };
}

pub(crate) use entity;
