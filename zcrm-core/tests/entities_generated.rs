//! Properties of entities and records, on generated JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use fastrand::Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zcrm_core::entity::*;

const ROUNDS: u64 = 300;

const NUMBERS: [&str; 12] = [
    "0",
    "-0",
    "0.10",
    "-1.50",
    "12.5e-3",
    "1E+5",
    "1e400",
    "7",
    "200",
    "12345678901234567890",
    "12345678901234567.89",
    "3652397000000190001",
];

const TEXTS: [&str; 12] = [
    r#""""#,
    r#""null""#,
    r#""Oslo""#,
    r#""5""#,
    r#""10%""#,
    r#""true""#,
    r#""B\u00e9rg\n""#,
    r#""\"{[\\""#,
    r#""\ud83d""#,
    r#""\ud83d\ude00 😀""#,
    r#""2018-03-28T10:32:45+05:30""#,
    r#""3652397000000190001""#,
];

/// JSON values, with names of Zoho's among those of members.
struct Generator {
    random: Rng,
    names: Vec<String>,
}

impl Generator {
    fn new(seed: u64) -> Self {
        let fixtures = [
            include_str!("fixtures/users.json"),
            include_str!("fixtures/modules.json"),
            include_str!("fixtures/fields.json"),
            include_str!("fixtures/layouts.json"),
            include_str!("fixtures/notes.json"),
            include_str!("fixtures/custom_views.json"),
            include_str!("fixtures/related_lists.json"),
            include_str!("fixtures/variables.json"),
            include_str!("fixtures/taxes.json"),
            include_str!("fixtures/profiles.json"),
        ];
        let mut names: BTreeSet<String> = OTHER_NAMES.split_whitespace().map(str::to_owned).collect();
        for fixture in fixtures {
            collect(&serde_json::from_str(fixture).unwrap(), &mut names);
        }
        Self { random: Rng::with_seed(seed), names: names.into_iter().collect() }
    }

    fn value(&mut self, depth: usize) -> String {
        match self.random.u8(0..if depth == 0 { 4 } else { 6 }) {
            0 => "null".to_owned(),
            1 => self.random.choice(["true", "false"]).unwrap().to_owned(),
            2 => (*self.random.choice(&NUMBERS).unwrap()).to_owned(),
            3 => (*self.random.choice(&TEXTS).unwrap()).to_owned(),
            4 => {
                let elements: Vec<_> = (0..self.random.usize(0..3)).map(|_| self.value(depth - 1)).collect();
                format!("[{}]", elements.join(", "))
            }
            _ => {
                let members = self.random.usize(0..5);
                self.object(depth - 1, members)
            }
        }
    }

    fn object(&mut self, depth: usize, members: usize) -> String {
        let names: BTreeSet<String> = (0..members).map(|_| self.random.choice(&self.names).unwrap().clone()).collect();
        let members: Vec<_> =
            names.into_iter().map(|name| format!("{}:{}", Value::from(name), self.value(depth))).collect();
        format!("{{ {} }}", members.join(" ,"))
    }
}

/// Members of records' parts, both spellings among them.
const OTHER_NAMES: &str = "id attachment_Id File_Id__s file_Id File_Name__s file_Name Size__s file_Size product \
    Product_Name product_description Description quantity Quantity list_price List_Price total Total Discount \
    total_after_discount Total_After_Discount Tax line_tax Line_Tax net_total Net_Total delete _delete delete_flag name \
    value percentage participant Email type invited status from_range to_range discount display_name deleted_time \
    deleted_by é $x";

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
        Value::Object(members) => {
            for (name, member) in members {
                names.insert(name.clone());
                collect(member, names);
            }
        }
        _ => {}
    }
}

/// What is written is what was read: byte for byte, and member by member when something else was changed.
fn kept<T: DeserializeOwned + Serialize + Clone + PartialEq + std::fmt::Debug>(
    text: &str,
    other: impl Fn(&mut T) -> &mut Members,
) {
    let Ok(entity) = serde_json::from_str::<T>(text) else {
        // A lookup has an id, or it is none.
        assert!(std::any::type_name::<T>().ends_with("Lookup"), "{} {text}", std::any::type_name::<T>());
        return;
    };
    assert_eq!(serde_json::to_string(&entity).unwrap(), text);
    assert_eq!(entity, serde_json::from_str(text).unwrap());

    let mut changed = entity.clone();
    other(&mut changed).insert("New one".to_owned(), 1.into());
    assert_ne!(changed, entity);
    let written: Members = serde_json::from_str(&serde_json::to_string(&changed).unwrap()).unwrap();
    let mut expected: Members = serde_json::from_str(text).unwrap();
    expected.insert("New one".to_owned(), 1.into());
    let raw = |members: &Members| -> Vec<_> {
        members.iter().map(|(name, value)| (name.clone(), value.raw().to_owned())).collect()
    };
    assert_eq!(raw(&written), raw(&expected), "every digit of every member");
}

macro_rules! each_entity {
    ($text:expr; $($name:ident)*) => {$(
        kept::<$name>($text, |entity| &mut entity.other);
    )*};
}

#[test]
fn what_is_read_is_written() {
    let mut json = Generator::new(1);
    for round in 0..ROUNDS {
        let members = json.random.usize(0..12);
        let text = json.object(3, members);
        let text = if round == 0 { "{}" } else { &text };
        each_entity!(text;
            User CustomizeInfo Theme ThemeTab Role Profile Permission ProfileSection ProfileCategory Organization
            LicenseDetails Module Field ViewType OperationType PickListValue LookupField QueryDetails
            MultiSelectLookupField UniqueField FormulaField CurrencyField AutoNumberField Layout Section
            SectionProperties LeadConvertMappings LeadConvertMapping LeadConvertMappingField CustomView
            CustomViewCriteria ModuleRelatedList RelatedListProperties Tag TagsInfo OrgTax TaxPreference Tax Variable
            VariableGroup Note Attachment UserRef RoleRef ProfileRef LayoutRef ModuleRef FieldRef TerritoryRef
            CustomViewRef ParentRef DeletedRecord LineItem RecordFile Participant PricingDetail RecordTax Lookup
        );
    }
}

#[test]
fn a_changed_record_keeps_the_text_of_every_other_field() {
    let mut json = Generator::new(2);
    for _ in 0..ROUNDS {
        let text = json.object(3, 12);
        let mut record = Record::from_json(&text).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), text);
        let members: Members = serde_json::from_str(&text).unwrap();
        record.set("New one", 0.1);
        let written = Record::from_json(&serde_json::to_string(&record).unwrap()).unwrap();
        assert_eq!(written, record);
        assert_eq!(written.names().count(), members.len() + 1);
        for (name, value) in members {
            let field = written.field(&name);
            assert_eq!(field.is_null(), value.is_null());
            assert_eq!(field.value().map_or("null".to_owned(), |field| field.raw().to_owned()), value.raw());
        }
    }
}

#[test]
fn whatever_serde_json_accepts_is_told_and_never_emptied() {
    let mut json = Generator::new(3);
    for _ in 0..ROUNDS {
        let text = json.value(4);
        let value: Json = text.parse().unwrap();
        assert_eq!(value.raw(), text);
        assert_eq!(value, text.parse::<Json>().unwrap());
        match serde_json::from_str::<Value>(&text) {
            Ok(tree) => assert_eq!(value.decode::<Value>().unwrap(), tree),
            Err(_) => assert!(value.decode::<Value>().is_err()),
        }
    }
}

#[test]
fn numbers_are_the_same_whatever_their_text() {
    let mut random = Rng::with_seed(4);
    for _ in 0..ROUNDS {
        let digits: String = (0..random.usize(1..25)).map(|_| random.digit(10)).collect();
        let digits = format!("{}{digits}", random.u8(1..10));
        let zeros = random.usize(0..4);
        let point = random.usize(1..digits.len());
        let (whole, fraction) = digits.split_at(point);
        let json = |text: String| text.parse::<Json>().unwrap();
        let number = json(format!("{whole}.{fraction}"));
        assert_eq!(number, json(format!("{whole}.{fraction}{}", "0".repeat(zeros))));
        assert_eq!(number, json(format!("{digits}e-{}", fraction.len())));
        assert_eq!(number, json(format!("0.{digits}E{}", whole.len())));
        assert_ne!(number, json(format!("-{whole}.{fraction}")));
        assert_ne!(number, json(format!("{whole}.{fraction}1")));
        assert_ne!(number, json(format!("\"{whole}.{fraction}\"")));
    }
}

#[test]
fn moments_and_days_never_panic() {
    let mut random = Rng::with_seed(5);
    for _ in 0..ROUNDS * 10 {
        let distance = Duration::from_secs(random.u64(..) >> random.u32(0..63));
        for moment in [UNIX_EPOCH.checked_add(distance), UNIX_EPOCH.checked_sub(distance)].into_iter().flatten() {
            let written = DateTime::from(moment);
            written.check().unwrap();
            assert_eq!(written.as_str().len(), "2018-03-28T10:32:45+05:30".len());
        }
        let text: String =
            (0..random.usize(0..27)).map(|_| *random.choice(b"0123456789-+:TZ ").unwrap() as char).collect();
        let (moment, day) = (DateTime::new(text.as_str()), Date::new(text.as_str()));
        assert_eq!(moment.check().is_ok(), moment.unix_seconds().is_some());
        assert_eq!(moment.cmp(&moment), std::cmp::Ordering::Equal);
        assert_eq!(day.check().is_ok(), text.parse::<Date>().is_ok());
    }
}
