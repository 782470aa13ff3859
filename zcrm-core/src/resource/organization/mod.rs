//! The organization and what belongs to it as a whole.
//!
//! * [`users`], [`roles`] (and profiles), [`taxes`], [`variables`] (and their groups), [`notes`].

mod new_taxes;
mod notes;
mod roles;
mod taxes;
mod users;
mod variables;

pub use taxes::TaxesHandle;
pub use users::UserType;

use crate::entity::Organization;
use crate::error::Result;
use crate::rest::Session;
use crate::transport::Method;

/// The organization; made by [`Client::organization`](crate::Client::organization).
#[doc(alias = "ZCRMOrganization")]
#[derive(Debug, Clone)]
pub struct OrganizationHandle {
    session: Session,
}

impl OrganizationHandle {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// Reads the details of the organization.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let details = client.organization().get()?;
    /// println!("{:?} is paid: {:?}", details.company_name, details.license_details.and_then(|license| license.paid));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.org.READ`; otherwise every kind that a request can fail
    /// with.
    #[doc(alias = "get_organization_details")]
    pub fn get(&self) -> Result<Organization> {
        self.session.run(&self.session.request(Method::Get, ["org"]).one("org"))
    }
}
