//! Leads made from their number alone, realistic and about 2.4 KB of JSON each.

use std::ops::{Range, RangeInclusive};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::crm::row::Row;
use crate::moment;

const FIRST: u64 = 3_652_397_000_100_000_000;

/// Ids of all made-up leads lie below this.
pub(super) const END: u64 = 3_652_397_000_900_000_000;

/// 2024-01-01, when the first one was created.
const EPOCH: i64 = 1_704_067_200;

const FIRST_NAMES: [&str; 8] = ["Anna", "Bo", "Chiara", "Dmitri", "Élodie", "Fatima", "Göran", "Hana"];
const LAST_NAMES: [&str; 8] = ["Andersen", "Brown", "Costa", "Dubois", "Eriksson", "Fischer", "García", "Hansen"];
const CITIES: [&str; 6] = ["Oslo", "Bergen", "Trondheim", "Stavanger", "Tromsø", "Bodø"];
const COMPANIES: [&str; 5] = ["Acme", "Bolt", "Cargo", "Delta", "Electra"];
const STATUSES: [&str; 4] = ["Attempted to Contact", "Contacted", "Not Contacted", "Lost Lead"];
const SOURCES: [&str; 4] = ["Advertisement", "Cold Call", "Trade Show", "Web Download"];

/// Leads that are made up when they are read, and so cost no memory until they are written to.
///
/// ```
/// use zcrm_emulator::MadeUpLeads;
///
/// let leads = MadeUpLeads { id_gap: 9, per_second: 50, converted_every: 10, ..MadeUpLeads::of(1_000_000) };
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MadeUpLeads {
    /// How many.
    pub count: u64,
    /// Ids lie so far apart on average, at irregular distances, as far as there is room; 0 and 1 leave no gaps.
    pub id_gap: u64,
    /// So many are created in each second; 0 makes one a minute.
    pub per_second: u64,
    /// Each lead of this number is a converted one; 0 makes none.
    pub converted_every: u64,
}

impl MadeUpLeads {
    /// So many leads, without gaps in their ids, one a minute, none converted.
    pub fn of(count: u64) -> Self {
        Self { count, ..Self::default() }
    }

    pub(super) const fn none() -> Self {
        Self { count: 0, id_gap: 0, per_second: 0, converted_every: 0 }
    }

    /// As many of them, with as large gaps, as there is room for below the ids of new records.
    pub(super) fn within_room(self) -> Self {
        let count = self.count.min(END - FIRST);
        Self { count, id_gap: self.id_gap.min((END - FIRST) / count.max(1)), ..self }
    }

    pub(super) fn id(&self, index: u64) -> u64 {
        match self.id_gap {
            0 | 1 => FIRST + index,
            gap => FIRST + index * gap + index.wrapping_mul(0x9E37_79B9_7F4A_7C15) % gap,
        }
    }

    /// The number of the lead of that id, if it is one of these.
    pub(super) fn index(&self, id: u64) -> Option<u64> {
        let index = id.checked_sub(FIRST)? / self.id_gap.max(1);
        (index < self.count && self.id(index) == id).then_some(index)
    }

    /// The number of the first lead whose id is not below that one.
    pub(super) fn first_from(&self, id: u64) -> u64 {
        let index = id.saturating_sub(FIRST) / self.id_gap.max(1);
        let index = index.min(self.count);
        if index < self.count && self.id(index) < id { index + 1 } else { index }
    }

    /// When a lead was created and last changed, in seconds since 1970.
    pub(super) fn created(&self, index: u64) -> i64 {
        let seconds = match self.per_second {
            0 => index * 60,
            per_second => index / per_second,
        };
        EPOCH + i64::try_from(seconds).unwrap_or_default()
    }

    /// The numbers of the leads that were created between these seconds since 1970, and perhaps a few more.
    pub(super) fn created_within(&self, seconds: &RangeInclusive<i64>) -> Range<u64> {
        let index = |seconds: i64| {
            let since = u64::try_from(seconds.saturating_sub(EPOCH)).unwrap_or_default();
            match self.per_second {
                0 => since / 60,
                per_second => since.saturating_mul(per_second),
            }
        };
        let first = index(*seconds.start()).min(self.count);
        first..index(seconds.end().saturating_add(1)).saturating_add(1).clamp(first, self.count)
    }

    pub(super) fn is_converted(&self, index: u64) -> bool {
        self.converted_every > 0 && index % self.converted_every == self.converted_every - 1
    }

    /// The only lead that can have this value in a field by which duplicates are recognised.
    pub(super) fn find(&self, field: &str, value: &str) -> Option<u64> {
        if field != "Email" {
            return None;
        }
        let number = value.strip_prefix("lead")?.split('@').next()?;
        let index = number.parse().ok().filter(|&index| index < self.count)?;
        email(index).eq_ignore_ascii_case(value).then(|| self.id(index))
    }

    /// The lead of that number.
    pub(super) fn lead(&self, index: u64) -> Row {
        serde_json::from_str(&self.text(index)).unwrap_or_default()
    }

    /// One field, made without the others.
    pub(super) fn value(&self, index: u64, field: &str) -> Value {
        let of = |names: &[&str], index| json!(pick(names, index));
        let approval = || json!({ "delegate": false, "approve": false, "reject": false, "resubmit": false });
        match field {
            "id" => json!(self.id(index).to_string()),
            "Created_Time" | "Modified_Time" | "Last_Activity_Time" => json!(moment::at(self.created(index))),
            "$converted" | "Converted__s" => json!(self.is_converted(index)),
            "Owner" | "Created_By" | "Modified_By" => serde_json::from_str(OWNER).unwrap_or_default(),
            "Company" => json!(format!("{} {} AS", pick(&COMPANIES, index), pick(&CITIES, index / 5))),
            "Email" => json!(email(index)),
            "City" => of(&CITIES, index),
            "Lead_Status" => of(&STATUSES, index),
            "Lead_Source" => of(&SOURCES, index),
            "Salutation" => json!("Ms."),
            "First_Name" => of(&FIRST_NAMES, index),
            "Last_Name" => json!(last_name(index)),
            "Full_Name" => json!(format!("{} {}", pick(&FIRST_NAMES, index), last_name(index))),
            "Designation" => json!("Head of Purchasing"),
            "Website" => json!(format!("https://www.company{index}.example")),
            "Skype_ID" => json!(format!("live:lead.{index}")),
            "Phone" => json!(format!("+47 {}", 10_000_000 + index % 10_000_000)),
            "Mobile" => json!(format!("+47 900 {:05}", index % 100_000)),
            "Street" => json!(format!("Storgata {}", index % 200 + 1)),
            "Zip_Code" => json!(format!("{:04}", index % 10_000)),
            "Country" => json!("Norway"),
            "Industry" => json!("ERP"),
            "Rating" => json!("Active"),
            "Description" => serde_json::from_str(&format!("\"{DESCRIPTION}\"")).unwrap_or_default(),
            "No_of_Employees" => json!(index % 500 + 1),
            "Annual_Revenue" => json!(revenue(index)),
            "Score" => json!((index % 100) as f64 + 0.5),
            "External_Number" => json!((9_000_000_000_000_000_000 + index).to_string()),
            "Email_Opt_Out" => json!(index.is_multiple_of(7)),
            "Interests" => json!(["Skiing", "Chess"]),
            "Follow_Up" => json!("2026-12-24"),
            "Contract" => json!([]),
            "Tag" => json!([{ "name": "seeded", "id": "3652397000000077001", "color_code": null }]),
            "Layout" => json!({ "name": "Standard", "id": "3652397000001001055" }),
            "$currency_symbol" => json!("kr"),
            "$state" => json!("save"),
            "$approval_state" => json!("approved"),
            "$approved" | "$editable" => json!(true),
            "$process_flow" | "$in_merge" => json!(false),
            "$approval" => approval(),
            "$review_process" => json!({ "approve": false, "reject": false, "resubmit": false }),
            _ => Value::Null,
        }
    }

    /// The lead of that number as JSON. Written directly: a list of thousands should cost its reader, not its writer.
    pub(super) fn text(&self, index: u64) -> String {
        let (id, converted) = (self.id(index), self.is_converted(index));
        let (first, last) = (pick(&FIRST_NAMES, index), pick(&LAST_NAMES, index / 8));
        let (company, city) = (pick(&COMPANIES, index), pick(&CITIES, index / 5));
        let (source, status, home) = (pick(&SOURCES, index), pick(&STATUSES, index), pick(&CITIES, index));
        let created = moment::at(self.created(index));
        let email = email(index);
        let opted_out = index.is_multiple_of(7);
        let employees = index % 500 + 1;
        let revenue = revenue(index);
        let (phone, mobile, zip) = (10_000_000 + index % 10_000_000, index % 100_000, index % 10_000);
        let (street, score) = (index % 200 + 1, index % 100);
        let number = 9_000_000_000_000_000_000 + index;
        format!(
            r#"{{"Owner":{OWNER},"Company":"{company} {city} AS","Email":"{email}","Description":"{DESCRIPTION}","$currency_symbol":"kr","$review_process":{{"approve":false,"reject":false,"resubmit":false}},"Website":"https://www.company{index}.example","Twitter":null,"Salutation":"Ms.","Last_Activity_Time":"{created}","First_Name":"{first}","Full_Name":"{first} {last} {index}","Lead_Status":"{status}","Industry":"ERP","Record_Image":null,"Modified_By":{OWNER},"$review":null,"$state":"save","Skype_ID":"live:lead.{index}","Phone":"+47 {phone}","Street":"Storgata {street}","Zip_Code":"{zip:04}","id":"{id}","Email_Opt_Out":{opted_out},"$approved":true,"Designation":"Head of Purchasing","$approval":{{"delegate":false,"approve":false,"reject":false,"resubmit":false}},"$approval_state":"approved","Modified_Time":"{created}","Created_Time":"{created}","$converted":{converted},"$process_flow":false,"City":"{home}","No_of_Employees":{employees},"Mobile":"+47 900 {mobile:05}","$orchestration":null,"Country":"Norway","Last_Name":"{last} {index}","State":null,"Lead_Source":"{source}","Created_By":{OWNER},"Tag":[{{"name":"seeded","id":"3652397000000077001","color_code":null}}],"Fax":null,"Annual_Revenue":{revenue},"Secondary_Email":null,"Interests":["Skiing","Chess"],"Score":{score}.5,"External_Number":"{number}","Contract":[],"Follow_Up":"2026-12-24","Rating":"Active","$editable":true,"$in_merge":false,"Layout":{{"name":"Standard","id":"3652397000001001055"}}}}"#
        )
    }
}

fn last_name(index: u64) -> String {
    format!("{} {index}", pick(&LAST_NAMES, index / 8))
}

fn revenue(index: u64) -> f64 {
    (index % 1000) as f64 * 1250.5 + 0.25
}

fn email(index: u64) -> String {
    format!("lead{index}@{}.example", pick(&COMPANIES, index).to_lowercase())
}

fn pick<'a>(of: &[&'a str], index: u64) -> &'a str {
    usize::try_from(index).ok().and_then(|index| of.get(index % of.len())).copied().unwrap_or_default()
}

const OWNER: &str = r#"{"name":"Asta Berg","id":"3652397000000186017","email":"abc@xyz.com"}"#;

/// Already escaped for JSON.
const DESCRIPTION: &str = r#"Met at the fair in spring and asked for an offer on the larger model, \"with delivery before the summer\".\nHas a framework agreement with a competitor that ends next year; decides together with the head of logistics. Prefers to be called before noon. Wrote afterwards that the budget is settled in October, that two colleagues in the Bergen office should be copied on the offer, and that the terms of payment matter more than the price. Next step: send references from the same industry, then a visit. Called again in June: the new head of logistics wants a demonstration on site, with the people who will use it, and asks whether the older units can be taken in part payment; promised an answer within the week, and a price list in euros as well."#;

#[cfg(test)]
mod tests {
    use super::MadeUpLeads;

    #[test]
    fn a_field_made_alone_is_that_of_the_whole_lead() {
        let leads = MadeUpLeads { id_gap: 7, per_second: 3, converted_every: 4, ..MadeUpLeads::of(50) };
        for index in 0..50 {
            for (name, value) in leads.lead(index) {
                assert_eq!(leads.value(index, &name), value, "{name}");
            }
        }
    }

    #[test]
    fn there_is_room_for_any_number_of_them() {
        let most = MadeUpLeads { id_gap: u64::MAX, ..MadeUpLeads::of(u64::MAX) }.within_room();
        assert!(most.id(most.count - 1) < super::END);
        let few = MadeUpLeads { id_gap: u64::MAX, ..MadeUpLeads::of(3) }.within_room();
        assert!(few.id(2) < super::END && few.index(few.id(2)) == Some(2));
    }

    #[test]
    fn ids_with_gaps_grow_and_are_found_again() {
        for id_gap in [0, 1, 2, 9, 100] {
            let leads = MadeUpLeads { id_gap, ..MadeUpLeads::of(1_000) };
            for index in 0..1_000 {
                let id = leads.id(index);
                assert_eq!((leads.index(id), leads.first_from(id)), (Some(index), index));
                assert_eq!(leads.first_from(id + 1), index + 1);
                assert!(index == 0 || leads.id(index - 1) < id);
            }
        }
    }
}
