//! What comes back: plain data. No entity can reach the network.
//!
//! # How entities read
//!
//! All fields are public and optional, since Zoho leaves out or nulls nearly everything somewhere. The field names are
//! Zoho's in Rust's spelling; the JSON keys are exact, whatever their case. Answers differ by version, so a value that
//! does not fit its field (null, text for an object) is not an error: it is in `other`, with the members that have no
//! field. Written as JSON, an entity gives back exactly what was read, digit by digit, but for what was changed
//! meanwhile. Values of any type are [`Json`], which keeps the text that they came as.
//!
//! An entity remembers what it was read from, and an update sends only what was changed. A field that was read and is
//! set to `None` is sent as null, which clears it in Zoho.
//!
//! ```
//! use zcrm_core::entity::User;
//!
//! let user: User = serde_json::from_str(r#"{"id": 410405000000112011, "Isonline": false, "shoe_size": 43}"#)?;
//! assert_eq!(user.is_online, Some(false));
//! assert_eq!(user.other["shoe_size"], 43);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod attachment;
mod criteria;
mod custom_view;
mod define;
mod field;
mod id;
mod json;
mod layout;
mod member;
mod module;
mod note;
mod organization;
mod profile;
mod record;
mod reference;
mod related_list;
mod role;
mod tag;
mod tax;
mod three_state;
mod time;
mod user;
mod variable;

pub use attachment::Attachment;
pub use criteria::CustomViewCriteria;
pub use custom_view::{CustomView, CustomViewCategory};
pub use field::{
    AutoNumberField, CurrencyField, Field, FormulaField, LookupField, MultiSelectLookupField, OperationType,
    PickListValue, QueryDetails, UniqueField, ViewType,
};
pub use id::*;
pub(crate) use json::write as write_json;
pub use json::{Json, Members};
pub use layout::{
    Layout, LeadConvertMapping, LeadConvertMappingField, LeadConvertMappings, Section, SectionProperties,
};
pub use module::Module;
pub use note::Note;
pub use organization::{LicenseDetails, Organization};
pub use profile::{Permission, Profile, ProfileCategory, ProfileSection};
pub(crate) use record::range_within;
pub use record::*;
pub use reference::*;
pub use related_list::{ModuleRelatedList, RelatedListProperties};
pub use role::Role;
pub use tag::{Tag, TagsInfo};
pub use tax::{OrgTax, Tax, TaxPreference};
pub use three_state::Nullable;
pub use time::{Date, DateTime};
pub use user::{CustomizeInfo, Theme, ThemeTab, User};
pub use variable::{Variable, VariableGroup};
