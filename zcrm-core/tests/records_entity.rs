//! Records as data: what is read, what is changed, what is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};
use zcrm_core::config::ApiVersion;
use zcrm_core::entity::{
    Amount, Json, LineItem, LineItemField, Lookup, Participant, Record, RecordFile, Tag, Tax, UserRef,
};
use zcrm_core::{ErrorKind, Nullable};

fn read(value: &Value) -> Record {
    Record::from_json(&value.to_string()).unwrap()
}

fn written(record: &Record) -> Value {
    serde_json::to_value(record).unwrap()
}

#[test]
fn what_was_read_is_written_byte_for_byte() {
    let text = "{ \"id\":\"1\",\"b\": 1.50, \"a\":[ ], \"$state\":\"save\" , \"big\":12345678901234567890.12}";
    let record = Record::from_json(text).unwrap();
    assert_eq!(record.raw(), text);
    assert_eq!(serde_json::to_string(&record).unwrap(), text);
    assert_eq!(record.names().collect::<Vec<_>>(), ["id", "b", "a", "$state", "big"]);
    assert!(!record.is_changed());
}

#[test]
fn a_change_leaves_every_other_field_as_it_came() {
    let mut record = Record::from_json(r#"{"id":"1","Amount":1.50,"City":"Oslo"}"#).unwrap();
    record.set("City", "Bergen").set("Fax", "1");
    assert_eq!(serde_json::to_string(&record).unwrap(), r#"{"id":"1","Amount":1.50,"City":"Bergen","Fax":"1"}"#);
    assert_eq!(Json::from(record.changed().clone()), json!({"City": "Bergen", "Fax": "1"}));
    record.unset("City").unset("Fax");
    assert!(!record.is_changed());
    assert_eq!(record.get::<String>("City").unwrap().as_deref(), Some("Oslo"));
}

#[test]
fn absent_null_and_a_value_are_three_things() {
    let mut record = read(&json!({"Phone": null, "City": "Oslo"}));
    assert_eq!(record.field("Fax"), Nullable::Absent);
    assert_eq!(record.field("Phone"), Nullable::Null);
    assert_eq!(record.field("City"), Nullable::Value("Oslo".into()));
    record.clear("City");
    assert_eq!(record.field("City"), Nullable::Null);
    assert_eq!(Json::from(record.changed().clone()), json!({"City": null}));
}

#[test]
fn a_saved_record_sends_its_changes_once() {
    let mut record = read(&json!({"id": "1", "City": "Oslo"}));
    record.set("City", "Bergen");
    record.mark_saved();
    assert!(!record.is_changed());
    assert_eq!(record.get::<String>("City").unwrap().as_deref(), Some("Bergen"));
    assert_eq!(record.id(), Some("1".into()));
}

#[test]
fn properties_keep_their_names_and_stay_apart() {
    let record = read(&json!({"id": "1", "$a$b": true, "Name": "x"}));
    assert_eq!(record.properties().collect::<Vec<_>>(), [("$a$b", true.into())]);
    assert_eq!(record.fields().map(|(name, _)| name).collect::<Vec<_>>(), ["Name", "id"]);
    assert_eq!(record.get::<bool>("$a$b").unwrap(), Some(true));
}

#[test]
fn ids_come_as_text_or_number() {
    assert_eq!(read(&json!({"id": 3652397000000190001_u64})).id(), Some("3652397000000190001".into()));
    assert_eq!(read(&json!({"id": "3652397000000190001"})).id(), Some("3652397000000190001".into()));
    assert_eq!(read(&json!({"id": null})).id(), None);
}

#[test]
fn a_field_of_another_type_is_an_error_that_names_it() {
    let error = read(&json!({"Size": "large"})).get::<u32>("Size").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("Size"), "{error}");
}

#[test]
fn only_objects_are_records() {
    for text in ["[]", "1", "null", "\"{}\"", "{", ""] {
        assert_eq!(Record::from_json(text).unwrap_err().kind(), ErrorKind::InvalidInput, "{text}");
    }
}

#[test]
fn names_with_escapes_are_found() {
    let record = Record::from_json(r#"{"N\u0061me":"\u00e9","Quote\"d":1}"#).unwrap();
    assert_eq!(record.get::<String>("Name").unwrap().as_deref(), Some("é"));
    assert_eq!(record.get::<u8>("Quote\"d").unwrap(), Some(1));
}

#[test]
fn records_with_the_same_fields_are_equal() {
    let read = read(&json!({"City": "Oslo", "Size": 3}));
    assert_eq!(read, Record::new().with("Size", 3).with("City", "Oslo"));
    assert_ne!(read, Record::new().with("Size", 4).with("City", "Oslo"));
}

#[test]
fn lookups_keep_all_their_members() {
    let record = read(&json!({"Account_Name": {"id": "7", "name": "A", "module": "Accounts", "extra": 1}}));
    let account = record.lookup("Account_Name").unwrap().unwrap();
    assert_eq!((account.id.as_str(), account.name.as_deref()), ("7", Some("A")));
    assert_eq!(
        serde_json::to_value(&account).unwrap(),
        json!({"id": "7", "name": "A", "module": "Accounts", "extra": 1})
    );
    // An object that is no lookup is neither lost nor taken for one.
    let record = read(&json!({"Mailing_Address": {"street": "x"}}));
    assert_eq!(record.field("Mailing_Address"), Nullable::Value(json!({"street": "x"}).into()));
    record.lookup("Mailing_Address").unwrap_err();
}

#[test]
fn reading_twice_doubles_nothing() {
    let record = read(&json!({
        "Tag": [{"id": "1", "name": "hot"}], "Tax": ["VAT"], "$line_tax": [{"name": "VAT", "percentage": 20, "value": 4.5}],
        "Participants": [{"participant": "a@x.com", "type": "email", "invited": false, "status": "not_known"}],
        "Product_Details": [{"id": "1", "product": {"id": "2", "name": "Plank", "Product_Code": "P"}, "quantity": 1.5}],
        "Pricing_Details": [{"id": "1", "from_range": 1, "to_range": 10.5, "discount": 5}],
    }));
    for _ in 0..2 {
        assert_eq!(record.tags().unwrap().len(), 1);
        assert_eq!(record.taxes().unwrap().len(), 1);
        assert_eq!(record.line_taxes().unwrap().len(), 1);
        assert_eq!(record.participants().unwrap().len(), 1);
        assert_eq!(record.line_items().unwrap().len(), 1);
        assert_eq!(record.pricing_details().unwrap().len(), 1);
    }
    assert_eq!(written(&record), read(&written(&record)).raw().parse::<Value>().unwrap());
}

#[test]
fn taxes_of_the_record_and_of_its_lines_are_two_lists() {
    let record = read(&json!({"Tax": ["VAT"], "$line_tax": [{"name": "Sales", "percentage": 20, "value": 4.5}]}));
    assert_eq!(record.taxes().unwrap()[0].name.as_deref(), Some("VAT"));
    assert_eq!(record.line_taxes().unwrap()[0].name.as_deref(), Some("Sales"));
    assert_eq!(serde_json::to_value(record.taxes().unwrap()).unwrap(), json!(["VAT"]));
    let later = json!([{"id": "5", "value": "VAT"}]);
    let record = read(&json!({"Tax": later}));
    assert_eq!(record.taxes().unwrap()[0].name.as_deref(), Some("VAT"));
    assert_eq!(serde_json::to_value(record.taxes().unwrap()).unwrap(), later);
}

#[test]
fn amounts_lose_nothing() {
    let written = json!({"quantity": 1.5, "list_price": null, "Discount": "10%", "total": 3, "net_total": 0.1});
    let line: LineItem = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(line.quantity, Some(Amount::from(1.5)));
    assert_eq!(line.list_price, None);
    assert_eq!(line.discount.as_ref().unwrap().percent(), Some(10.0));
    assert_eq!(serde_json::to_value(&line).unwrap(), written, "the null too");
}

#[test]
fn both_spellings_of_a_line_read_the_same() {
    let old = json!([{"id": "1", "product": {"id": "2", "name": "Plank", "Product_Code": "P1"}, "quantity": 2, "list_price": 3.5,
        "Discount": 0, "total": 7, "total_after_discount": 7, "Tax": 1, "net_total": 8, "product_description": "long",
        "line_tax": [{"name": "VAT", "percentage": 20, "value": 1}]}]);
    let new = json!([{"id": "1", "Product_Name": {"id": "2", "name": "Plank", "Product_Code": "P1"}, "Quantity": 2,
        "List_Price": 3.5, "Discount": 0, "Total": 7, "Total_After_Discount": 7, "Tax": 1, "Net_Total": 8,
        "Description": "long", "Line_Tax": [{"name": "VAT", "percentage": 20, "value": 1}]}]);
    let expected = read(&json!({"Product_Details": old})).line_items().unwrap();
    assert_eq!(expected[0].product.as_ref().unwrap().other["Product_Code"], "P1");
    for (module, field) in [
        ("Quotes", LineItemField::QuotedItems),
        ("Sales_Orders", LineItemField::OrderedItems),
        ("Purchase_Orders", LineItemField::PurchaseItems),
        ("Invoices", LineItemField::InvoicedItems),
    ] {
        let record = read(&json!({field.as_str(): new}));
        assert_eq!(record.line_items().unwrap(), expected);
        assert_eq!(record.line_item_field(), Some(field));
        assert_eq!(LineItemField::of(module, ApiVersion::V8), Some(field));
        assert_eq!(LineItemField::of(module, ApiVersion::V2), Some(LineItemField::ProductDetails));
    }
    assert_eq!(LineItemField::of("Leads", ApiVersion::V2), None);
}

#[test]
fn lines_are_written_in_the_spelling_of_their_field() {
    let mut line = LineItem::new("2", 1.5);
    line.discount = Some(Amount::from_percent(10.0));
    line.line_tax = Some(vec![Tax::default().name("VAT").percentage(20)]);
    let lines = [line, LineItem::removal("9")];
    let mut record = Record::new();
    record.set_line_items(LineItemField::ProductDetails, &lines);
    assert_eq!(
        record.field("Product_Details").value().unwrap(),
        json!([{"product": "2", "quantity": 1.5, "Discount": "10%", "line_tax": [{"name": "VAT", "percentage": 20}]},
            {"id": "9", "delete": true}])
    );
    record.set_line_items(LineItemField::QuotedItems, &lines);
    assert_eq!(
        record.field("Quoted_Items").value().unwrap(),
        json!([{"Product_Name": {"id": "2"}, "Quantity": 1.5, "Discount": "10%", "Line_Tax": [{"name": "VAT", "percentage": 20}]},
            {"id": "9", "_delete": null}])
    );
}

#[test]
fn participants_by_address_keep_it() {
    let came = json!({"participant": "a@x.com", "type": "email", "invited": false, "name": null, "status": "not_known", "$x": 1});
    let participant: Participant = serde_json::from_value(came.clone()).unwrap();
    assert_eq!(participant.address(), Some("a@x.com"));
    assert_eq!(serde_json::to_value(&participant).unwrap(), came, "nulls and unknown members too");
    let user: Participant =
        serde_json::from_value(json!({"participant": "1", "type": "user", "Email": "b@x.com"})).unwrap();
    assert_eq!(user.address(), Some("b@x.com"));
}

#[test]
fn subforms_are_read_changed_and_written_back() {
    let mut lead = read(&json!({"id": "1", "Visits": [
        {"id": "2", "City": "Oslo", "Guests": [{"id": "3"}], "Host": null, "Owner": {"id": "4", "name": "N"}},
    ]}));
    let mut visits = lead.subform("Visits").unwrap();
    assert_eq!(visits[0].owner().unwrap().and_then(|owner| owner.name).as_deref(), Some("N"));
    assert_eq!(visits[0].subform("Guests").unwrap()[0].id(), Some("3".into()));
    visits[0].set("City", "Bergen");
    visits.push(Record::new().with("City", "Molde"));
    lead.set_as("Visits", &visits).unwrap();
    assert_eq!(
        Json::from(lead.changed().clone()),
        json!({"Visits": [
            {"id": "2", "City": "Bergen", "Guests": [{"id": "3"}], "Host": null, "Owner": {"id": "4", "name": "N"}},
            {"City": "Molde"},
        ]})
    );
}

#[test]
fn multi_selects_and_files() {
    let record = read(&json!({
        "Languages": ["no", "en"],
        "Old": [{"file_Id": "f1", "file_Name": "a.txt", "file_Size": "53.7 KB", "attachment_Id": "1", "extn": "txt"}],
        "New": [{"File_Id__s": "f1", "File_Name__s": "a.txt", "Size__s": 53, "id": "1"}],
    }));
    assert_eq!(record.choices("Languages").unwrap(), ["no", "en"]);
    for name in ["Old", "New"] {
        let files = record.files(name).unwrap();
        assert_eq!(files[0].file_id.as_deref(), Some("f1"));
        assert_eq!(files[0].file_name.as_deref(), Some("a.txt"));
        assert_eq!(files[0].id.as_ref().map(AsRef::as_ref), Some("1"));
    }
    assert!(record.choices("Absent").unwrap().is_empty());
}

#[test]
fn ids_and_references_are_values() {
    let record = Record::new().with("Account_Name", Lookup::new("7"));
    assert_eq!(written(&record), json!({"Account_Name": {"id": "7"}}));
}

#[test]
fn what_cannot_be_decoded_is_told() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let record =
        Record::from_json(&format!(r#"{{"Cut":"Berg \ud83d","Deep":{deep},"N\ud83d":1,"City":"Oslo"}}"#)).unwrap();
    for name in ["Cut", "Deep"] {
        let error = record.get::<Value>(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.to_string().contains(name), "{error}");
    }
    let cut = record.field("Cut").value().unwrap();
    assert_eq!((cut.text(), cut.text_lossy().unwrap().as_ref()), (None, "Berg \u{fffd}"));
    assert_eq!(record.field("Deep").value().unwrap().raw(), deep);
    assert_eq!(record.get::<String>("City").unwrap().as_deref(), Some("Oslo"), "a broken name costs no other field");
    assert_eq!(record.names().collect::<Vec<_>>(), ["Cut", "Deep", "N\u{fffd}", "City"]);
    assert_eq!(record.fields().count(), 4);
    assert_eq!(record, record.clone());
    assert!(Value::try_from(record).is_err());
    assert!(serde_json::from_str::<Tag>(&format!(r#"{{"name":"a","x":{deep}}}"#)).is_err(), "no stack is spent on it");
}

#[test]
fn both_names_of_a_member_may_be_there() {
    for (text, id) in [
        (r#"{"attachment_Id":"1","id":"2"}"#, "2"),
        (r#"{"id":null,"attachment_Id":7}"#, "7"),
        (r#"{"attachment_Id":"1"}"#, "1"),
    ] {
        let record = Record::from_json(&format!(r#"{{"Files":[{text}]}}"#)).unwrap();
        let mut files = record.files("Files").unwrap();
        assert_eq!(files[0].id.as_ref().unwrap().as_str(), id);
        assert_eq!(serde_json::to_string(&files[0]).unwrap(), text);
        files[0].file_name = Some("a.txt".to_owned());
        let mut expected: Value = serde_json::from_str(text).unwrap();
        expected["File_Name__s"] = "a.txt".into();
        assert_eq!(serde_json::to_value(&files[0]).unwrap(), expected);
    }
    let mut file: RecordFile = serde_json::from_value(json!({"file_Name": "a.txt", "file_Size": null})).unwrap();
    file.file_name = Some("b.txt".to_owned());
    file.size = Some(7.into());
    assert_eq!(serde_json::to_value(&file).unwrap(), json!({"file_Name": "b.txt", "file_Size": 7}), "as they came");
}

#[test]
fn odd_parts_of_a_record_are_kept() {
    let text = r#"{"Product_Details":[{"id":"1","product_description":null,"quantity":1.50,"delete_flag":false,"x":0.10,
        "line_tax":[{"id":null,"name":7,"percentage":"8.50"},"VAT"],"total":[1]}]}"#;
    let mut quote = Record::from_json(text).unwrap();
    let mut lines = quote.line_items().unwrap();
    assert_eq!(lines[0].line_tax.as_ref().unwrap()[0].name.as_deref(), Some("7"));
    assert_eq!((lines[0].total.as_ref(), lines[0].other["total"].raw()), (None, "[1]"));
    lines[0].description = Some("long".to_owned());
    quote.set_line_items(LineItemField::ProductDetails, &lines);
    let mut expected: Value = serde_json::from_str(text).unwrap();
    expected["Product_Details"][0]["product_description"] = "long".into();
    assert_eq!(written(&quote), expected);
    assert!(quote.changed()["Product_Details"].raw().contains(r#""quantity":1.50,"total":[1],"x":0.10"#), "{quote:?}");
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Row {
    #[serde(rename = "Account_Name")]
    account: Option<Lookup>,
    #[serde(rename = "Owner")]
    owner: UserRef,
    #[serde(rename = "Amount")]
    amount: Amount,
}

#[derive(serde::Deserialize)]
struct Wrapped {
    #[serde(flatten)]
    row: Row,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Either {
    Row(Row),
}

#[test]
fn one_struct_reads_a_row_whatever_the_way() {
    let page = r#"{"Account_Name":{"id":"7","name":"A"},"Owner":{"id":"8","name":"N"},"Amount":1.50}"#;
    let csv = r#"{"Account_Name":"7","Owner":{"id":8},"Amount":"1.50"}"#;
    let row: Row = serde_json::from_str(page).unwrap();
    assert_eq!((row.account.unwrap().id.as_str(), row.amount.text().as_ref()), ("7", "1.50"));
    let row: Row = serde_json::from_str(csv).unwrap();
    assert_eq!((row.account.unwrap().id.as_str(), row.owner.id.unwrap().as_str()), ("7", "8"));
    assert_eq!(row.amount.number(), Some(1.5));
    assert!(serde_json::from_str::<Lookup>("\"Berg\"").is_err(), "a name is no lookup");
    // Within flatten and untagged enums too, where serde has no text left.
    let wrapped: Wrapped = serde_json::from_str(page).unwrap();
    let Either::Row(row) = serde_json::from_str(page).unwrap();
    assert_eq!(wrapped.row, row);
    assert_eq!(wrapped.row, serde_json::from_value(page.parse().unwrap()).unwrap());
}

#[test]
fn records_are_values() {
    let lead = Record::new().with("City", "Oslo").with("Size", None::<i32>);
    assert_eq!(Json::from(lead.clone()).raw(), r#"{"City":"Oslo","Size":null}"#);
    assert_eq!(Value::try_from(lead.clone()).unwrap(), json!({"City": "Oslo", "Size": null}));
    let parent = Record::new().with("Visits", [lead.clone()]).with("Main", lead.clone());
    assert_eq!(parent.subform("Visits").unwrap(), [lead]);
}
