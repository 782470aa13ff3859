//! Variables of the organisation and their groups.

use std::collections::BTreeMap;

use super::ask::{as_record_id, only_new, without_id};
use super::organization::OrganizationHandle;
use super::records::BatchReport;
use super::sending::{Effect, Sending};
use crate::entity::{Members, Variable, VariableGroup, VariableGroupId, VariableId};
use crate::error::Result;
use crate::transport::Method;

/// The most variables that Zoho takes in one call.
const MAX_PER_CALL: usize = 100;

impl OrganizationHandle {
    /// Lists the variables of the organisation.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for variable in client.organization().variables()? {
    ///     println!("{:?} = {:?}", variable.api_name, variable.value);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without
    /// `ZohoCRM.settings.variables.READ`.
    #[doc(alias = "get_variables")]
    pub fn variables(&self) -> Result<Vec<Variable>> {
        self.session.all(&self.session.call(Method::Get, ["settings", "variables"])?, "variables")
    }

    /// Reads one variable; Zoho wants its group, by id or API name, as well.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.organization().variable("3652397000000231010", "General")?.value);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such variable; whatever a call can fail with.
    #[doc(alias = "ZCRMVariable")]
    pub fn variable(&self, id: impl Into<VariableId>, group: impl Into<VariableGroupId>) -> Result<Variable> {
        let call = self.session.call(Method::Get, ["settings", "variables", id.into().as_str()])?;
        self.session.one(&call.query("group", group.into()), "variables")
    }

    /// Creates any number of variables, in calls of at most 100.
    ///
    /// ```no_run
    /// use zcrm_core::entity::{Variable, VariableGroup};
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let bonus = Variable::new("Bonus", "Bonus", "integer").value(7).variable_group(VariableGroup::named("General"));
    /// let report = client.organization().create_variables(&[bonus])?;
    /// println!("{}", report.counts());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a variable has an id. Whatever
    /// happens later stands in the report.
    pub fn create_variables(&self, variables: &[Variable]) -> Result<BatchReport> {
        only_new(variables.iter().map(|variable| variable.id.is_some()), "variable")?;
        self.write_variables(Method::Post, Effect::Create, variables)
    }

    /// Changes any number of variables, in calls of at most 100: what is set is sent.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Variable;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.organization().update_variables(&[Variable::default().id("3652397000000231010").value(8)])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when a variable has no id. Whatever
    /// happens later stands in the report.
    pub fn update_variables(&self, variables: &[Variable]) -> Result<BatchReport> {
        if variables.iter().any(|variable| variable.id.is_none()) {
            return Err(without_id("a variable"));
        }
        self.write_variables(Method::Put, Effect::Update, variables)
    }

    /// Changes one variable: what is set is sent.
    ///
    /// ```no_run
    /// use zcrm_core::entity::Variable;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.organization().update_variable(&Variable::default().id("3652397000000231010").value("2026-02-01"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when the variable has no id;
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) with [`Error::api`](crate::Error::api) when Zoho refuses the
    /// change; whatever a call can fail with.
    #[doc(alias = "ZCRMVariable")]
    pub fn update_variable(&self, variable: &Variable) -> Result<()> {
        let id = variable.id.as_ref().ok_or_else(|| without_id("the variable"))?;
        let call = self.session.call(Method::Put, ["settings", "variables", id.as_str()])?;
        self.session
            .write(
                &call.json(&BTreeMap::from([("variables", [body(variable, variable.to_changes()?)?])]))?,
                "variables",
            )
            .map(drop)
    }

    /// Deletes any number of variables, in calls of at most 100.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.organization().delete_variables(["3652397000000231010"])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), before anything is sent, when an id is empty. Whatever happens
    /// later stands in the report.
    pub fn delete_variables<I: Into<VariableId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        let ids: Vec<VariableId> = ids.into_iter().map(Into::into).collect();
        let sending = Sending::new(&self.session, "variables", Effect::Delete);
        sending.by_ids(&ids, MAX_PER_CALL, &["settings", "variables"])
    }

    /// Deletes one variable.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.organization().delete_variable("3652397000000231010")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) when there is no such variable; whatever a call can fail
    /// with.
    #[doc(alias = "ZCRMVariable")]
    pub fn delete_variable(&self, id: impl Into<VariableId>) -> Result<()> {
        let call = self.session.call(Method::Delete, ["settings", "variables", id.into().as_str()])?;
        self.session.write(&call, "variables").map(drop)
    }

    /// Lists the groups of variables.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for group in client.organization().variable_groups()? {
    ///     println!("{:?}", group.api_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without
    /// `ZohoCRM.settings.variable_groups.READ`.
    #[doc(alias = "get_variable_groups")]
    pub fn variable_groups(&self) -> Result<Vec<VariableGroup>> {
        self.session.all(&self.session.call(Method::Get, ["settings", "variable_groups"])?, "variable_groups")
    }

    /// Reads one group of variables.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.organization().variable_group("3652397000000231001")?.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) when there is no
    /// such group; whatever a call can fail with.
    #[doc(alias = "ZCRMVariableGroup")]
    pub fn variable_group(&self, id: impl Into<VariableGroupId>) -> Result<VariableGroup> {
        let call = self.session.call(Method::Get, ["settings", "variable_groups", id.into().as_str()])?;
        self.session.one(&call, "variable_groups")
    }

    fn write_variables(&self, method: Method, effect: Effect, variables: &[Variable]) -> Result<BatchReport> {
        let fields = if effect == Effect::Update { Variable::to_changes } else { Variable::to_settable };
        let bodies = variables.iter().map(|variable| body(variable, fields(variable)?)).collect::<Result<Vec<_>>>()?;
        let call = |variables: &[Members]| {
            self.session.call(method, ["settings", "variables"])?.json(&BTreeMap::from([("variables", variables)]))
        };
        Sending::new(&self.session, "variables", effect).in_calls(&bodies, MAX_PER_CALL, as_record_id, call)
    }
}

/// A variable as Zoho takes one: of its group, id and API name alone.
fn body(variable: &Variable, mut body: Members) -> Result<Members> {
    if let Some(group) = variable.variable_group.as_ref().filter(|_| body.contains_key("variable_group")) {
        body.insert("variable_group".to_owned(), group.to_settable()?.into());
    }
    Ok(body)
}
