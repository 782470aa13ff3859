//! Modules as the emulator defines them.

use super::field::Field;
use super::{fields, wide};
use crate::version::Version;

const FIRST_MODULE: u64 = 3_652_397_000_000_002_175;
const FIRST_FIELD: u64 = 3_652_397_000_000_400_000;

/// A module.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) api_name: &'static str,
    pub(crate) singular: &'static str,
    /// The field that names a record.
    pub(crate) display_field: &'static str,
    pub(crate) custom: bool,
    pub(crate) fields: &'static [Field],
}

impl Module {
    /// The fields of this module, then those that every module has.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().chain(fields::COMMON)
    }

    pub(crate) fn field(&self, api_name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.api_name == api_name)
    }

    /// The field by which Zoho itself recognises a duplicate.
    pub(crate) fn duplicate_field(&self) -> &'static str {
        match self.api_name {
            "Leads" | "Contacts" => "Email",
            _ => self.display_field,
        }
    }

    /// The name of the subform of line items from v2.1 on, if the records have any.
    pub(crate) fn line_items(&self) -> Option<&'static str> {
        Some(match self.api_name {
            "Quotes" => "Quoted_Items",
            "Sales_Orders" => "Ordered_Items",
            "Invoices" => "Invoiced_Items",
            "Purchase_Orders" => "Purchase_Items",
            _ => return None,
        })
    }

    /// Its id.
    pub(crate) fn id(&self) -> String {
        (FIRST_MODULE + self.number() * 3).to_string()
    }

    /// The id of one of its fields.
    pub(crate) fn field_id(&self, field: &Field) -> String {
        let at = self.fields().position(|known| known.api_name == field.api_name).unwrap_or_default() as u64;
        (FIRST_FIELD + self.number() * 1_000 + at).to_string()
    }

    /// A number of its own for each module, from which the ids of its metadata are made.
    pub(crate) fn number(&self) -> u64 {
        let mut all = modules().chain(DESCRIBED);
        all.position(|module| module.api_name == self.api_name).unwrap_or_default() as u64
    }
}

/// All modules.
pub(crate) fn modules() -> impl Iterator<Item = &'static Module> {
    MODULES.iter()
}

/// The module of that API name.
pub(crate) fn find(api_name: &str) -> Option<&'static Module> {
    modules().find(|module| module.api_name == api_name)
}

/// The module of that API name as settings know it: subforms are modules too, and so are activities up to v2.1.
pub(super) fn described(api_name: &str, version: Version) -> Option<&'static Module> {
    let is_there = |module: &&Module| match module.api_name {
        name if name != api_name => false,
        ACTIVITIES => version < Version::V3,
        "Milestones" => true,
        // Line items are no subforms in v2.
        _ => version >= Version::V2_1,
    };
    find(api_name).or_else(|| DESCRIBED.iter().find(is_there))
}

const fn module(
    api_name: &'static str,
    singular: &'static str,
    display_field: &'static str,
    fields: &'static [Field],
) -> Module {
    Module { api_name, singular, display_field, custom: false, fields }
}

static MODULES: &[Module] = &[
    module("Leads", "Lead", "Full_Name", fields::LEADS),
    module("Contacts", "Contact", "Full_Name", fields::CONTACTS),
    module("Accounts", "Account", "Account_Name", fields::ACCOUNTS),
    module("Deals", "Deal", "Deal_Name", fields::DEALS),
    module("Campaigns", "Campaign", "Campaign_Name", fields::CAMPAIGNS),
    module("Tasks", "Task", "Subject", fields::TASKS),
    module("Events", "Event", "Event_Title", fields::EVENTS),
    module("Calls", "Call", "Subject", fields::CALLS),
    module("Products", "Product", "Product_Name", fields::PRODUCTS),
    module("Vendors", "Vendor", "Vendor_Name", fields::VENDORS),
    module("Price_Books", "Price Book", "Price_Book_Name", fields::PRICE_BOOKS),
    module("Quotes", "Quote", "Subject", fields::QUOTES),
    module("Sales_Orders", "Sales Order", "Subject", fields::ORDERS),
    module("Purchase_Orders", "Purchase Order", "Subject", fields::PURCHASE_ORDERS),
    module("Invoices", "Invoice", "Subject", fields::ORDERS),
    module("Cases", "Case", "Subject", fields::CASES),
    module("Solutions", "Solution", "Solution_Title", fields::SOLUTIONS),
    module("Notes", "Note", "Note_Title", fields::NOTES),
    module("Attachments", "Attachment", "File_Name", fields::ATTACHMENTS),
    Module { api_name: "Projects", singular: "Project", display_field: "Name", custom: true, fields: fields::PROJECTS },
    Module { api_name: "Surveys", singular: "Survey", display_field: "Name", custom: true, fields: wide::SURVEYS },
];

/// One name for tasks, events and calls.
pub(crate) const ACTIVITIES: &str = "Activities";

/// Modules that only settings tell of.
static DESCRIBED: &[Module] = &[
    module(ACTIVITIES, "Activity", "Subject", fields::ACTIVITIES),
    module("Milestones", "Milestone", "Milestone", fields::MILESTONES),
    module("Quoted_Items", "Quoted Item", "Product_Name", fields::LINE_ITEMS),
    module("Ordered_Items", "Ordered Item", "Product_Name", fields::LINE_ITEMS),
    module("Invoiced_Items", "Invoiced Item", "Product_Name", fields::LINE_ITEMS),
    module("Purchase_Items", "Purchase Item", "Product_Name", fields::LINE_ITEMS),
];
