//! How an entity is written down: one line a member, and everything else follows.

/// Defines entities: plain structs whose fields are all optional, readable from and writable to Zoho's JSON.
///
/// * `field: Type = "key",` is a member that Zoho tells; with `set` at the end it can be set by us as well, gets a
///   method of the same name, and is part of the body of a create or an update.
/// * `or text api_name` after the name: older versions send a bare text in place of the object, which is this field.
/// * `where "null" is null` after the name: the text stands for null in some answers.
///
/// Members without a field, and values that do not fit their field (null among them), are kept in `other` and written
/// back, so nothing that Zoho sent is lost.
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
            /// What has no field here, and values that do not fit theirs (null among them), as Zoho sent them.
            pub other: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// The JSON keys of the fields.
            #[allow(dead_code)]
            pub(crate) const KEYS: &[&str] = &[$($key),*];

            $(entity!(@setter $name $field $type, $($set)?);)*

            /// The members that a create or an update sends, in the order of the fields.
            #[allow(dead_code, unused_mut, unused_variables)]
            pub(crate) fn settable(&self) -> serde_json::Result<serde_json::Map<String, serde_json::Value>> {
                let mut body = serde_json::Map::new();
                $(entity!(@body self body $field $key, $($set)?);)*
                Ok(body)
            }

            fn from_members(members: &serde_json::Map<String, serde_json::Value>) -> Self {
                let mut entity = Self::default();
                for (key, value) in members {
                    let fits = match key.as_str() {
                        $(_ if value == $null => false,)?
                        $($key => {
                            entity.$field = crate::entity::member::Member::read(value);
                            entity.$field.is_some()
                        })*
                        _ => false,
                    };
                    if !fits {
                        entity.other.insert(key.clone(), value.clone());
                    }
                }
                entity
            }
        }

        impl crate::entity::member::Member for $name {
            fn read(value: &serde_json::Value) -> Option<Self> {
                match value {
                    serde_json::Value::Object(members) => Some(Self::from_members(members)),
                    $(serde_json::Value::String(text) if text != "null" => {
                        Some(Self { $text: Some(text.as_str().into()), ..Self::default() })
                    })?
                    _ => None,
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                crate::entity::member::Member::read(&value)
                    .ok_or_else(|| serde::de::Error::custom(concat!(stringify!($name), ": expected an object")))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                $(if let (Some(text), 1) = (&self.$text, self.len()) {
                    return serializer.serialize_str(text.as_ref());
                })?
                let mut map = serializer.serialize_map(Some(self.len()))?;
                $(if let Some(value) = &self.$field {
                    map.serialize_entry($key, value)?;
                })*
                for (key, value) in self.unshadowed() {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }

        impl $name {
            /// The members of `other` that no field has taken the place of.
            fn unshadowed(&self) -> impl Iterator<Item = (&String, &serde_json::Value)> {
                self.other.iter().filter(|(key, _)| match key.as_str() {
                    $($key => self.$field.is_none(),)*
                    _ => true,
                })
            }

            /// How many members there are to write.
            fn len(&self) -> usize {
                [$(self.$field.is_some()),*].into_iter().filter(|set| *set).count() + self.unshadowed().count()
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
            $body.insert($key.to_owned(), serde_json::to_value(value)?);
        }
    };
}

pub(crate) use entity;
