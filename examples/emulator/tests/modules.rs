//! What else the vendor's SDK for v2 calls, and how later versions differ: metadata, notes, relations, tags, lines,
//! conversion, users, taxes, variables.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::{Client, start};

fn id_of(got: &Value) -> String {
    assert_eq!(got["status"], "success", "{got}");
    got["details"]["id"].as_str().unwrap().to_owned()
}

fn create(client: &Client, module: &str, record: Value) -> String {
    id_of(&client.post(&format!("/crm/v2/{module}"), json!({ "data": [record] })).json["data"][0])
}

#[test]
fn modules_fields_layouts_and_related_lists() {
    let client = start();
    let modules = client.get("/crm/v2/settings/modules").json["modules"].as_array().unwrap().clone();
    assert!(modules.iter().any(|module| module["api_name"] == "Projects" && module["generated_type"] == "custom"));
    let leads = client.get("/crm/v2/settings/modules/Leads").json["modules"][0].clone();
    assert_eq!(leads["convertable"], true);
    assert_eq!(leads["related_lists"][0]["api_name"], "Notes");
    assert_eq!(client.get("/crm/v2/settings/modules/Nope").code(), "INVALID_MODULE");
    assert_eq!(client.get("/crm/v2/settings/fields").code(), "REQUIRED_PARAM_MISSING");
    let fields = client.get("/crm/v2/settings/fields?module=Leads").json["fields"].as_array().unwrap().clone();
    let field = |name: &str| fields.iter().find(|field| field["api_name"] == name).unwrap().clone();
    assert_eq!(
        (&field("Last_Name")["system_mandatory"], &field("Email")["data_type"]),
        (&json!(true), &json!("email"))
    );
    assert_eq!(field("Lead_Status")["pick_list_values"][0]["actual_value"], "-None-");
    let id = field("Email")["id"].as_str().unwrap().to_owned();
    let one = client.get(&format!("/crm/v2/settings/fields/{id}?module=Leads"));
    assert_eq!(one.json["fields"][0]["api_name"], "Email");
    let layouts = client.get("/crm/v2/settings/layouts?module=Leads");
    assert_eq!(layouts.json["layouts"][0]["convert_mapping"]["Deals"]["fields"][0]["required"], true);
    let layout = layouts.json["layouts"][0]["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/crm/v2/settings/layouts/{layout}?module=Leads")).status, 200);
    let related = client.get("/crm/v2/settings/related_lists?module=Deals");
    let related = related.json["related_lists"].as_array().unwrap().clone();
    assert!(related.iter().any(|list| list["api_name"] == "Contact_Roles" && list["module"] == "Contacts"));
    let id = related[0]["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/crm/v2/settings/related_lists/{id}?module=Deals")).status, 200);
}

#[test]
fn custom_views_and_their_records() {
    let client = start();
    client.lead(json!({ "Last_Name": "A", "City": "Oslo" }));
    client.lead(json!({ "Last_Name": "B", "City": "Paris", "Owner": "3652397000000186018" }));
    let got = client.get("/crm/v2/settings/custom_views?module=Leads");
    assert_eq!(got.json["info"]["translation"]["public_views"], "Public Views");
    let id = |at: usize| got.json["custom_views"][at]["id"].as_str().unwrap().to_owned();
    assert_eq!(got.json["custom_views"][2]["criteria"]["group_operator"], "or");
    let count =
        |id: &str| client.get(&format!("/crm/v2/Leads?cvid={id}&page=1&per_page=200")).json["info"]["count"].clone();
    assert_eq!((count(&id(0)), count(&id(1)), count(&id(2))), (json!(2), json!(1), json!(1)));
    assert_eq!(client.get("/crm/v2/Leads?cvid=1").code(), "INVALID_DATA");
    let sort = json!({ "custom_views": [{ "sort_by": { "api_name": "City" }, "sort_order": "asc" }] });
    let path = format!("/crm/v2/settings/custom_views/{}?module=Leads", id(0));
    assert_eq!(client.put(&path, sort.clone()).json["custom_views"][0]["code"], "SUCCESS");
    assert_eq!(client.get(&path).json["custom_views"][0]["sort_by"], "City");
    let later = format!("/crm/v8/settings/custom_views/{}/actions/change_sort?module=Leads", id(0));
    assert_eq!(client.put(&later, sort).status, 200);
    assert_eq!(client.get(&path.replace("v2", "v8")).json["custom_views"][0]["sort_by"]["api_name"], "City");
    assert_eq!(
        client.get(&format!("/crm/v8/Leads?fields=City&cvid={}&sort_by=City", id(0))).code(),
        "AMBIGUITY_DURING_PROCESSING"
    );
}

#[test]
fn notes_of_a_record_and_of_the_organization() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "Berg" }));
    let path = format!("/crm/v2/Leads/{lead}/Notes");
    assert_eq!(client.get(&format!("{path}?page=1&per_page=20")).status, 204);
    let note =
        id_of(&client.post(&path, json!({ "data": [{ "Note_Title": "T", "Note_Content": "C" }] })).json["data"][0]);
    let changed = client.put(&format!("{path}/{note}"), json!({ "data": [{ "Note_Content": "D" }] }));
    assert_eq!(changed.json["data"][0]["code"], "SUCCESS");
    let all = client.get("/crm/v2/Notes").json["data"][0].clone();
    assert_eq!((&all["Note_Content"], &all["$se_module"]), (&json!("D"), &json!("Leads")));
    assert_eq!((&all["Parent_Id"]["id"], &all["Parent_Id"]["name"]), (&json!(lead), &json!("Berg")));
    let ruby = json!({ "data": [{ "Note_Content": "E", "Parent_Id": lead, "se_module": "Leads" }] });
    assert_eq!(client.post("/crm/v2/Notes", ruby).status, 201);
    let later =
        json!({ "data": [{ "Note_Content": "F", "Parent_Id": { "id": lead, "module": { "api_name": "Leads" } } }] });
    assert_eq!(client.post("/crm/v8/Notes", later).status, 201);
    let orphan = client
        .post("/crm/v2/Notes", json!({ "data": [{ "Note_Content": "G", "Parent_Id": "1", "se_module": "Leads" }] }));
    assert_eq!(orphan.json["data"][0]["details"]["api_name"], "Parent_Id");
    assert_eq!(client.get(&path).json["info"]["count"], 3);
    assert_eq!(client.delete(&format!("{path}/{note}")).json["data"][0]["code"], "SUCCESS");
    assert_eq!(client.delete(&format!("/crm/v2/Notes?ids={note},")).json["data"][0]["code"], "INVALID_DATA");
}

#[test]
fn relations() {
    let client = start();
    let product = create(&client, "Products", json!({ "Product_Name": "P" }));
    let book = create(&client, "Price_Books", json!({ "Price_Book_Name": "B" }));
    let path = format!("/crm/v2/Price_Books/{book}/Products");
    let got = client.put(&format!("{path}/{product}"), json!({ "data": [{ "list_price": 12.5 }] }));
    assert_eq!(got.json["data"][0]["message"], "relation added");
    let row = client.get(&format!("{path}?page=1&per_page=20")).json["data"][0].clone();
    assert_eq!((&row["id"], &row["list_price"]), (&json!(product), &json!(12.5)));
    let reverse = client.get(&format!("/crm/v2/Products/{product}/Price_Books"));
    assert_eq!(reverse.json["data"][0]["id"], json!(book));
    assert_eq!(client.delete(&format!("{path}/{product}")).json["data"][0]["message"], "relation removed");
    assert_eq!(client.delete(&format!("{path}/{product}")).json["data"][0]["code"], "INVALID_DATA");
    assert_eq!(client.get(&path).status, 204);
    assert_eq!(client.get(&format!("/crm/v2/Price_Books/{book}/Nothing")).code(), "INVALID_DATA");
    assert_eq!(client.get(&path.replace("v2", "v8")).code(), "REQUIRED_PARAM_MISSING");

    let account = create(&client, "Accounts", json!({ "Account_Name": "A" }));
    for name in ["B", "A"] {
        create(&client, "Contacts", json!({ "Last_Name": name, "Account_Name": account }));
    }
    let contacts = client.get(&format!("/crm/v2/Accounts/{account}/Contacts?sort_by_field=Last_Name&sort_order=asc"));
    assert_eq!(contacts.json["data"][0]["Last_Name"], "A");
    assert_eq!(contacts.json["data"][1]["Account_Name"], json!({ "name": "A", "id": account }));
    let wrong = client.post("/crm/v2/Contacts", json!({ "data": [{ "Last_Name": "C", "Account_Name": "77" }] }));
    assert_eq!(wrong.json["data"][0]["details"]["api_name"], "Account_Name");
    assert_eq!(client.get("/crm/v2/Contacts/roles").json["contact_roles"][0]["name"], "Decision Maker");
}

#[test]
fn tags() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "Berg", "Tag": [{ "name": "hot" }] }));
    let path = "/crm/v2/settings/tags?module=Leads";
    let got = client.post(path, json!({ "tags": [{ "name": "cold" }, { "name": "hot" }, { "name": "x".repeat(26) }] }));
    let cold = id_of(&got.json["tags"][0]);
    assert_eq!(got.json["tags"][1]["code"], "DUPLICATE_DATA");
    assert_eq!(got.json["tags"][2]["details"]["maximum_length"], 25);
    let list = client.get(path).json["tags"].as_array().unwrap().clone();
    let hot = list.iter().find(|tag| tag["name"] == "hot").unwrap()["id"].as_str().unwrap().to_owned();
    let added =
        client.call("POST", &format!("/crm/v2/Leads/{lead}/actions/add_tags?tag_names=cold,new,"), Some(Value::Null));
    assert_eq!(added.json["data"][0]["details"]["tags"], json!(["hot", "cold", "new"]));
    let count = |tag: &str| {
        client.get(&format!("/crm/v2/settings/tags/{tag}/actions/records_count?module=Leads")).json["count"].clone()
    };
    assert_eq!(count(&cold), "1");
    let renamed =
        client.put(&format!("/crm/v2/settings/tags/{cold}?module=Leads"), json!({ "tags": [{ "name": "icy" }] }));
    assert_eq!(renamed.json["tags"][0]["message"], "tags updated successfully");
    let tags = || client.get(&format!("/crm/v2/Leads/{lead}")).json["data"][0]["Tag"].clone();
    assert!(tags().as_array().unwrap().iter().any(|tag| tag["name"] == "icy"));
    let merged = client
        .post(&format!("/crm/v2/settings/tags/{hot}/actions/merge"), json!({ "tags": [{ "conflict_id": cold }] }));
    assert_eq!(merged.json["tags"][0]["message"], "tags merged successfully");
    assert_eq!(tags().as_array().unwrap().len(), 2);
    let path = format!("/crm/v2/Leads/actions/remove_tags?ids={lead},42,&tag_names=new,");
    let removed = client.call("POST", &path, Some(Value::Null));
    assert_eq!(removed.json["data"][0]["details"]["tags"], json!(["hot"]));
    assert_eq!(removed.json["data"][1]["code"], "INVALID_DATA");
    let later = json!({ "tags": [{ "name": "only" }], "ids": [lead], "over_write": true });
    let got = client.post("/crm/v8/Leads/actions/add_tags", later);
    assert_eq!(
        (&got.json["data"][0]["details"]["tags"][0]["name"], &got.json["success_count"]),
        (&json!("only"), &json!("1"))
    );
    assert_eq!(tags().as_array().unwrap().len(), 1);
    assert_eq!(client.delete(&format!("/crm/v2/settings/tags/{hot}")).json["tags"][0]["code"], "SUCCESS");
}

#[test]
fn line_items_change_their_names_with_the_version() {
    let client = start();
    let product = create(&client, "Products", json!({ "Product_Name": "P", "Product_Code": "C1" }));
    let line = json!({ "product": product, "quantity": 1.5, "list_price": 10, "Discount": "10%",
                       "line_tax": [{ "name": "Vat", "percentage": 20, "value": 2.7 }] });
    let quote = create(&client, "Quotes", json!({ "Subject": "Q", "Product_Details": [line] }));
    let read = client.get(&format!("/crm/v2/Quotes/{quote}")).json["data"][0].clone();
    let line = &read["Product_Details"][0];
    assert_eq!((&line["product"]["Product_Code"], &line["quantity"]), (&json!("C1"), &json!(1.5)));
    assert_eq!((&line["total"], &line["total_after_discount"]), (&json!(15.0), &json!(13.5)));
    assert!(line["id"].is_string() && read["Grand_Total"].as_f64().unwrap() > 16.0);
    let later = client.get(&format!("/crm/v8/Quotes/{quote}")).json["data"][0].clone();
    assert!(later.get("Product_Details").is_none());
    assert_eq!(later["Quoted_Items"][0]["Product_Name"]["name"], "P");
    assert_eq!(later["Quoted_Items"][0]["Quantity"], 1.5);
    let order = json!({ "Subject": "S", "Ordered_Items": [{ "Product_Name": { "id": product }, "Quantity": 2, "List_Price": 3 }] });
    let order = id_of(&client.post("/crm/v8/Sales_Orders", json!({ "data": [order] })).json["data"][0]);
    assert_eq!(
        client.get(&format!("/crm/v2/Sales_Orders/{order}")).json["data"][0]["Product_Details"][0]["total"],
        6.0
    );
    let bare = client
        .post("/crm/v2/Invoices", json!({ "data": [{ "Subject": "I", "Product_Details": [{ "product": product }] }] }));
    assert_eq!(bare.json["data"][0]["details"]["api_name"], "quantity");
    let fields = client.get("/crm/v8/settings/fields?module=Invoices").json["fields"].as_array().unwrap().clone();
    assert!(fields.iter().any(|field| field["api_name"] == "Invoiced_Items" && field["data_type"] == "subform"));
}

#[test]
fn a_lead_is_converted_once() {
    let client = start();
    let lead = client.lead(json!({ "Last_Name": "Berg", "Company": "Acme" }));
    let wishes = json!({ "data": [{ "overwrite": true, "Deals": { "Deal_Name": "D", "Stage": "Qualification" } }] });
    let bad = json!({ "data": [{ "Deals": { "Deal_Name": "D" } }] });
    let path = format!("/crm/v2/Leads/{lead}/actions/convert");
    assert_eq!(client.post(&path, bad).json["data"][0]["details"]["api_name"], "Stage");
    let made = client.post(&path, wishes.clone()).json["data"][0].clone();
    assert!(made["Contacts"].is_string() && made["Accounts"].is_string() && made["Deals"].is_string(), "{made}");
    assert!(made.get("code").is_none());
    let deal = client.get(&format!("/crm/v2/Deals/{}", made["Deals"].as_str().unwrap())).json["data"][0].clone();
    assert_eq!((&deal["Account_Name"]["name"], &deal["Contact_Name"]["name"]), (&json!("Acme"), &json!("Berg")));
    assert_eq!(client.post(&path, wishes).json["data"][0]["code"], "ID_ALREADY_CONVERTED");
    assert_eq!(client.get("/crm/v2/Leads").status, 204);
    assert_eq!(client.get("/crm/v2/Leads?converted=true").json["info"]["count"], 1);
    let other = client.lead(json!({ "Last_Name": "Dahl", "Company": "Bolt" }));
    let made = client.call("POST", &format!("/crm/v8/Leads/{other}/actions/convert"), Some(Value::Null));
    assert_eq!(made.json["data"][0]["code"], "SUCCESS");
    assert_eq!(made.json["data"][0]["details"]["Accounts"]["name"], "Bolt");
    assert_eq!(made.json["data"][0]["details"]["Deals"], Value::Null);
}

#[test]
fn users_come_and_go() {
    let client = start();
    let user = json!({ "last_name": "Holm", "email": "h@xyz.com", "role": "3652397000000026008", "profile": "3652397000000026014" });
    let got = client.post("/crm/v2/users", json!({ "users": [user] }));
    let id = id_of(&got.json["users"][0]);
    assert_eq!(got.status, 201);
    assert_eq!(client.post("/crm/v2/users", json!({ "users": [user] })).json["users"][0]["code"], "DUPLICATE_DATA");
    assert_eq!(client.post("/crm/v2/users", json!({ "users": [{}] })).json["users"][0]["code"], "MANDATORY_NOT_FOUND");
    let path = format!("/crm/v2/users/{id}");
    assert_eq!(
        client.put(&path, json!({ "users": [{ "first_name": "Hanne" }] })).json["users"][0]["message"],
        "User updated"
    );
    let read = client.get(&path).json["users"][0].clone();
    assert_eq!(
        (&read["full_name"], &read["zuid"], &read["confirm"]),
        (&json!("Hanne Holm"), &Value::Null, &json!(false))
    );
    assert_eq!((&read["role"]["name"], &read["profile"]["name"]), (&json!("Manager"), &json!("Standard")));
    let found = client.get("/crm/v2/users/search?criteria=(last_name:equals:Holm)&type=NotConfirmedUsers");
    assert_eq!(found.json["users"][0]["id"], json!(id));
    let several = client.put("/crm/v8/users", json!({ "users": [{ "id": id, "city": "Bergen" }, { "id": "1" }] }));
    assert_eq!((several.status, several.json["users"][1]["code"].as_str()), (207, Some("INVALID_DATA")));
    assert_eq!(client.delete(&path).json["users"][0]["message"], "User deleted");
    assert_eq!(client.get(&path).json["users"][0]["status"], "deleted");
    assert_eq!(client.get("/crm/v8/users/actions/count?type=DeletedUsers").json["count"], 2);
}

#[test]
fn roles_profiles_taxes_and_variables() {
    let client = start();
    assert_eq!(client.get("/crm/v2/settings/roles").json["roles"][1]["reporting_to"]["name"], "CEO");
    assert_eq!(client.get("/crm/v2/settings/roles/3652397000000026005").json["roles"][0]["admin_user"], true);
    let profiles = client.get("/crm/v2/settings/profiles").json["profiles"].clone();
    assert!(profiles[0].get("permissions_details").is_none());
    let profile = client.get("/crm/v2/settings/profiles/3652397000000026011").json["profiles"][0].clone();
    assert_eq!(profile["sections"][0]["categories"][0]["permissions_details"][0], "3652397000000026101");

    let taxes = "/crm/v2/org/taxes";
    let got = client.post(taxes, json!({ "taxes": [{ "name": "Fee", "value": 2 }, { "name": "Fee", "value": 3 }] }));
    let fee = id_of(&got.json["taxes"][0]);
    assert_eq!(got.json["taxes"][1]["code"], "DUPLICATE_DATA");
    assert_eq!(client.put(taxes, json!({ "taxes": [{ "id": fee, "value": 4 }] })).json["taxes"][0]["code"], "SUCCESS");
    assert_eq!(client.get(&format!("{taxes}/{fee}")).json["taxes"][0]["value"], 4);
    let later = client.get("/crm/v8/org/taxes").json["org_taxes"].clone();
    assert_eq!(later["taxes"].as_array().unwrap().len(), 3);
    let body = json!({ "org_taxes": { "taxes": [{ "id": fee, "value": 5 }] } });
    assert_eq!(client.put("/crm/v8/org/taxes", body).json["org_taxes"]["code"], "SUCCESS");
    assert_eq!(client.post("/crm/v8/org/taxes", json!({})).code(), "INVALID_REQUEST_METHOD");
    assert_eq!(client.delete(&format!("{taxes}?ids={fee},")).json["taxes"][0]["code"], "SUCCESS");
    assert_eq!(client.delete(&format!("{taxes}/{fee}")).json["taxes"][0]["code"], "INVALID_DATA");

    let variables = "/crm/v2/settings/variables";
    let group = client.get("/crm/v2/settings/variable_groups").json["variable_groups"][1]["id"].clone();
    let new = json!({ "name": "V", "api_name": "V", "type": "integer", "value": 3, "variable_group": { "id": group, "api_name": group } });
    let id = id_of(&client.post(variables, json!({ "variables": [new] })).json["variables"][0]);
    let read = client.get(&format!("{variables}/{id}?group={}", group.as_str().unwrap()));
    assert_eq!(read.json["variables"][0]["variable_group"]["name"], "Marketing");
    assert_eq!(client.get(&format!("{variables}/{id}")).code(), "REQUIRED_PARAM_MISSING");
    let changed = client.put("/crm/v8/settings/variables/V", json!({ "variables": [{ "value": 4 }] }));
    assert_eq!((changed.status, changed.json["variables"][0]["details"]["id"].as_str()), (201, Some(id.as_str())));
    assert_eq!(client.get(variables).json["variables"].as_array().unwrap().len(), 2);
    assert_eq!(client.delete(&format!("{variables}/{id}")).json["variables"][0]["code"], "SUCCESS");
    assert_eq!(client.get("/crm/v2/settings/variable_groups/Marketing").json["variable_groups"][0]["id"], group);
}

#[test]
fn activities_are_about_records_of_any_module() {
    let client = start();
    let deal = create(&client, "Deals", json!({ "Deal_Name": "D", "Stage": "Qualification" }));
    let task = json!({ "Subject": "Call back", "What_Id": deal, "$se_module": "Deals", "Due_Date": "2026-12-01" });
    let task = create(&client, "Tasks", task);
    let tasks = client.get(&format!("/crm/v2/Deals/{deal}/Tasks"));
    assert_eq!((&tasks.json["data"][0]["id"], &tasks.json["data"][0]["What_Id"]["name"]), (&json!(task), &json!("D")));
    let wrong = json!({ "data": [{ "Subject": "S", "What_Id": deal }] });
    assert_eq!(client.post("/crm/v2/Tasks", wrong).json["data"][0]["details"]["api_name"], "What_Id");
}

#[test]
fn subforms_and_file_fields_of_a_custom_module() {
    let client = start();
    let file = client.upload("/crm/v2/files", "file", Some("plan.txt"), b"the plan");
    let file = file.json["data"][0]["details"]["id"].clone();
    let project = json!({ "Name": "P", "Project_Code": "X1", "Plan": [file], "Milestones": [{ "Title": "M" }],
                          "Phases": ["Design"], "Kick_Off": "2026-05-01T09:00:00+02:00" });
    let id = create(&client, "Projects", project.clone());
    let read = client.get(&format!("/crm/v2/Projects/{id}")).json["data"][0].clone();
    assert_eq!((&read["Plan"][0]["File_Name__s"], &read["Plan"][0]["Size__s"]), (&json!("plan.txt"), &json!(8)));
    assert!(read["Milestones"][0]["id"].is_string());
    let again = client.post("/crm/v2/Projects", json!({ "data": [project] }));
    assert_eq!(again.json["data"][0]["details"]["api_name"], "Project_Code");
    let later = json!({ "data": [{ "Plan": [{ "File_Id__s": file }] }] });
    assert_eq!(client.put(&format!("/crm/v8/Projects/{id}"), later).status, 200);
}
