//! Variables of the organization and their groups.

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
