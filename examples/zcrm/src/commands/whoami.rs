//! `zcrm whoami`

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};
use zcrm_cli::{Outcome, stdio};
use zcrm_core::{Client, ErrorKind};

use crate::global::Global;

/// Shows who is signed in, where, and by which version of the API
#[derive(Debug, Args)]
pub(crate) struct Whoami {
    /// Write one line of JSON
    #[arg(long)]
    json: bool,
}

impl Whoami {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let client = global.client()?;
        let (about, is_all) = about(&client, global)?;
        if self.json {
            let members = about.into_iter().map(|(name, value)| (name.replace(' ', "_"), value));
            stdio::say(Value::Object(members.collect::<Map<_, _>>()))?;
        } else {
            let width = about.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
            let line = |(name, value): &(&str, Value)| Some(format!("{name:width$}  {}\n", value.as_str()?));
            stdio::print(about.iter().filter_map(line).collect::<String>())?;
        }
        Ok(if is_all { Outcome::Done } else { Outcome::InPart })
    }
}

/// What is known, and whether that is all that was asked.
fn about(client: &Client, global: &Global) -> Result<(Vec<(&'static str, Value)>, bool)> {
    let user = client.users().current()?;
    let organization = match client.organization().get() {
        Ok(details) => Some(details),
        // Less than what a user needs to be shown.
        Err(error) if error.kind() == ErrorKind::Scope => {
            global.note("what the organization is called is told with the scope ZohoCRM.org.READ only");
            None
        }
        Err(error) => return Err(error.into()),
    };
    let is_all = organization.is_some();
    let (company, org_id) = organization.map(|details| (details.company_name, details.id)).unwrap_or_default();
    let config = client.config();
    // After the requests: until then it is not known that the tokens are of another one than the configured one.
    let center = client.oauth().data_center();
    let host = match center {
        Some(center) if Some(center) != config.data_center() && config.sandbox() => center.sandbox_url(),
        Some(center) if Some(center) != config.data_center() => center.api_base_url(),
        _ => config.api_base_url().to_owned(),
    };
    let about = vec![
        ("user", user.full_name.or(user.last_name).into()),
        ("id", user.id.map(|id| id.to_string()).into()),
        ("email", user.email.into()),
        ("organization", company.into()),
        ("organization id", org_id.map(|id| id.to_string()).into()),
        ("data center", center.map(|center| center.to_string()).into()),
        ("environment", if config.sandbox() { "sandbox" } else { "production" }.into()),
        ("host", host.into()),
        ("api version", config.api_version().to_string().into()),
    ];
    Ok((about, is_all))
}
