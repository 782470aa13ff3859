//! The organization's own details.

use serde_json::json;

use crate::answer::Answer;
use crate::behaviour::{Behaviour, Edition};

pub(super) fn get(behaviour: &Behaviour) -> Answer {
    let edition = behaviour.edition.unwrap_or(Edition::Enterprise);
    let mut details = json!({
        "id": "3652397000000020005",
        "zgid": "669351987",
        "company_name": "Emulated Trading",
        "alias": null,
        "primary_email": "abc@xyz.com",
        "primary_zuid": "669351989",
        "phone": "+47 22 00 00 00",
        "mobile": null,
        "fax": null,
        "website": "https://xyz.example",
        "street": "Karl Johans gate 1",
        "city": "Oslo",
        "state": null,
        "zip": "0154",
        "country": "Norway",
        "country_code": "NO",
        "currency": "Norwegian Krone - NOK",
        "currency_locale": "nb_NO",
        "currency_symbol": "kr",
        "iso_code": "NOK",
        "time_zone": "Europe/Oslo",
        "description": null,
        "employee_count": "12",
        "photo_id": null,
        "zia_portal_id": null,
        "privacy_settings": false,
        "mc_status": false,
        "gapps_enabled": false,
        "license_details": {
            "paid": edition != Edition::Free,
            "paid_type": edition.name(),
            "paid_expiry": "2030-01-01T00:00:00+02:00",
            "trial_type": null,
            "trial_expiry": null,
            "users_license_purchased": behaviour.users
        }
    });
    if let Some(kind) = &behaviour.organization_type {
        details["type"] = json!(kind);
    }
    Answer::json(200, &json!({ "org": [details] }))
}
