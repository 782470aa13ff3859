//! Variables of the organization and their groups.

use crate::client::Client;
use crate::entity::{Members, Variable, VariableGroup, VariableGroupId, VariableId};
use crate::error::{Error, Result};
use crate::resource::collection::{Collection, Create, Definition, Delete, Get, Resource, Scope, Update, Writable};
use crate::transport::Method;

impl Definition for Variable {
    type Id = VariableId;
    const NAME: &'static str = "a variable";
    const KEY: &'static str = "variables";
}

impl Writable for Variable {
    fn id(&self) -> Option<&str> {
        self.id.as_ref().map(AsRef::as_ref)
    }

    fn body(&self, _: &Scope) -> Result<Members> {
        with_group(self, self.to_settable()?)
    }

    fn changes(&self, _: &Scope) -> Result<Members> {
        with_group(self, self.to_changes()?)
    }
}

impl Resource for Variable {}
impl Create for Variable {}
impl Update for Variable {}
impl Delete for Variable {}

impl Definition for VariableGroup {
    type Id = VariableGroupId;
    const NAME: &'static str = "a variable group";
    const KEY: &'static str = "variable_groups";
}

impl Resource for VariableGroup {}
impl Get for VariableGroup {}

impl Client {
    /// The variables of the organization. Scope: `ZohoCRM.settings.variables.READ`, and `.CREATE`, `.UPDATE`, `.DELETE` to
    /// write.
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
        Collection::new(self.session(), ["settings", "variables"])
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
        Collection::new(self.session(), ["settings", "variable_groups"])
    }
}

impl Collection<Variable> {
    /// Reads one variable, by its id and that of its group, which Zoho demands.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let variable = client.variables().get("3652397000000190501", "3652397000000190500")?;
    /// println!("{:?}", variable.value);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty;
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no such variable; otherwise every kind that a request can
    /// fail with.
    pub fn get(&self, id: impl Into<VariableId>, group: impl Into<VariableGroupId>) -> Result<Variable> {
        let group = group.into();
        let request = self.request(Method::Get, &[id.into().as_str()]).query("group", group.as_str());
        let named = if group.as_str().trim().is_empty() {
            Err(Error::invalid("the id of the variable's group is empty"))
        } else {
            Ok(())
        };
        self.session.run(&request.checked(named).one(Variable::KEY))
    }
}

/// A variable as Zoho takes one: of its group, id and API name alone.
fn with_group(variable: &Variable, mut body: Members) -> Result<Members> {
    if let Some(group) = variable.variable_group.as_ref().filter(|_| body.contains_key("variable_group")) {
        body.insert("variable_group".to_owned(), group.to_settable()?.into());
    }
    Ok(body)
}
