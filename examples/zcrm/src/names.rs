//! Names that people type: an unknown one is an error that suggests the nearest.

use anyhow::{Context, Error, Result, anyhow, bail};
use serde::Deserialize;
use zcrm_core::entity::Field;
use zcrm_core::transport::Headers;
use zcrm_core::{Client, Method};

/// How alike a suggestion has to be, from 0 to 1.
const ALIKE: f64 = 0.75;

/// The fields of a module.
///
/// # Errors
///
/// When there is no such module, and when Zoho names no field of it.
pub fn fields_of(client: &Client, module: &str) -> Result<Vec<Field>> {
    let fields = client.module(module).fields().list().all().map_err(|error| unknown_module(client, module, error))?;
    some_field(&fields, module)?;
    Ok(fields)
}

/// Whether there is a field at all.
///
/// # Errors
///
/// When there is none.
pub fn some_field(fields: &[Field], module: &str) -> Result<()> {
    if fields.is_empty() {
        bail!("Zoho names no field of {module}; whose fields the user may not see cannot be worked with by name");
    }
    Ok(())
}

/// The fields of a module as one request gives them, and the headers of its response.
///
/// # Errors
///
/// As [`fields_of`].
pub fn fields_and_headers_of(client: &Client, module: &str) -> Result<(Vec<Field>, Headers)> {
    #[derive(Deserialize)]
    struct Fields {
        #[serde(default)]
        fields: Vec<Field>,
    }
    let response = client.call(Method::Get, "settings/fields").query("module", module).send();
    let response = response.map_err(|error| unknown_module(client, module, error))?;
    let fields = if response.is_empty() { Vec::new() } else { response.json::<Fields>()?.fields };
    if fields.is_empty() {
        bail!("Zoho names no field of {module}; whose fields the user may not see cannot be worked with by name");
    }
    Ok((fields, response.headers().clone()))
}

/// The same error, with the nearest module where Zoho knows none of that name.
#[must_use]
pub fn unknown_module(client: &Client, module: &str, error: zcrm_core::Error) -> Error {
    if error.code() != Some("INVALID_MODULE") {
        return error.into();
    }
    let modules = client.modules().list().all().unwrap_or_default();
    let names: Vec<&str> = modules.iter().filter_map(|module| module.api_name.as_deref()).collect();
    if names.contains(&module) {
        return error.into();
    }
    Error::from(error).context(format!("there is no module {module}{}", suggestion(module, names)))
}

/// An API name that somebody typed.
///
/// # Errors
///
/// When there is none.
pub fn api_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() {
        bail!("give an API name, such as Leads or Last_Name");
    }
    Ok(name.to_owned())
}

/// The field of that API name.
///
/// # Errors
///
/// When there is none; the error names the nearest.
pub fn field<'a>(fields: &'a [Field], module: &str, name: &str) -> Result<&'a Field> {
    let known = || fields.iter().filter_map(|field| field.api_name.as_deref());
    let found = fields.iter().find(|field| field.api_name.as_deref() == Some(name));
    found.with_context(|| match label_of(fields, name) {
        Some(api_name) => {
            format!("the module {module} has no field {name}; did you mean {api_name}, whose label it is?")
        }
        None => format!("the module {module} has no field {name}{}", suggestion(name, known())),
    })
}

/// The API name of the field that people see under this name.
fn label_of<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    let is_label = |label: &Option<String>| label.as_deref().is_some_and(|label| label.eq_ignore_ascii_case(name));
    fields.iter().find(|field| is_label(&field.field_label) || is_label(&field.display_label))?.api_name.as_deref()
}

/// `; did you mean X?`, where one of the names is like it.
#[must_use]
pub fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let name = name.to_lowercase();
    let alike = |known: &str| strsim::normalized_damerau_levenshtein(&name, &known.to_lowercase());
    let alike = known.into_iter().map(|known| (alike(known), known)).filter(|(alike, _)| *alike >= ALIKE);
    let nearest = alike.max_by(|one, other| one.0.total_cmp(&other.0));
    nearest.map_or_else(String::new, |(_, known)| format!("; did you mean {known}?"))
}

/// The argument `KEY=VALUE`.
///
/// # Errors
///
/// When there is no `=`, or nothing before it.
pub fn key_and_value(text: &str) -> Result<(String, String)> {
    let (key, value) =
        text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| anyhow!("write KEY=VALUE"))?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let names = ["Leads", "Deals", "Last_Name"];
        for (typed, nearest) in
            [("Lead", "Leads"), ("laeds", "Leads"), ("LEADS", "Leads"), ("Lastname", "Last_Name"), ("deal", "Deals")]
        {
            assert_eq!(suggestion(typed, names), format!("; did you mean {nearest}?"));
        }
        assert_eq!(suggestion("Invoices", names), "");
        assert_eq!(suggestion("", []), "");
    }
}
