//! What the organization may spend, and what requests cost.

mod edition;

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

pub use edition::Edition;

use crate::entity::LicenseDetails;
use crate::error::Result;
use crate::rest::{Prices, Session, Usage};
use crate::transport::Method;

/// How many heavy requests may be in flight at once, in every edition (Zoho's page *API limits*, v7 and v8).
const SUB_CONCURRENCY: u64 = 10;

/// Limits and prices; made by [`Client::limits`](crate::Client::limits).
#[derive(Debug, Clone)]
pub struct LimitsHandle {
    session: Session,
}

/// What the organization's edition allows, and what of it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Limits {
    /// The edition, where its name is a known one.
    pub edition: Option<Edition>,
    /// The edition's name as Zoho writes it.
    pub edition_name: Option<String>,
    /// How many user licenses were bought.
    pub users: Option<u64>,
    /// The API credits of 24 hours, for all apps of the organization together, by edition and users. Credits that were
    /// bought besides come on top; Zoho does not tell them.
    pub credits: Option<u64>,
    /// The credits that this client and its clones have spent so far, by the estimate of [`Cost`](crate::rest::Cost).
    pub credits_spent: u64,
    /// The credits that are left of the 24 hours, as of the last response that told. Zoho tells once half of them are
    /// used, so `None` means that more than half are left, or that nothing was sent yet.
    pub credits_remaining: Option<u64>,
    /// How many requests may be in flight at once.
    pub concurrency: Option<u64>,
    /// How many of them may be heavy ones, such as searches.
    pub sub_concurrency: u64,
}

impl Limits {
    /// Of an organization with this license, and what was used by now.
    pub(crate) fn of(license: Option<&LicenseDetails>, usage: Usage) -> Self {
        let named = |name: &Option<String>| name.clone().filter(|name| !name.trim().is_empty() && name != "null");
        let edition_name = license.and_then(|license| {
            let (paid, trial) = (named(&license.paid_type), named(&license.trial_type));
            if license.paid == Some(false) { trial.or(paid) } else { paid.or(trial) }
        });
        let edition = edition_name.as_deref().and_then(Edition::of);
        let users = license.and_then(|license| u64::try_from(license.users_license_purchased?).ok());
        Self {
            edition,
            edition_name,
            users,
            credits: edition.map(|edition| edition.credits(users.unwrap_or(0))),
            credits_spent: usage.credits_spent,
            credits_remaining: usage.credits_remaining,
            concurrency: edition.map(Edition::concurrency),
            sub_concurrency: SUB_CONCURRENCY,
        }
    }
}

impl LimitsHandle {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// Reads what the organization's edition allows. It costs one credit.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let limits = client.limits().get()?;
    /// println!("{:?}: {:?} credits, {} spent by us", limits.edition, limits.credits, limits.credits_spent);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.org.READ`; otherwise every kind that a request can fail
    /// with.
    pub fn get(&self) -> Result<Limits> {
        let organization = crate::resource::OrganizationHandle::new(self.session.clone()).get()?;
        Ok(Limits::of(organization.license_details.as_ref(), self.session.usage()))
    }

    /// Reads what requests cost and which scopes they need, from Zoho's own list of APIs (`__apis`), and keeps it: from
    /// now on the estimates of this client and its clones go by these prices, and no longer by the built-in table alone
    /// (see [`Cost`](crate::rest::Cost)). It costs one credit.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let prices = client.limits().read_prices()?;
    /// for price in prices.all() {
    ///     println!("{} {}: up to {} credits", price.method, price.path, price.max_credits);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.apis.READ`: the built-in table stays in use. Otherwise every
    /// kind that a request can fail with.
    pub fn read_prices(&self) -> Result<Arc<Prices>> {
        let request = self.session.request(Method::Get, ["__apis"]);
        let request = request.and_then(|response| match response.status() {
            204 => Ok(Value::Null),
            _ => response.json::<Value>(),
        });
        let list = self.session.run(&request)?;
        Ok(self.session.keep_prices(Prices::read(&list)))
    }

    /// The prices that were read last, by any clone of the client; nothing is sent.
    #[must_use]
    pub fn prices(&self) -> Option<Arc<Prices>> {
        self.session.prices()
    }
}
