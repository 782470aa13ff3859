//! `/settings/related_lists`, and which module a related list shows.

use serde_json::{Value, json};

use super::module::{self, Module};
use super::pick::{all_or_one, named};
use crate::answer::Outcome;
use crate::crm::visit::Visit;

const FIRST: u64 = 3_652_397_000_000_600_000;

/// API names of the related lists of a module, with the module whose records they show.
fn lists(module: &Module) -> Vec<(&'static str, &'static str)> {
    let own: &[&'static str] = match module.api_name {
        "Leads" => &["Tasks", "Events", "Calls", "Products", "Campaigns"],
        "Contacts" => &[
            "Deals",
            "Tasks",
            "Events",
            "Calls",
            "Products",
            "Campaigns",
            "Cases",
            "Quotes",
            "Sales_Orders",
            "Invoices",
        ],
        "Accounts" => &[
            "Contacts",
            "Deals",
            "Tasks",
            "Events",
            "Calls",
            "Products",
            "Quotes",
            "Sales_Orders",
            "Invoices",
            "Cases",
        ],
        "Deals" => &["Tasks", "Events", "Calls", "Products", "Quotes", "Sales_Orders"],
        "Campaigns" => &["Leads", "Contacts", "Deals"],
        "Products" => &["Leads", "Contacts", "Accounts", "Deals", "Price_Books", "Solutions", "Cases"],
        "Vendors" => &["Products", "Contacts", "Purchase_Orders"],
        "Price_Books" => &["Products"],
        _ => &[],
    };
    let mut all = vec![("Notes", "Notes"), ("Attachments", "Attachments")];
    all.extend(own.iter().map(|&name| (name, name)));
    if module.api_name == "Deals" {
        all.push(("Contact_Roles", "Contacts"));
    }
    all
}

/// The module whose records a related list shows.
pub(crate) fn find(parent: &Module, list: &str) -> Option<&'static Module> {
    let (_, shown) = lists(parent).into_iter().find(|(name, _)| *name == list)?;
    module::find(shown)
}

pub(super) fn get(visit: &Visit<'_>, path: &[&str]) -> Outcome {
    all_or_one("related_lists", all(named(visit)?), path)
}

/// The definitions of a module's related lists.
pub(super) fn all(parent: &Module) -> Vec<Value> {
    let describe = |(at, (name, shown)): (usize, (&str, &str))| {
        let shown_id = module::find(shown).map(Module::id);
        json!({
            "id": (FIRST + parent.number() * 100 + at as u64).to_string(),
            "api_name": name,
            "name": name,
            "display_label": name.replace('_', " "),
            "module": shown,
            "sequence_number": (at + 1).to_string(),
            "type": if matches!(name, "Notes" | "Attachments") { "system" } else { "default" },
            "href": format!("{}/{{ENTITYID}}/{name}", parent.api_name),
            "action": null,
            "visible": true,
            "connectedmodule": shown_id.map(|_| shown),
            "linkingmodule": null,
        })
    };
    lists(parent).into_iter().enumerate().map(describe).collect()
}
