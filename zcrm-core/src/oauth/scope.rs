//! Names of scopes, as Zoho spells them (Zoho's page *Scopes*). Any other of Zoho's names may be used as text.

/// All modules, records, notes, attachments: `ZohoCRM.modules.ALL`.
pub const MODULES: &str = "ZohoCRM.modules.ALL";
/// Metadata, fields, layouts, roles, profiles, tags, variables: `ZohoCRM.settings.ALL`.
pub const SETTINGS: &str = "ZohoCRM.settings.ALL";
/// Users: `ZohoCRM.users.ALL`.
pub const USERS: &str = "ZohoCRM.users.ALL";
/// The organization: `ZohoCRM.org.ALL`.
pub const ORGANIZATION: &str = "ZohoCRM.org.ALL";
/// Bulk read and write: `ZohoCRM.bulk.ALL`.
pub const BULK: &str = "ZohoCRM.bulk.ALL";
/// Queries: `ZohoCRM.coql.READ`.
pub const COQL: &str = "ZohoCRM.coql.READ";
/// Notifications: `ZohoCRM.notifications.ALL`.
pub const NOTIFICATIONS: &str = "ZohoCRM.notifications.ALL";
/// Searching records: `ZohoSearch.securesearch.READ`.
pub const SEARCH: &str = "ZohoSearch.securesearch.READ";
/// The files that bulk write uploads: `ZohoFiles.files.ALL`.
pub const FILES: &str = "ZohoFiles.files.ALL";
/// The e-mail address of the user who consents, by which their tokens are named: `AaaServer.profile.READ`.
pub const PROFILE: &str = "AaaServer.profile.READ";
/// A program that works with records, users and metadata and knows whose tokens it has.
pub const USUAL: [&str; 6] = [MODULES, SETTINGS, USERS, ORGANIZATION, SEARCH, PROFILE];
