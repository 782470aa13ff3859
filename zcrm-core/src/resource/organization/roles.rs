//! Roles and profiles.

use crate::client::Client;
use crate::entity::{Profile, ProfileId, Role, RoleId};
use crate::resource::collection::{Collection, Definition, Get, Resource};

impl Definition for Role {
    type Id = RoleId;
    const NAME: &'static str = "a role";
    const KEY: &'static str = "roles";
}

impl Resource for Role {}
impl Get for Role {}

impl Definition for Profile {
    type Id = ProfileId;
    const NAME: &'static str = "a profile";
    const KEY: &'static str = "profiles";
}

impl Resource for Profile {}
impl Get for Profile {}

impl Client {
    /// The roles of the organization. Scope: `ZohoCRM.settings.roles.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for role in client.roles().list().all()? {
    ///     println!("{:?} below {:?}", role.name, role.reporting_to.and_then(|above| above.name));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_roles")]
    #[doc(alias = "get_role")]
    #[must_use]
    pub fn roles(&self) -> Collection<Role> {
        Collection::new(self.session(), ["settings", "roles"])
    }

    /// The profiles of the organization: listed without, and read one by one with their permissions. Scope:
    /// `ZohoCRM.settings.profiles.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let profile = client.profiles().get("3652397000000026011")?;
    /// for permission in profile.permissions.unwrap_or_default() {
    ///     println!("{:?}: {:?}", permission.name, permission.enabled);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_profiles")]
    #[doc(alias = "get_profile")]
    #[must_use]
    pub fn profiles(&self) -> Collection<Profile> {
        Collection::new(self.session(), ["settings", "profiles"])
    }
}
