//! The users of the organization.

use serde_json::{Value, json};

use crate::crm::row::{Row, id_text};

/// The id of the user in the vendor's sample program.
const SAMPLE_USER: u64 = 3_652_397_000_000_186_017;

/// What other records say of a user.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
}

impl Person {
    pub(crate) fn reference(&self) -> Value {
        json!({ "name": self.name, "id": self.id, "email": self.email })
    }

    /// Without the e-mail, as user records refer to each other.
    pub(crate) fn short(&self) -> Value {
        json!({ "name": self.name, "id": self.id })
    }
}

#[derive(Debug)]
pub(crate) struct Users {
    list: Vec<Value>,
    next: u64,
}

impl Users {
    /// A handful of users of every kind that a list can ask for.
    pub(crate) fn seeded() -> Self {
        let mut users = Self { list: Vec::new(), next: SAMPLE_USER };
        for (email, first, last, status, confirmed, admin) in [
            ("abc@xyz.com", "Asta", "Berg", "active", true, true),
            ("b@example.com", "Bjørn", "Dahl", "active", true, false),
            ("c@example.com", "Cecilie", "Eide", "active", false, false),
            ("d@example.com", "Dag", "Foss", "disabled", true, false),
            ("e@example.com", "Eva", "Grøn", "deleted", true, false),
        ] {
            let user = users.make(email, first, last, status, confirmed, admin);
            users.list.push(user);
        }
        users
    }

    fn make(&mut self, email: &str, first: &str, last: &str, status: &str, confirmed: bool, admin: bool) -> Value {
        let id = self.next.to_string();
        self.next += 1;
        let (role, profile) = match admin {
            true => (
                json!({ "name": "CEO", "id": ROLE_CEO }),
                json!({ "name": "Administrator", "id": PROFILE_ADMINISTRATOR }),
            ),
            false => (
                json!({ "name": "Manager", "id": ROLE_MANAGER }),
                json!({ "name": "Standard", "id": PROFILE_STANDARD }),
            ),
        };
        let zuid = if confirmed { json!(self.next.to_string().split_off(9)) } else { Value::Null };
        let by = json!({ "name": "Asta Berg", "id": SAMPLE_USER.to_string() });
        json!({
            "id": id,
            "first_name": first,
            "last_name": last,
            "full_name": format!("{first} {last}").trim(),
            "email": email,
            "status": status,
            "confirm": confirmed,
            "zuid": zuid,
            "role": role,
            "profile": profile,
            "alias": null,
            "country": "NO",
            "country_locale": "nb_NO",
            "locale": "nb_NO",
            "language": "en_US",
            "time_zone": "Europe/Oslo",
            "time_format": "HH:mm",
            "date_format": "dd.MM.yyyy",
            "decimal_separator": "Comma",
            "name_format": "Salutation,First Name,Last Name",
            "default_tab_group": "0",
            "city": "Oslo",
            "street": null,
            "state": null,
            "zip": null,
            "phone": null,
            "mobile": null,
            "fax": null,
            "website": null,
            "dob": null,
            "signature": null,
            "offset": 7_200_000,
            "microsoft": false,
            "personal_account": false,
            "Isonline": false,
            "Currency": "NOK",
            "customize_info": {
                "notes_desc": null, "show_right_panel": null, "bc_view": null, "show_home": false,
                "show_detail_view": true, "unpin_recent_item": null
            },
            "theme": {
                "normal_tab": { "font_color": "#FFFFFF", "background": "#222222" },
                "selected_tab": { "font_color": "#FFFFFF", "background": "#222222" },
                "new_background": null, "background": "#F3F0EB", "screen": "fixed", "type": "default"
            },
            "Reporting_To": null,
            "territories": [],
            "created_by": by,
            "created_time": "2019-08-20T10:00:00+02:00",
            "Modified_By": by,
            "Modified_Time": "2019-08-20T10:00:00+02:00",
        })
    }

    /// The user of that e-mail, who is hired on the spot if unknown.
    pub(crate) fn ensure(&mut self, email: &str) -> Value {
        if let Some(known) = self.list.iter().find(|user| has_email(user, email)) {
            return known.clone();
        }
        let name = email.split('@').next().unwrap_or(email).to_owned();
        let user = self.make(email, "", &name, "active", true, true);
        self.list.push(user.clone());
        user
    }

    pub(crate) fn has_email(&self, email: &str) -> bool {
        self.list.iter().any(|user| has_email(user, email))
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.list.iter_mut().find(|user| user["id"] == id)
    }

    /// Adds a user who has yet to confirm, with these members.
    pub(crate) fn hire(&mut self, email: &str, members: Row) -> Value {
        let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut user = self.make(email, &text("first_name"), &text("last_name"), "active", false, false);
        for (name, value) in members {
            user[&name] = value;
        }
        self.list.push(user.clone());
        user
    }

    pub(crate) fn person(&mut self, email: &str) -> Person {
        person(&self.ensure(email))
    }

    /// The user that a reference names.
    pub(crate) fn named(&self, reference: &Value) -> Option<&Row> {
        let id = id_text(reference);
        self.list.iter().find(|user| user["id"] == id.as_str())?.as_object()
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<Person> {
        self.list.iter().find(|user| user["id"] == id).map(person)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Value> {
        self.list.iter()
    }

    pub(crate) fn emails(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter(|user| user["status"] == "active").filter_map(|user| user["email"].as_str())
    }
}

/// Roles and profiles that the seeded users have.
pub(crate) const ROLE_CEO: &str = "3652397000000026005";
pub(crate) const ROLE_MANAGER: &str = "3652397000000026008";
pub(crate) const PROFILE_ADMINISTRATOR: &str = "3652397000000026011";
pub(crate) const PROFILE_STANDARD: &str = "3652397000000026014";

fn person(user: &Value) -> Person {
    let text = |key: &str| user[key].as_str().unwrap_or_default().to_owned();
    Person { id: text("id"), name: text("full_name"), email: text("email") }
}

fn has_email(user: &Value, email: &str) -> bool {
    user["email"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(email))
}
