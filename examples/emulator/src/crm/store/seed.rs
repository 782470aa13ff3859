//! Leads made from their number alone, realistic and about 2.4 KB of JSON each.

use crate::crm::row::Row;
use crate::moment;

const FIRST: u64 = 3_652_397_000_100_000_000;

/// 2024-01-01, when the first one was created.
const EPOCH: i64 = 1_704_067_200;

const FIRST_NAMES: [&str; 8] = ["Anna", "Bo", "Chiara", "Dmitri", "Élodie", "Fatima", "Göran", "Hana"];
const LAST_NAMES: [&str; 8] = ["Andersen", "Brown", "Costa", "Dubois", "Eriksson", "Fischer", "García", "Hansen"];
const CITIES: [&str; 6] = ["Oslo", "Bergen", "Trondheim", "Stavanger", "Tromsø", "Bodø"];
const COMPANIES: [&str; 5] = ["Acme", "Bolt", "Cargo", "Delta", "Electra"];
const STATUSES: [&str; 4] = ["Attempted to Contact", "Contacted", "Not Contacted", "Lost Lead"];
const SOURCES: [&str; 4] = ["Advertisement", "Cold Call", "Trade Show", "Web Download"];

pub(super) fn id(index: u64) -> u64 {
    FIRST + index
}

/// The number of a seeded lead, if the id is one's.
pub(super) fn index(id: u64, seeded: u64) -> Option<u64> {
    id.checked_sub(FIRST).filter(|&index| index < seeded)
}

fn email(index: u64) -> String {
    format!("lead{index}@{}.example", pick(&COMPANIES, index).to_lowercase())
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
    usize::try_from(index).ok().and_then(|index| of.get(index % of.len())).copied().unwrap_or_default()
}

/// The lead of that id.
pub(super) fn lead(id: u64) -> Row {
    serde_json::from_str(&text(id)).unwrap_or_default()
}

/// The lead of that id as JSON. Written directly: a list of thousands should cost its reader, not its writer.
pub(super) fn text(id: u64) -> String {
    let index = id.saturating_sub(FIRST);
    let (first, last) = (pick(&FIRST_NAMES, index), pick(&LAST_NAMES, index / 8));
    let (company, city) = (pick(&COMPANIES, index), pick(&CITIES, index / 5));
    let (source, status, home) = (pick(&SOURCES, index), pick(&STATUSES, index), pick(&CITIES, index));
    let created = moment::at(EPOCH + i64::try_from(index).unwrap_or_default() * 60);
    let email = email(index);
    let opted_out = index.is_multiple_of(7);
    let employees = index % 500 + 1;
    let revenue = (index % 1000) as f64 * 1250.5 + 0.25;
    let (phone, mobile, zip) = (10_000_000 + index % 10_000_000, index % 100_000, index % 10_000);
    let (street, score) = (index % 200 + 1, index % 100);
    let number = 9_000_000_000_000_000_000 + index;
    format!(
        r#"{{"Owner":{OWNER},"Company":"{company} {city} AS","Email":"{email}","Description":"{DESCRIPTION}","$currency_symbol":"kr","$review_process":{{"approve":false,"reject":false,"resubmit":false}},"Website":"https://www.company{index}.example","Twitter":null,"Salutation":"Ms.","Last_Activity_Time":"{created}","First_Name":"{first}","Full_Name":"{first} {last} {index}","Lead_Status":"{status}","Industry":"ERP","Record_Image":null,"Modified_By":{OWNER},"$review":null,"$state":"save","Skype_ID":"live:lead.{index}","Phone":"+47 {phone}","Street":"Storgata {street}","Zip_Code":"{zip:04}","id":"{id}","Email_Opt_Out":{opted_out},"$approved":true,"Designation":"Head of Purchasing","$approval":{{"delegate":false,"approve":false,"reject":false,"resubmit":false}},"$approval_state":"approved","Modified_Time":"{created}","Created_Time":"{created}","$converted":false,"$process_flow":false,"City":"{home}","No_of_Employees":{employees},"Mobile":"+47 900 {mobile:05}","$orchestration":null,"Country":"Norway","Last_Name":"{last} {index}","State":null,"Lead_Source":"{source}","Created_By":{OWNER},"Tag":[{{"name":"seeded","id":"3652397000000077001","color_code":null}}],"Fax":null,"Annual_Revenue":{revenue},"Secondary_Email":null,"Interests":["Skiing","Chess"],"Score":{score}.5,"External_Number":"{number}","Contract":[],"Follow_Up":"2026-12-24","Rating":"Active","$editable":true,"$in_merge":false,"Layout":{{"name":"Standard","id":"3652397000001001055"}}}}"#
    )
}

const OWNER: &str = r#"{"name":"Asta Berg","id":"3652397000000186017","email":"abc@xyz.com"}"#;

/// Already escaped for JSON.
const DESCRIPTION: &str = r#"Met at the fair in spring and asked for an offer on the larger model, \"with delivery before the summer\".\nHas a framework agreement with a competitor that ends next year; decides together with the head of logistics. Prefers to be called before noon. Wrote afterwards that the budget is settled in October, that two colleagues in the Bergen office should be copied on the offer, and that the terms of payment matter more than the price. Next step: send references from the same industry, then a visit. Called again in June: the new head of logistics wants a demonstration on site, with the people who will use it, and asks whether the older units can be taken in part payment; promised an answer within the week, and a price list in euros as well."#;
