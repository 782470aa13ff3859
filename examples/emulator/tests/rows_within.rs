//! Rows within records: line items, subforms, files of a file field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::{Client, start};

fn create(client: &Client, module: &str, record: Value) -> String {
    let got = client.post(&format!("/crm/v2/{module}"), json!({ "data": [record] }));
    got.json["data"][0]["details"]["id"].as_str().unwrap_or_else(|| panic!("{}", got.json)).to_owned()
}

fn read(client: &Client, path: &str) -> Value {
    client.get(path).json["data"][0].clone()
}

#[test]
fn lines_that_are_not_sent_stay() {
    let client = start();
    let product = create(&client, "Products", json!({ "Product_Name": "P", "Unit_Price": 4 }));
    for (version, field, own, quantity) in [
        ("v2", "Product_Details", "product", "quantity"),
        ("v2.1", "Quoted_Items", "Product_Name", "Quantity"),
        ("v8", "Quoted_Items", "Product_Name", "Quantity"),
    ] {
        let lines: Vec<_> = (1..4).map(|n| json!({ "product": product, "quantity": n, "list_price": 10 })).collect();
        let quote = create(&client, "Quotes", json!({ "Subject": "Q", "Product_Details": lines }));
        let path = format!("/crm/{version}/Quotes/{quote}");
        let lines = || read(&client, &path)[field].as_array().unwrap().clone();
        let id = |at: usize| lines()[at]["id"].clone();
        let put = |lines: Value| client.put(&path, json!({ "data": [{ field: lines }] })).json["data"][0].clone();

        assert_eq!(put(json!([{ "id": id(0), "_delete": null }]))["code"], "SUCCESS", "{version}");
        assert_eq!(lines().len(), 2, "{version}");
        assert_eq!(
            put(json!([{ "id": id(0), quantity: 7 }, { own: { "id": product }, quantity: 9 }]))["code"],
            "SUCCESS"
        );
        let quantities: Vec<_> = lines().iter().map(|line| line[quantity].as_f64().unwrap()).collect();
        assert_eq!(quantities, [7.0, 3.0, 9.0], "{version}");
        assert_eq!(read(&client, &path)["Sub_Total"], 70.0 + 30.0 + 36.0);
        let wrong = put(json!([{ "id": "42", quantity: 1 }]));
        assert_eq!((&wrong["code"], &wrong["details"]["id"]), (&json!("INVALID_DATA"), &json!("42")));
        assert_eq!(lines().len(), 3);
    }
}

#[test]
fn a_line_names_all_its_members_and_no_negative_zero() {
    let client = start();
    let product = create(&client, "Products", json!({ "Product_Name": "P", "Unit_Price": 4 }));
    let quote = create(
        &client,
        "Quotes",
        json!({ "Subject": "Q", "Product_Details": [{ "product": product, "quantity": 1 }] }),
    );
    let got = client.get(&format!("/crm/v2/Quotes/{quote}"));
    let line = got.json["data"][0]["Product_Details"][0].as_object().unwrap();
    for member in ["product_description", "book", "unit_price", "quantity_in_stock", "line_tax", "Tax", "net_total"] {
        assert!(line.contains_key(member), "{member}");
    }
    assert_eq!(line["unit_price"], 4);
    assert!(!String::from_utf8_lossy(&got.bytes).contains("-0.0"));
}

#[test]
fn rows_of_a_subform_and_files() {
    let client = start();
    let file =
        |name: &str| client.upload("/crm/v2/files", "file", Some(name), b"x").json["data"][0]["details"]["id"].clone();
    let project = create(
        &client,
        "Projects",
        json!({ "Name": "P", "Milestones": [{ "Title": "A" }, { "Title": "B" }], "Plan": [file("a"), file("b")] }),
    );
    let path = format!("/crm/v8/Projects/{project}");
    let before = read(&client, &path);
    let number: u64 = before["Milestones"][1]["id"].as_str().unwrap().parse().unwrap();
    let body = json!({ "data": [{
        "Milestones": [{ "id": number, "Title": "B2" }, { "Title": "C" }],
        "Plan": [{ "id": before["Plan"][0]["id"], "_delete": null }],
    }] });
    assert_eq!(client.put(&path, body).status, 200);
    let after = read(&client, &path);
    let titles: Vec<_> = after["Milestones"].as_array().unwrap().iter().map(|row| row["Title"].clone()).collect();
    assert_eq!(titles, ["A", "B2", "C"]);
    assert_eq!(after["Plan"].as_array().unwrap().len(), 1);
    assert_eq!(after["Plan"][0]["File_Name__s"], "b");
    client.put(&path, json!({ "data": [{ "Milestones": null }] }));
    assert_eq!(read(&client, &path)["Milestones"], json!([]));
}
