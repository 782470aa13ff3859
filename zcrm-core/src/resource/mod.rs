//! What you ask: handles that know a path and a session, and builders that say what to send.
//!
//! A handle costs nothing to make: [`Client::module`](crate::Client::module) only remembers a name, and
//! [`ModuleHandle::record`] only remembers an id. A call goes out when a method's name says so (`get`, `create`,
//! `delete`), when a builder is sent, or when an iterator is asked for its first item.

mod access;
mod ask;
mod attachments;
mod custom_views;
mod list;
mod metadata;
mod module;
mod notes;
mod organization;
mod photo;
pub mod records;
mod related;
mod sending;
mod tags;
mod taxes;
mod users;
mod variables;

pub use attachments::AttachmentsHandle;
pub use custom_views::CustomViews;
pub use list::List;
pub use metadata::ModulesHandle;
pub use module::{ModuleHandle, RecordHandle};
pub use notes::NotesHandle;
pub use organization::OrganizationHandle;
pub use photo::PhotoHandle;
pub use related::RelatedHandle;
pub use users::UserType;
