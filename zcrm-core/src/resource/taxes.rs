//! Taxes of the organisation.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ask::{as_record_id, only_new, without_id};
use super::organization::OrganizationHandle;
use super::records::BatchReport;
use super::sending::{Effect, Sending};
use crate::config::ApiVersion;
use crate::entity::{Members, OrgTax, TaxId};
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Method;

/// The most taxes that Zoho takes in one call.
const MAX_PER_CALL: usize = 100;

/// From v3 on taxes are one object of the organisation: it can be read and changed, and that is all.
const CHANGE_ONLY: &str = "change taxes with update_taxes, or in Zoho's settings";

#[derive(Deserialize)]
struct OneObject {
    org_taxes: Inside,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Inside {
    Object {
        #[serde(default)]
        taxes: Vec<OrgTax>,
    },
    List(Vec<OrgTax>),
}

impl OrganizationHandle {
    /// Lists the taxes of the organisation.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// for tax in client.organization().taxes()? {
    ///     println!("{:?}: {:?} %", tax.name, tax.value);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`ErrorKind::Scope`] without `ZohoCRM.settings.taxes.READ`.
    #[doc(alias = "get_organization_taxes")]
    pub fn taxes(&self) -> Result<Vec<OrgTax>> {
        let call = self.session.call(Method::Get, ["org", "taxes"])?;
        if self.session.version() < ApiVersion::V3 {
            return self.session.all(&call, "taxes");
        }
        let reply = self.session.send(&call)?;
        if reply.is_empty() {
            return Ok(Vec::new());
        }
        Ok(match reply.json::<OneObject>()?.org_taxes {
            Inside::Object { taxes } | Inside::List(taxes) => taxes,
        })
    }

    /// Reads one tax. From v3 on Zoho gives all taxes at once, and this picks the one.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// println!("{:?}", client.organization().tax("3652397000000083001")?.value);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when there is no such tax; whatever a call can fail with.
    #[doc(alias = "get_organization_tax")]
    pub fn tax(&self, id: impl Into<TaxId>) -> Result<OrgTax> {
        let id = id.into();
        if self.session.version() < ApiVersion::V3 {
            return self.session.one(&self.session.call(Method::Get, ["org", "taxes", id.as_str()])?, "taxes");
        }
        let found = self.taxes()?.into_iter().find(|tax| tax.id.as_ref() == Some(&id));
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no tax with this id"))
    }

    /// Creates any number of taxes, in calls of at most 100; v2 and v2.1 only.
    ///
    /// ```no_run
    /// use zcrm_core::entity::OrgTax;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.organization().create_taxes(&[OrgTax::new("VAT", 25), OrgTax::new("Food", 15)])?;
    /// println!("{}", report.counts());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent, [`ErrorKind::InvalidInput`] when a tax has an id and [`ErrorKind::Unsupported`] from v3
    /// on. Whatever happens later stands in the report.
    #[doc(alias = "create_organization_taxes")]
    pub fn create_taxes(&self, taxes: &[OrgTax]) -> Result<BatchReport> {
        self.session.supported(|version| version < ApiVersion::V3, "create taxes", CHANGE_ONLY)?;
        only_new(taxes.iter().map(|tax| tax.id.is_some()), "tax")?;
        self.write_taxes(Method::Post, Effect::Create, taxes)
    }

    /// Changes any number of taxes, in calls of at most 100.
    ///
    /// From v3 on all taxes of a call are changed together or, when one of them is refused, none.
    ///
    /// ```no_run
    /// use zcrm_core::entity::OrgTax;
    ///
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.organization().update_taxes(&[OrgTax::default().id("3652397000000083001").value(24)])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`], before anything is sent, when a tax has no id. Whatever happens later stands in the
    /// report.
    #[doc(alias = "update_organization_taxes")]
    pub fn update_taxes(&self, taxes: &[OrgTax]) -> Result<BatchReport> {
        if taxes.iter().any(|tax| tax.id.is_none()) {
            return Err(without_id("a tax"));
        }
        self.write_taxes(Method::Put, Effect::Update, taxes)
    }

    /// Deletes any number of taxes, in calls of at most 100; v2 and v2.1 only.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let report = client.organization().delete_taxes(["3652397000000083001", "3652397000000083004"])?;
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is sent, [`ErrorKind::Unsupported`] from v3 on and [`ErrorKind::InvalidInput`] when an id is empty.
    /// Whatever happens later stands in the report.
    #[doc(alias = "delete_organization_taxes")]
    pub fn delete_taxes<I: Into<TaxId>>(&self, ids: impl IntoIterator<Item = I>) -> Result<BatchReport> {
        self.session.supported(|version| version < ApiVersion::V3, "delete taxes", CHANGE_ONLY)?;
        let ids: Vec<TaxId> = ids.into_iter().map(Into::into).collect();
        Sending::new(&self.session, "taxes", Effect::Delete).by_ids(&ids, MAX_PER_CALL, &["org", "taxes"])
    }

    /// Deletes one tax; v2 and v2.1 only.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// client.organization().delete_tax("3652397000000083001")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`], before anything is sent, from v3 on; [`ErrorKind::InvalidRequest`] when there is no
    /// such tax or it is in use; whatever a call can fail with.
    #[doc(alias = "delete_organization_tax")]
    pub fn delete_tax(&self, id: impl Into<TaxId>) -> Result<()> {
        self.session.supported(|version| version < ApiVersion::V3, "delete taxes", CHANGE_ONLY)?;
        let call = self.session.call(Method::Delete, ["org", "taxes", id.into().as_str()])?;
        self.session.write(&call, "taxes").map(drop)
    }

    fn write_taxes(&self, method: Method, effect: Effect, taxes: &[OrgTax]) -> Result<BatchReport> {
        let separate = self.session.version() < ApiVersion::V3;
        let body = if effect == Effect::Update { OrgTax::to_changes } else { OrgTax::to_settable };
        let bodies = taxes.iter().map(body).collect::<Result<Vec<_>>>()?;
        let call = |taxes: &[Members]| {
            let taxes = BTreeMap::from([("taxes", taxes)]);
            let call = self.session.call(method, ["org", "taxes"])?;
            if separate { call.json(&taxes) } else { call.json(&BTreeMap::from([("org_taxes", taxes)])) }
        };
        let key = if separate { "taxes" } else { "org_taxes" };
        Sending::new(&self.session, key, effect).together(!separate).in_calls(&bodies, MAX_PER_CALL, as_record_id, call)
    }
}
