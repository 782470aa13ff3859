//! The organization.

use super::define::entity;
use super::id::OrgId;
use super::time::DateTime;

entity! {
    /// The organization: the company whose CRM this is.
    #[doc(alias = "ZCRMOrganization")]
    pub struct Organization {
        /// The id.
        #[doc(alias = "org_id")]
        id: OrgId = "id",
        /// Zoho's id of the organization, which bulk uploads (`X-CRM-ORG`) and the client-credentials flow (`soid`) ask
        /// for. It is not [`id`](Organization::id).
        zgid: String = "zgid",
        /// Name of the company.
        company_name: String = "company_name",
        /// Alias.
        #[doc(alias = "alias_aka")]
        alias: String = "alias",
        /// Name of its domain in Zoho.
        domain_name: String = "domain_name",
        /// What it says of itself.
        description: String = "description",
        /// E-mail address of the owner of the account.
        primary_email: String = "primary_email",
        /// Zoho's id of the owner of the account.
        primary_zuid: String = "primary_zuid",
        /// Id in the Zia portal.
        zia_portal_id: String = "zia_portal_id",
        /// Phone.
        phone: String = "phone",
        /// Mobile phone.
        mobile: String = "mobile",
        /// Fax.
        fax: String = "fax",
        /// Website.
        website: String = "website",
        /// Street.
        street: String = "street",
        /// City.
        city: String = "city",
        /// State or province.
        state: String = "state",
        /// Postal code.
        #[doc(alias = "zip_code")]
        zip: String = "zip",
        /// Country.
        country: String = "country",
        /// Code of the country, such as `NO`.
        country_code: String = "country_code",
        /// How many people work there, as text.
        employee_count: String = "employee_count",
        /// Name of the home currency.
        currency: String = "currency",
        /// Symbol of the home currency.
        currency_symbol: String = "currency_symbol",
        /// Locale of the home currency, such as `en_US`.
        currency_locale: String = "currency_locale",
        /// ISO code of the home currency, such as `USD`.
        iso_code: String = "iso_code",
        /// Time zone, such as `Europe/Oslo`.
        time_zone: String = "time_zone",
        /// Id of the logo.
        photo_id: String = "photo_id",
        /// Whether several currencies are switched on.
        mc_status: bool = "mc_status",
        /// Whether Google Apps is connected.
        #[doc(alias = "is_gapps_enabled")]
        gapps_enabled: bool = "gapps_enabled",
        /// Whether the settings for data privacy are on.
        privacy_settings: bool = "privacy_settings",
        /// From later versions on: whether HIPAA compliance is on.
        hipaa_compliance_enabled: bool = "hipaa_compliance_enabled",
        /// From later versions on: whether translations are on.
        translation_enabled: bool = "translation_enabled",
        /// From later versions on: how many rows a page may have.
        max_per_page: i64 = "max_per_page",
        /// From later versions on: `production`, `sandbox` and so on (`type`).
        kind: String = "type",
        /// From later versions on: when it was made.
        created_time: DateTime = "created_time",
        /// Edition and licences.
        license_details: LicenseDetails = "license_details",
    }

    /// An organization's edition and licences.
    pub struct LicenseDetails {
        /// Whether it pays.
        #[doc(alias = "is_paid_account")]
        paid: bool = "paid",
        /// The edition, such as `enterprise`.
        paid_type: String = "paid_type",
        /// When the paid time ends.
        paid_expiry: DateTime = "paid_expiry",
        /// The edition on trial.
        trial_type: String = "trial_type",
        /// When the trial ends.
        trial_expiry: DateTime = "trial_expiry",
        /// From later versions on: what the trial is for.
        trial_action: String = "trial_action",
        /// How many user licences were bought.
        users_license_purchased: i64 = "users_license_purchased",
    }
}
