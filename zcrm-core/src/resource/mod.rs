//! What you ask: handles that know a path and a session, and builders that say what to send.
//!
//! A handle costs nothing to make: [`Client::module`](crate::Client::module) only remembers a name, and
//! [`ModuleHandle::record`] only remembers an id. A call goes out when a method's name says so (`get`, `create`,
//! `delete`), when a builder is sent, or when an iterator is asked for its first item.

mod access;
mod ask;
mod custom_views;
mod list;
mod metadata;
mod module;
mod organization;
pub mod records;
mod sending;
mod users;

pub use custom_views::CustomViews;
pub use list::List;
pub use metadata::ModulesHandle;
pub use module::{ModuleHandle, RecordHandle};
pub use organization::OrganizationHandle;
pub use users::UserType;
