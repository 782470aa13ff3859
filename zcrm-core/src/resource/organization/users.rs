//! Users.

use serde_json::json;

use crate::config::ApiVersion;
use crate::criteria::Criteria;
use crate::entity::{Json, Members, User, UserId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::collection::{
    Collection, Create, Definition, Delete, Get, Resource, Scope, Sizes, Update, Writable,
};
use crate::rest::{List, Listing, Request, Response};
use crate::transport::Method;

/// Which users a listing has (`type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserType {
    /// All (`AllUsers`).
    #[doc(alias = "get_all_users")]
    All,
    /// Those who can sign in (`ActiveUsers`).
    #[doc(alias = "get_all_active_users")]
    Active,
    /// Those who cannot (`DeactiveUsers`).
    #[doc(alias = "get_all_deactive_users")]
    Deactive,
    /// Those who accepted their invitation (`ConfirmedUsers`).
    #[doc(alias = "get_all_confirmed_users")]
    Confirmed,
    /// Those who did not yet (`NotConfirmedUsers`).
    #[doc(alias = "get_all_not_confirmed_users")]
    NotConfirmed,
    /// Those who were deleted (`DeletedUsers`).
    #[doc(alias = "get_all_deleted_users")]
    Deleted,
    /// Those who are active and confirmed (`ActiveConfirmedUsers`).
    #[doc(alias = "get_all_active_confirmed_users")]
    ActiveConfirmed,
    /// Administrators (`AdminUsers`).
    #[doc(alias = "get_all_admin_users")]
    Admin,
    /// Administrators who are active and confirmed (`ActiveConfirmedAdmins`).
    #[doc(alias = "get_all_active_confirmed_admin_users")]
    ActiveConfirmedAdmin,
    /// The user whose tokens the call uses (`CurrentUser`); see also
    /// `client.users().current()`.
    Current,
}

impl UserType {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::All,
        Self::Active,
        Self::Deactive,
        Self::Confirmed,
        Self::NotConfirmed,
        Self::Deleted,
        Self::ActiveConfirmed,
        Self::Admin,
        Self::ActiveConfirmedAdmin,
        Self::Current,
    ];

    /// The word as Zoho wants it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "AllUsers",
            Self::Active => "ActiveUsers",
            Self::Deactive => "DeactiveUsers",
            Self::Confirmed => "ConfirmedUsers",
            Self::NotConfirmed => "NotConfirmedUsers",
            Self::Deleted => "DeletedUsers",
            Self::ActiveConfirmed => "ActiveConfirmedUsers",
            Self::Admin => "AdminUsers",
            Self::ActiveConfirmedAdmin => "ActiveConfirmedAdmins",
            Self::Current => "CurrentUser",
        }
    }
}

impl Definition for User {
    type Id = UserId;
    const NAME: &'static str = "a user";
    const KEY: &'static str = "users";
    const SIZES: Sizes = Sizes { create: 1, update: 0, delete: 0 };

    fn listing(request: Request<Response>) -> Listing {
        Listing::paged(request, Self::KEY).since().with_filters(&["type"])
    }
}

impl Writable for User {
    fn id(&self) -> Option<&str> {
        self.id.as_ref().map(AsRef::as_ref)
    }

    fn body(&self, scope: &Scope) -> Result<Members> {
        let custom = self.other.iter().filter(|(key, _)| !Self::KEYS.contains(&key.as_str()));
        body(self, self.to_settable()?, custom, scope.version)
    }

    fn changes(&self, scope: &Scope) -> Result<Members> {
        body(self, self.to_changes()?, self.changed_other(), scope.version)
    }
}

impl Resource for User {}
impl Get for User {}
impl Create for User {}
impl Update for User {}
impl Delete for User {}

impl Collection<User> {
    /// Reads the user whose tokens the client uses.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.users().current()?.full_name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Scope`] without `ZohoCRM.users.READ`; otherwise every kind that a request can fail with.
    #[doc(alias = "get_current_user")]
    pub fn current(&self) -> Result<User> {
        let request = self.request(Method::Get, &[]).query("type", UserType::Current.as_str());
        self.session.run(&request.one(User::KEY))
    }

    /// Searches users. API v2 alone has this; in later versions the listing fails with [`ErrorKind::Unsupported`].
    ///
    /// ```no_run
    /// use zcrm_core::criteria::Criteria;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for user in client.users().search(&Criteria::equals("last_name", "Berg")) {
    ///     println!("{:?}", user?.email);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "search_users_by_criteria")]
    pub fn search(&self, criteria: &Criteria) -> List<User> {
        let version = self.session.version();
        let request = self.request(Method::Get, &["search"]);
        let request = match criteria.search_text(version) {
            Ok(criteria) => request.query("criteria", criteria),
            Err(error) => request.fault(error),
        };
        if version == ApiVersion::V2 {
            return List::new(&self.session, User::listing(request));
        }
        let text = format!("Zoho's API {version} cannot search users; list them instead");
        List::new(&self.session, User::listing(request.fault(Error::new(ErrorKind::Unsupported, text))))
    }
}

impl List<User> {
    /// Only users of this type; without it, all of them.
    pub fn of_type(self, user_type: UserType) -> Self {
        self.filter("type", user_type.as_str())
    }
}

/// A user as Zoho takes one: role, profile and manager as objects with their id, custom fields by name. In v2 role and
/// profile are bare ids, as the Ruby SDK sends them; Zoho's SDKs for v2.1 to v8 and its OpenAPI file have objects (its
/// pages *Add users* show bare ids throughout).
fn body<'a>(
    user: &User,
    mut body: Members,
    custom: impl Iterator<Item = (&'a String, &'a Json)>,
    version: ApiVersion,
) -> Result<Members> {
    let role = user.role.as_ref().and_then(|role| Some(role.id.as_ref()?.as_str()));
    let profile = user.profile.as_ref().and_then(|profile| Some(profile.id.as_ref()?.as_str()));
    let manager = user.reporting_to.as_ref().and_then(|manager| Some(manager.id.as_ref()?.as_str()));
    for (key, id) in [("role", role), ("profile", profile), ("Reporting_To", manager)] {
        if let (Some(value), Some(id)) = (body.get_mut(key), id) {
            let is_bare = version == ApiVersion::V2 && key != "Reporting_To";
            *value = if is_bare { id.into() } else { Json::of(&json!({ "id": id }))? };
        }
    }
    let custom = custom.filter(|(key, _)| !key.starts_with('$'));
    body.extend(custom.map(|(key, value)| (key.clone(), value.clone())));
    Ok(body)
}
