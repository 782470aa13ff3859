//! How an entity is written down: one line a member, and everything else follows.

/// Defines entities: plain structs whose fields are all optional, readable from and writable to Zoho's JSON.
///
/// * `field: Type = "key",` is a member that Zoho tells; with `set` at the end it can be set by us as well, gets a
///   method of the same name, and is part of the body of a create or an update.
/// * `field: Type = "key" | "other_key",` has another name in some versions. Written, it has the name that it came under.
/// * `or text api_name` after the name: some versions send a bare text in place of the object, which is this field.
/// * `where "null" is null` after the name: the text stands for null in some responses.
///
/// Members without a field and values that do not fit their field (null among them) are kept in `other`. An entity
/// remembers what it was read from: what was not changed is written back as it came.
macro_rules! entity {
    ($(
        $(#[$doc:meta])*
        pub struct $name:ident $(or text $text:ident)? $(where $null:literal is null)? {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $key:literal $(| $alias:literal)* $($set:ident)?,)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            /// What has no field here, and what does not fit its field (null, another type), as Zoho sent it.
            pub other: crate::entity::Members,
            original: crate::entity::member::Original,
        }

        impl $name {
            $(entity!(@setter $name $field $type, $($set)?);)*

            /// All members, as they are written.
            pub(crate) fn to_members(&self) -> serde_json::Result<crate::entity::Members> {
                let original = self.original.members();
                let mut members = self.other.clone();
                $(entity!(@names $key [$($alias)*]).put(&mut members, &original, self.$field.as_ref())?;)*
                Ok(members)
            }

            fn from_json(json: &crate::entity::Json) -> Option<Self> {
                let mut members = json.members()?;
                Some(Self {
                    $($field: entity!(@names $key [$($alias)*]).take(&mut members),)*
                    other: members,
                    original: crate::entity::member::Original::of(json),
                })
            }
        }

        #[allow(dead_code, unused_mut, unused_variables)]
        impl $name {
            /// The usual JSON keys of the fields.
            pub(crate) const KEYS: &[&str] = &[$($key),*];

            /// The text that stands for null.
            const NULL: Option<&str> = entity!(@null $($null)?);

            /// The members that a create sends: all that are set and can be.
            pub(crate) fn to_settable(&self) -> crate::error::Result<crate::entity::Members> {
                let original = self.original.members();
                let mut body = crate::entity::Members::new();
                $(entity!(@body self original body $field $key [$($alias)*], $($set)?);)*
                Ok(body)
            }

            /// The members that an update sends: those that were changed since the entity was read, and the id where it
            /// belongs into the body. A field that was read and then set to `None` is sent as null.
            pub(crate) fn to_changes(&self) -> crate::error::Result<crate::entity::Members> {
                let original = self.original.members();
                let mut body = crate::entity::Members::new();
                $(entity!(@change self original body $field $key [$($alias)*], $($set)?);)*
                Ok(body)
            }

            /// The members without a field, custom fields for example, that were changed since the entity was read.
            pub(crate) fn changed_other(&self) -> impl Iterator<Item = (&String, &crate::entity::Json)> {
                let original = self.original.members();
                let known = |key: &str| Self::KEYS.contains(&key);
                self.other.iter().filter(move |(key, value)| !known(key) && original.get(*key) != Some(value))
            }
        }

        impl crate::entity::member::Member for $name {
            fn read(json: &crate::entity::Json) -> Option<Self> {
                $(if let Some(text) = json.text().filter(|text| text != "null") {
                    let original = crate::entity::member::Original::of(json);
                    return Some(Self { $text: Some(text.as_ref().into()), original, ..Self::default() });
                })?
                Self::from_json(json)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::entity::member::deserialize(deserializer, stringify!($name))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.original.unchanged(self) {
                    Some(json) => json.serialize(serializer),
                    None => self.to_members().map_err(serde::ser::Error::custom)?.serialize(serializer),
                }
            }
        }
    )*};

    (@names $key:literal [$($alias:literal)*]) => {
        crate::entity::member::Names { usual: $key, others: &[$($alias),*], null: Self::NULL }
    };

    (@null) => { None };
    (@null $null:literal) => { Some($null) };

    (@setter $name:ident $field:ident $type:ty,) => {};
    (@setter $name:ident $field:ident $type:ty, set) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](", stringify!($name), "::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, value: impl Into<$type>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };

    (@body $self:ident $original:ident $body:ident $field:ident $key:literal [$($alias:literal)*],) => {};
    (@body $self:ident $original:ident $body:ident $field:ident $key:literal [$($alias:literal)*], set) => {
        entity!(@names $key [$($alias)*])
            .put(&mut $body, &$original, $self.$field.as_ref())
            .map_err(|cause| crate::entity::member::unwritable($key, cause))?;
    };

    (@change $self:ident $original:ident $body:ident $field:ident $key:literal [$($alias:literal)*],) => {};
    (@change $self:ident $original:ident $body:ident $field:ident $key:literal [$($alias:literal)*], set) => {
        let names = entity!(@names $key [$($alias)*]);
        names
            .change(&mut $body, &$original, $self.$field.as_ref(), &$self.other)
            .map_err(|cause| crate::entity::member::unwritable($key, cause))?;
    };
}

pub(crate) use entity;
