//! Roles and profiles.

use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::crm::users::{PROFILE_ADMINISTRATOR, PROFILE_STANDARD, ROLE_CEO, ROLE_MANAGER};
use crate::crm::visit::Visit;
use crate::verdict::{invalid_id, unknown};
use crate::version::Version;

fn roles() -> [Value; 2] {
    [
        json!({
            "id": ROLE_CEO, "name": "CEO", "display_label": "CEO", "description": null, "admin_user": true,
            "share_with_peers": true, "forecast_manager": null, "reporting_to": null,
        }),
        json!({
            "id": ROLE_MANAGER, "name": "Manager", "display_label": "Manager", "description": "Runs a team",
            "admin_user": false, "share_with_peers": false,
            "forecast_manager": { "name": "Asta Berg", "id": "3652397000000186017" },
            "reporting_to": { "name": "CEO", "id": ROLE_CEO },
        }),
    ]
}

/// The name of a role, if there is such a one.
pub(super) fn role_name(id: &str) -> Option<Value> {
    roles().into_iter().find(|role| role["id"] == id).map(|role| role["name"].clone())
}

/// The name of a profile, if there is such a one.
pub(super) fn profile_name(id: &str) -> Option<Value> {
    [(PROFILE_ADMINISTRATOR, "Administrator"), (PROFILE_STANDARD, "Standard")]
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, name)| json!(name))
}

fn profiles(visit: &Visit<'_>) -> Vec<Value> {
    let profile = |id: &str, name: &str| {
        let mut profile = json!({
            "id": id, "name": name, "display_label": name, "category": false, "description": null,
            "created_time": null, "modified_time": "2019-08-20T10:00:00+02:00", "created_by": null,
            "modified_by": { "name": "Asta Berg", "id": "3652397000000186017" },
        });
        if visit.version >= Version::V3 {
            profile["type"] = json!("normal_profile");
        }
        profile
    };
    vec![profile(PROFILE_ADMINISTRATOR, "Administrator"), profile(PROFILE_STANDARD, "Standard")]
}

/// Paths below `/settings/roles`.
pub(crate) fn role_route(method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => Ok(Answer::json(200, &json!({ "roles": roles() }))),
        ("GET", [id]) => {
            let role = roles().into_iter().find(|role| role["id"] == *id).ok_or_else(invalid_id)?;
            Ok(Answer::json(200, &json!({ "roles": [role] })))
        }
        _ => unknown(path.len() <= 1),
    }
}

/// Paths below `/settings/profiles`; only one profile alone tells its permissions.
pub(crate) fn profile_route(visit: &Visit<'_>, method: &str, path: &[&str]) -> Outcome {
    match (method, path) {
        ("GET", []) => Ok(Answer::json(200, &json!({ "profiles": profiles(visit) }))),
        ("GET", [id]) => {
            let profile = profiles(visit).into_iter().find(|profile| profile["id"] == *id);
            let mut profile = profile.ok_or_else(invalid_id)?;
            profile["permissions_details"] = json!([
                { "id": "3652397000000026101", "name": "Crm_Implied_View_Leads", "display_label": "View",
                  "module": "Leads", "enabled": true },
                { "id": "3652397000000026104", "name": "Crm_Implied_Api_Access", "display_label": "Zoho CRM API Access",
                  "module": null, "enabled": true },
            ]);
            profile["sections"] = json!([
                { "name": "Modules", "categories": [
                    { "name": "Leads", "display_label": "Leads", "module": "Leads",
                      "permissions_details": ["3652397000000026101"] }
                ] },
                { "name": "Developer", "categories": [
                    { "name": "Api", "display_label": "API", "permissions_details": ["3652397000000026104"] }
                ] },
            ]);
            Ok(Answer::json(200, &json!({ "profiles": [profile] })))
        }
        _ => unknown(path.len() <= 1),
    }
}
