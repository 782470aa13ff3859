//! `zcrm limits`

use anyhow::Result;
use clap::Args;
use serde_json::json;
use zcrm_cli::{Outcome, stdio, table};
use zcrm_core::resource::Limits;
use zcrm_core::rest::Price;
use zcrm_core::{Client, ErrorKind};

use crate::global::Global;

/// Where the built-in prices come from.
const BUILT_IN: &str = "Zoho's page API limits (v2, v4, v8)";

/// Shows what the organization may spend in API credits and concurrency, and what calls cost
#[derive(Debug, Args)]
pub(crate) struct ShowLimits {
    /// List the price and the scope of every call, as Zoho tells them
    #[arg(long)]
    prices: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl ShowLimits {
    pub(crate) fn run(&self, global: &Global) -> Result<Outcome> {
        let client = global.client()?;
        let prices = if self.prices { prices(&client, global)? } else { None };
        let limits = client.limits().get()?;
        if self.json {
            let mut shown = serde_json::to_value(&limits)?;
            if let (Some(members), Some(prices)) = (shown.as_object_mut(), &prices) {
                members.insert("prices".to_owned(), json!(prices));
            }
            stdio::say(shown)?;
        } else {
            stdio::print(about(&limits))?;
            if let Some(prices) = &prices {
                let header = ["Method", "Path", "Credits", "Scope"];
                stdio::print(format!("\n{}", table(&header, prices.iter().map(row))))?;
            }
        }
        Ok(if self.prices && prices.is_none() { Outcome::InPart } else { Outcome::Done })
    }
}

/// Zoho's own prices; `None` where the tokens may not read them.
fn prices(client: &Client, global: &Global) -> Result<Option<Vec<Price>>> {
    match client.limits().read_prices() {
        Ok(prices) => Ok(Some(prices.all().to_vec())),
        Err(error) if error.kind() == ErrorKind::Scope => {
            global.note(format_args!(
                "the prices are told with the scope ZohoCRM.apis.READ only; estimates go by {BUILT_IN}"
            ));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn about(limits: &Limits) -> String {
    let number = |number: Option<u64>| number.map_or("unknown".to_owned(), |number| number.to_string());
    let remaining = limits.credits_remaining.map_or("more than half".to_owned(), |left| left.to_string());
    let rows = [
        ("edition", limits.edition_name.clone().unwrap_or("unknown".to_owned())),
        ("user licenses", number(limits.users)),
        ("credits in 24 hours", number(limits.credits)),
        ("spent by this run", limits.credits_spent.to_string()),
        ("left", remaining),
        ("requests at once", number(limits.concurrency)),
        ("heavy ones among them", limits.sub_concurrency.to_string()),
    ];
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    rows.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

fn row(price: &Price) -> Vec<String> {
    let credits = match (price.min_credits, price.max_credits) {
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least} to {most}"),
    };
    vec![price.method.clone(), price.path.clone(), credits, price.scope.clone().unwrap_or_default()]
}
