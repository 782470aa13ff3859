//! Users.

use std::collections::BTreeMap;

use super::ask::{without_id, written_id};
use super::list::List;
use super::organization::OrganizationHandle;
use crate::config::ApiVersion;
use crate::entity::{Json, Members, User, UserId, UserRef};
use crate::error::{Error, Result};
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
    /// [`current_user`](OrganizationHandle::current_user).
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

impl OrganizationHandle {
    /// Reads one user; a deleted one too.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let user = client.organization().user("3652397000000186017")?;
    /// println!("{:?} {:?}", user.full_name, user.role.and_then(|role| role.name));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when there is no such user; whatever a call can fail
    /// with.
    #[doc(alias = "get_user")]
    pub fn user(&self, id: impl Into<UserId>) -> Result<User> {
        let id = id.into();
        self.session.one(&self.session.call(Method::Get, ["users", id.as_str()])?, "users")
    }

    /// Reads the user whose tokens the call uses.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("signed in as {:?}", client.organization().current_user()?.email);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`ErrorKind::Scope`](crate::ErrorKind::Scope) without `ZohoCRM.users.READ`.
    #[doc(alias = "get_current_user")]
    pub fn current_user(&self) -> Result<User> {
        let call = self.session.call(Method::Get, ["users"])?.query("type", UserType::Current.as_str());
        self.session.one(&call, "users")
    }

    /// Lists the users of a kind: all of them as an iterator, or one page with [`send`](List::send).
    ///
    /// ```no_run
    /// use zcrm_core::resource::UserType;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for user in client.organization().users(UserType::ActiveConfirmed) {
    ///     println!("{:?}", user?.email);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_users")]
    #[doc(alias = "get_all_active_users")]
    #[doc(alias = "get_all_deactive_users")]
    #[doc(alias = "get_all_confirmed_users")]
    #[doc(alias = "get_all_not_confirmed_users")]
    #[doc(alias = "get_all_deleted_users")]
    #[doc(alias = "get_all_active_confirmed_users")]
    #[doc(alias = "get_all_admin_users")]
    #[doc(alias = "get_all_active_confirmed_admin_users")]
    pub fn users(&self, kind: UserType) -> List<User> {
        List::new(&self.session, ["users"], "users").with("type", kind.as_str())
    }

    /// Lists the users that fit criteria, such as `(last_name:equals:Nguyen)`, which
    /// [`Criteria`](super::records::Criteria) writes. `kind` narrows the search.
    ///
    /// Zoho's Ruby SDK for v2 has this call and no later description of the API does, so it is refused from v3 on.
    ///
    /// ```no_run
    /// use zcrm_core::resource::records::Criteria;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let found = client.organization().search_users(Criteria::equals("last_name", "Nguyen"), None)?.send()?;
    /// println!("{} users", found.items.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) from v3 on; [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) when the criteria are empty.
    #[doc(alias = "search_users_by_criteria")]
    pub fn search_users(&self, criteria: impl ToString, kind: Option<UserType>) -> Result<List<User>> {
        self.session.supported(|version| version < ApiVersion::V3, "search users", "list them instead")?;
        let criteria = criteria.to_string();
        if criteria.is_empty() {
            return Err(Error::invalid("the criteria of the search are empty"));
        }
        let list = List::new(&self.session, ["users", "search"], "users").with("criteria", criteria);
        Ok(match kind {
            Some(kind) => list.with("type", kind.as_str()),
            None => list,
        })
    }

    /// Creates a user, who is invited by mail; gives the id.
    ///
    /// It is sent once: after [`ErrorKind::Unanswered`](crate::ErrorKind::Unanswered) the user may exist or not.
    ///
    /// ```no_run
    /// use zcrm_core::entity::User;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let user = User::new("An", "Nguyen", "nguyen@example.com", "3652397000000026005", "3652397000000026011");
    /// let id = client.organization().create_user(&user.first_name("An"))?;
    /// println!("invited {id}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`] when Zoho refuses the user; whatever a call can fail with.
    pub fn create_user(&self, user: &User) -> Result<UserId> {
        let custom = user.other.iter().filter(|(key, _)| !User::KEYS.contains(&key.as_str()));
        let body = body(user, user.to_settable()?, custom)?;
        let call = self.session.call(Method::Post, ["users"])?.json(&body)?;
        written_id(&self.session.write(&call, "users")?)
    }

    /// Changes a user: what is set is sent, all else stays as it is.
    ///
    /// ```no_run
    /// use zcrm_core::entity::{User, UserId};
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.organization().update_user(&User::with_id("3652397000000186017").phone("+47 22 00 00 00"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the user has no id; [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) with
    /// [`Error::api`] when Zoho refuses the change; whatever a call can fail with.
    pub fn update_user(&self, user: &User) -> Result<()> {
        let id = user.id.as_ref().ok_or_else(|| without_id("the user"))?;
        let body = body(user, user.to_changes()?, user.changed_other())?;
        let call = self.session.call(Method::Put, ["users", id.as_str()])?.json(&body)?;
        self.session.write(&call, "users").map(drop)
    }

    /// Deletes a user. Zoho keeps deleted users, and they can still be read by id.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.organization().delete_user("3652397000000186017")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is no such user or Zoho refuses; whatever a call can fail with.
    pub fn delete_user(&self, id: impl Into<UserId>) -> Result<()> {
        let id = id.into();
        let call = self.session.call(Method::Delete, ["users", id.as_str()])?;
        self.session.write(&call, "users").map(drop)
    }
}

/// A user as Zoho takes one: role and profile by bare id, the manager as an object, custom fields by name.
fn body<'a>(
    user: &User,
    mut body: Members,
    custom: impl Iterator<Item = (&'a String, &'a Json)>,
) -> Result<BTreeMap<&'static str, [Members; 1]>> {
    let role = user.role.as_ref().and_then(|role| Some(role.id.as_ref()?.as_str()));
    let profile = user.profile.as_ref().and_then(|profile| Some(profile.id.as_ref()?.as_str()));
    for (key, id) in [("role", role), ("profile", profile)] {
        if let (Some(value), Some(id)) = (body.get_mut(key), id) {
            *value = id.into();
        }
    }
    let manager = user.reporting_to.as_ref().and_then(|manager| manager.id.as_ref());
    if let (Some(value), Some(id)) = (body.get_mut("Reporting_To"), manager) {
        *value = Json::of(&UserRef::from(id))?;
    }
    let custom = custom.filter(|(key, _)| !key.starts_with('$'));
    body.extend(custom.map(|(key, value)| (key.clone(), value.clone())));
    Ok(BTreeMap::from([("users", [body])]))
}
