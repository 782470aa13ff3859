//! Leads made from their number alone, realistic and about 2.4 KB of JSON each.

use serde_json::{Value, json};

use super::store::Row;
use crate::moment;

const FIRST: u64 = 3_652_397_000_100_000_000;

/// 2024-01-01, when the first one was created.
const EPOCH: i64 = 1_704_067_200;

const FIRST_NAMES: [&str; 8] = [
    "Anna", "Bo", "Chiara", "Dmitri", "Élodie", "Fatima", "Göran", "Hana",
];
const LAST_NAMES: [&str; 8] = [
    "Andersen", "Brown", "Costa", "Dubois", "Eriksson", "Fischer", "García", "Hansen",
];
const CITIES: [&str; 6] = ["Oslo", "Bergen", "Trondheim", "Stavanger", "Tromsø", "Bodø"];
const COMPANIES: [&str; 5] = ["Acme", "Bolt", "Cargo", "Delta", "Electra"];
const STATUSES: [&str; 4] = [
    "Attempted to Contact",
    "Contacted",
    "Not Contacted",
    "Lost Lead",
];
const SOURCES: [&str; 4] = ["Advertisement", "Cold Call", "Trade Show", "Web Download"];

pub(super) fn id(index: u64) -> u64 {
    FIRST + index
}

/// The number of a seeded lead, if the id is one's.
pub(super) fn index(id: u64, seeded: u64) -> Option<u64> {
    id.checked_sub(FIRST).filter(|&index| index < seeded)
}

fn email(index: u64) -> String {
    format!(
        "lead{index}@{}.example",
        pick(&COMPANIES, index).to_lowercase()
    )
}

/// The only seeded lead that can have this value in a field by which duplicates are recognised.
pub(super) fn find(field: &str, value: &str, seeded: u64) -> Option<u64> {
    if field != "Email" {
        return None;
    }
    let number = value.strip_prefix("lead")?.split('@').next()?;
    let index = number.parse().ok().filter(|&index| index < seeded)?;
    email(index).eq_ignore_ascii_case(value).then(|| id(index))
}

fn pick<'a>(of: &[&'a str], index: u64) -> &'a str {
    usize::try_from(index)
        .ok()
        .and_then(|index| of.get(index % of.len()))
        .copied()
        .unwrap_or_default()
}

/// The lead of that id.
pub(super) fn lead(id: u64) -> Row {
    let index = id.saturating_sub(FIRST);
    let (first, last) = (pick(&FIRST_NAMES, index), pick(&LAST_NAMES, index / 8));
    let created = moment::at(EPOCH + i64::try_from(index).unwrap_or_default() * 60);
    let owner = json!({ "name": "Asta Berg", "id": "3652397000000186017", "email": "abc@xyz.com" });
    let Value::Object(row) = json!({
        "id": id.to_string(),
        "Owner": owner,
        "Created_By": owner,
        "Modified_By": owner,
        "Created_Time": created,
        "Modified_Time": created,
        "Last_Activity_Time": created,
        "Company": format!("{} {} AS", pick(&COMPANIES, index), pick(&CITIES, index / 5)),
        "Salutation": "Ms.",
        "First_Name": first,
        "Last_Name": format!("{last} {index}"),
        "Full_Name": format!("{first} {last} {index}"),
        "Designation": "Head of Purchasing",
        "Email": email(index),
        "Secondary_Email": null,
        "Email_Opt_Out": index.is_multiple_of(7),
        "Phone": format!("+47 22 {:02} {:02} {:02}", index / 10_000 % 100, index / 100 % 100, index % 100),
        "Mobile": format!("+47 900 {:05}", index % 100_000),
        "Fax": null,
        "Website": format!("https://www.company{index}.example"),
        "Lead_Source": pick(&SOURCES, index),
        "Lead_Status": pick(&STATUSES, index),
        "Industry": "ERP",
        "Rating": "Active",
        "No_of_Employees": index % 500 + 1,
        "Annual_Revenue": (index % 1000) as f64 * 1250.5,
        "Skype_ID": format!("live:lead.{index}"),
        "Twitter": null,
        "Street": format!("Storgata {}", index % 200 + 1),
        "City": pick(&CITIES, index),
        "State": null,
        "Zip_Code": format!("{:04}", index % 10_000),
        "Country": "Norway",
        "Description": DESCRIPTION,
        "Record_Image": null,
        "Interests": ["Skiing", "Chess"],
        "Score": (index % 100) as f64 + 0.5,
        "External_Number": (9_000_000_000_000_000_000 + index).to_string(),
        "Contract": [],
        "Follow_Up": "2026-12-24",
        "Tag": [{ "name": "seeded", "id": "3652397000000077001", "color_code": null }],
        "Layout": { "name": "Standard", "id": "3652397000001001055" },
        "$converted": false,
        "$approved": true,
        "$approval": { "delegate": false, "approve": false, "reject": false, "resubmit": false },
        "$approval_state": "approved",
        "$editable": true,
        "$currency_symbol": "kr",
        "$process_flow": false,
        "$review": null,
        "$review_process": { "approve": false, "reject": false, "resubmit": false },
        "$orchestration": null,
        "$in_merge": false,
        "$state": "save",
    }) else {
        return Row::new();
    };
    row
}

const DESCRIPTION: &str = "Met at the fair in spring and asked for an offer on the larger model, \"with delivery before \
    the summer\". Has a framework agreement with a competitor that ends next year; decides together with the head of \
    logistics. Prefers to be called before noon. Wrote afterwards that the budget is settled in October, that two \
    colleagues in the Bergen office should be copied on the offer, and that the terms of payment matter more than the \
    price. Next step: send references from the same industry, then a visit. Called again in June: the \
    new head of logistics wants a demonstration on site, with the people who will use it, and asks whether the older \
    units can be taken in part payment; promised an answer within the week, and a price list in euros as well.";
