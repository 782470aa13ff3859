//! The collections that belong to the organization as a whole; those of a module are at
//! [`ModuleHandle`](crate::resource::ModuleHandle).

use super::Client;
use crate::entity::{Module, Note, Profile, Role, User, Variable, VariableGroup};
use crate::resource::{Collection, NotificationsHandle, TaxesHandle};

impl Client {
    /// The users of the organization. Scope: `ZohoCRM.users.READ`, and `.CREATE`, `.UPDATE`, `.DELETE` to write.
    ///
    /// ```no_run
    /// use zcrm_core::resource::UserType;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.users().current()?.full_name);
    /// for user in client.users().list().of_type(UserType::Active) {
    ///     println!("{:?}", user?.email);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_user")]
    #[doc(alias = "create_user")]
    #[doc(alias = "update_user")]
    #[doc(alias = "delete_user")]
    #[doc(alias = "get_all_users")]
    #[doc(alias = "get_all_active_users")]
    #[doc(alias = "get_all_deactive_users")]
    #[doc(alias = "get_all_confirmed_users")]
    #[doc(alias = "get_all_not_confirmed_users")]
    #[doc(alias = "get_all_deleted_users")]
    #[doc(alias = "get_all_active_confirmed_users")]
    #[doc(alias = "get_all_admin_users")]
    #[doc(alias = "get_all_active_confirmed_admin_users")]
    #[must_use]
    pub fn users(&self) -> Collection<User> {
        Collection::new(&self.session, ["users"])
    }

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
        Collection::new(&self.session, ["settings", "roles"])
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
        Collection::new(&self.session, ["settings", "profiles"])
    }

    /// The taxes of the organization. Scope: `ZohoCRM.org.READ`, and `ZohoCRM.org.ALL` to write.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for tax in client.taxes().list().all()? {
    ///     println!("{:?}: {:?} %", tax.name, tax.value);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_organization_taxes")]
    #[doc(alias = "get_organization_tax")]
    #[must_use]
    pub fn taxes(&self) -> TaxesHandle {
        TaxesHandle::new(&self.session)
    }

    /// The variables of the organization. Scope: `ZohoCRM.settings.variables.READ`, and `.CREATE`, `.UPDATE`, `.DELETE`
    /// to write.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for variable in client.variables().list().all()? {
    ///     println!("{:?} = {:?}", variable.api_name, variable.value);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_variables")]
    #[doc(alias = "create_variables")]
    #[doc(alias = "update_variables")]
    #[doc(alias = "ZCRMVariable")]
    #[must_use]
    pub fn variables(&self) -> Collection<Variable> {
        Collection::new(&self.session, ["settings", "variables"])
    }

    /// The groups of the organization's variables. Scope: `ZohoCRM.settings.variable_groups.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for group in client.variable_groups().list().all()? {
    ///     println!("{:?}", group.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_variable_groups")]
    #[doc(alias = "ZCRMVariableGroup")]
    #[must_use]
    pub fn variable_groups(&self) -> Collection<VariableGroup> {
        Collection::new(&self.session, ["settings", "variable_groups"])
    }

    /// The notes of all records. Scope: `ZohoCRM.modules.notes.ALL`.
    ///
    /// A note that is created here names its record: see [`Note::parent`](crate::entity::Note).
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for note in client.notes().list() {
    ///     println!("{:?}", note?.title);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_notes")]
    #[doc(alias = "create_notes")]
    #[doc(alias = "delete_notes")]
    #[must_use]
    pub fn notes(&self) -> Collection<Note> {
        Collection::new(&self.session, ["Notes"])
    }

    /// The modules of the organization; one is read by its API name, which tells more than the list. Scope:
    /// `ZohoCRM.settings.modules.READ`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for module in client.modules().list().all()? {
    ///     println!("{:?}: {:?}", module.api_name, module.plural_label);
    /// }
    /// println!("{:?}", client.modules().get("Leads")?.business_card_fields);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "get_all_modules")]
    #[doc(alias = "get_module")]
    #[must_use]
    pub fn modules(&self) -> Collection<Module> {
        Collection::new(&self.session, ["settings", "modules"])
    }

    /// The channels by which Zoho calls a URL when records change. Scope: `ZohoCRM.notifications.ALL`.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::{EventKind, Watch};
    ///
    /// let watch = Watch::new("https://app.example.com/zoho", "fake-token").event("Leads", EventKind::All);
    /// println!("granted until {:?}", client.notifications().enable(&watch)?.granted());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn notifications(&self) -> NotificationsHandle {
        NotificationsHandle::new(&self.session)
    }
}
