//! Roles and profiles.

use super::organization::OrganizationHandle;
use crate::entity::{Profile, ProfileId, Role, RoleId};
use crate::error::Result;
use crate::transport::Method;

impl OrganizationHandle {
    /// Lists all roles.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for role in client.organization().roles()? {
    ///     println!("{:?} below {:?}", role.name, role.reporting_to.and_then(|above| above.name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.settings.roles.READ`.
    #[doc(alias = "get_all_roles")]
    pub fn roles(&self) -> Result<Vec<Role>> {
        self.session.all(&self.session.call(Method::Get, ["settings", "roles"])?, "roles")
    }

    /// Reads one role.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.organization().role("3652397000000026005")?.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such role; whatever a call can fail with.
    #[doc(alias = "get_role")]
    pub fn role(&self, id: impl Into<RoleId>) -> Result<Role> {
        let id = id.into();
        self.session.one(&self.session.call(Method::Get, ["settings", "roles", id.as_str()])?, "roles")
    }

    /// Lists all profiles, without their permissions.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for profile in client.organization().profiles()? {
    ///     println!("{:?}", profile.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without
    /// `ZohoCRM.settings.profiles.READ`.
    #[doc(alias = "get_all_profiles")]
    pub fn profiles(&self) -> Result<Vec<Profile>> {
        self.session.all(&self.session.call(Method::Get, ["settings", "profiles"])?, "profiles")
    }

    /// Reads one profile, with its permissions.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let profile = client.organization().profile("3652397000000026011")?;
    /// for permission in profile.permissions.unwrap_or_default() {
    ///     println!("{:?}: {:?}", permission.name, permission.enabled);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such profile; whatever a call can fail with.
    #[doc(alias = "get_profile")]
    pub fn profile(&self, id: impl Into<ProfileId>) -> Result<Profile> {
        let id = id.into();
        self.session.one(&self.session.call(Method::Get, ["settings", "profiles", id.as_str()])?, "profiles")
    }
}
