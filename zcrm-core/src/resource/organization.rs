//! The organisation and what belongs to it.

use crate::entity::Organization;
use crate::error::Result;
use crate::rest::Session;
use crate::transport::Method;

/// The organisation: its details, users, roles, profiles, taxes, variables and notes. Made by
/// [`Client::organization`](crate::Client::organization); no call goes out yet.
///
/// ```no_run
/// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
/// let organization = client.organization();
/// println!("{:?}", organization.details()?.company_name);
/// println!("{:?}", organization.current_user()?.full_name);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "ZCRMOrganization")]
#[doc(alias = "get_organization_instance")]
#[derive(Debug, Clone)]
pub struct OrganizationHandle {
    pub(super) session: Session,
}

impl OrganizationHandle {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }

    /// Reads the details of the organisation.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// let details = client.organization().details()?;
    /// println!("{:?} is paid: {:?}", details.company_name, details.license_details.and_then(|license| license.paid));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Whatever a call can fail with, such as [`Scope`](crate::ErrorKind::Scope) without `ZohoCRM.org.READ`.
    #[doc(alias = "get_organization_details")]
    pub fn details(&self) -> Result<Organization> {
        self.session.one(&self.session.call(Method::Get, ["org"])?, "org")
    }
}
