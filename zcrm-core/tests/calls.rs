//! What methods send where later versions differ from v2, what they refuse, and what they make of responses. What they
//! send in v2 is compared with the Ruby SDK's requests in `ruby_requests`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fake;

use fake::{Answer, Asked, serving};
use serde_json::{Value, json};
use zcrm_core::entity::*;
use zcrm_core::resource::UserType;
use zcrm_core::rest::{SortOrder, Upload};
use zcrm_core::{Client, Criteria, ErrorKind, Result};

const LEAD: &str = "3652397000000190001";

/// One row or one success under every key that is asked for.
fn answer(asked: &Asked) -> Answer {
    let items = asked.body.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array().map(Vec::len));
    let ids = asked.parameter("ids").map_or(0, |ids| ids.split(',').count());
    let count = items.max().unwrap_or_default().max(ids).max(1);
    let reading = asked.method == zcrm_core::Method::Get;
    let in_query: Vec<String> =
        asked.parameter("ids").map_or(vec![], |ids| ids.split(',').map(str::to_owned).collect());
    let rows: Vec<Value> = asked
        .body
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, rows)| rows.as_array().cloned())
        .flatten()
        .collect();
    let of_path = asked.path.rsplit('/').next().filter(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let done = |index: usize| {
        let id = in_query.get(index).cloned().or_else(|| Some(rows.get(index)?.get("id")?.as_str()?.to_owned()));
        let id = id.or_else(|| of_path.map(str::to_owned)).unwrap_or_else(|| (77 + index).to_string());
        if reading {
            return json!({"id": id, "count": "3"});
        }
        json!({"code": "SUCCESS", "status": "success", "message": "done", "details": {"id": id, "tags": ["a"]}})
    };
    let mut whole = json!({"count": "3", "info": {"more_records": false}});
    for key in [
        "users",
        "org",
        "roles",
        "profiles",
        "taxes",
        "variables",
        "variable_groups",
        "modules",
        "fields",
        "layouts",
        "custom_views",
        "related_lists",
        "tags",
        "data",
    ] {
        whole[key] = (0..count).map(&done).collect::<Vec<_>>().into();
    }
    // From v3 on, one result stands for all taxes.
    let together = json!({"code": "SUCCESS", "status": "success", "message": "done", "details": {}});
    whole["org_taxes"] = if reading { json!({"taxes": [done(0)]}) } else { together };
    Answer::Json(200, whole)
}

/// Runs what is to be done and gives the one request that it made.
fn asked<T>(version: &str, act: impl FnOnce(&Client) -> Result<T>) -> Asked {
    let (client, fake) = serving(version, answer);
    act(&client).unwrap_or_else(|error| panic!("{error}: {:?}", fake.asked()));
    let mut asked = fake.asked();
    assert_eq!(asked.len(), 1, "one call is enough: {asked:?}");
    asked.remove(0)
}

fn line(asked: &Asked) -> String {
    let query: Vec<String> = asked.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let path = asked.path.strip_prefix("/crm/").unwrap();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {path}{mark}{}", asked.method, query.join("&"))
}

#[track_caller]
fn sends<T>(version: &str, expected: &str, body: Value, act: impl FnOnce(&Client) -> Result<T>) {
    let asked = asked(version, act);
    assert_eq!(line(&asked), expected);
    assert_eq!(asked.body, body, "{expected}");
}

#[track_caller]
fn gets<T>(expected: &str, act: impl FnOnce(&Client) -> Result<T>) {
    sends("v2", expected, Value::Null, act);
}

#[track_caller]
fn refuses<T>(version: &str, kind: ErrorKind, act: impl FnOnce(&Client) -> Result<T>) {
    let (client, fake) = serving(version, answer);
    let error = act(&client).err().expect("it has to be refused");
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(fake.asked().len(), 0, "nothing is sent");
}

#[test]
fn the_ten_kinds_of_users() {
    for (kind, word) in UserType::ALL.into_iter().zip([
        "AllUsers",
        "ActiveUsers",
        "DeactiveUsers",
        "ConfirmedUsers",
        "NotConfirmedUsers",
        "DeletedUsers",
        "ActiveConfirmedUsers",
        "AdminUsers",
        "ActiveConfirmedAdmins",
        "CurrentUser",
    ]) {
        gets(&format!("GET v2/users?type={word}&page=3&per_page=10"), |client| {
            client.users().list().of_type(kind).page(3).per_page(10).send()
        });
    }
    gets("GET v2/users?type=AllUsers&page=1&per_page=200", |client| {
        client.users().list().of_type(UserType::All).iter().collect::<Result<Vec<_>>>()
    });
    gets("GET v2/users/search?criteria=(last_name:equals:A)&type=AdminUsers&page=1&per_page=200", |client| {
        client.users().search(&Criteria::equals("last_name", "A")).of_type(UserType::Admin).send()
    });
    refuses("v8", ErrorKind::Unsupported, |client| client.users().search(&Criteria::equals("a", "b")).send());
}

#[test]
fn writing_users() {
    let user = User::new("An", "Nguyen", "n@example.com", "11", "22").reporting_to("33").custom_field("Shoe_Size", 43);
    let body = json!({"users": [{"first_name": "An", "last_name": "Nguyen", "email": "n@example.com", "role": "11", "profile": "22",
        "Reporting_To": {"id": "33"}, "Shoe_Size": 43}]});
    sends("v2", "POST v2/users", body.clone(), |client| client.users().create_one(&user));
    let mut later = body;
    later["users"][0]["role"] = json!({"id": "11"});
    later["users"][0]["profile"] = json!({"id": "22"});
    sends("v2.1", "POST v2.1/users", later.clone(), |client| client.users().create_one(&user));
    sends("v8", "POST v8/users", later, |client| client.users().create_one(&user));
    sends("v2", "PUT v2/users/5", json!({"users": [{"phone": "1"}]}), |client| {
        client.users().update_one(&User::with_id("5").phone("1"))
    });
    gets_no_body("DELETE v2/users/5", |client| client.users().delete_one("5"));
    refuses("v2", ErrorKind::InvalidInput, |client| client.users().update_one(&User::default()));

    let mut read: User = serde_json::from_value(json!({"id": "5", "Isonline": true, "phone": "1", "fax": null,
        "email": "n@example.com", "city": "Oslo", "Shoe_Size": 43, "Shoe_Color": "red", "$next_shift": {"id": "6"},
        "created_by": {"id": "7"}, "role": {"id": "11", "name": "CEO"}}))
    .unwrap();
    read = read.phone("2").role("12").custom_field("Shoe_Size", 44);
    read.city = None;
    let changes = json!({"users": [{"phone": "2", "role": "12", "city": null, "Shoe_Size": 44}]});
    sends("v2", "PUT v2/users/5", changes, |client| client.users().update_one(&read));
}

#[track_caller]
fn gets_no_body<T>(expected: &str, act: impl FnOnce(&Client) -> Result<T>) {
    sends("v2", expected, Value::Null, act);
}

#[test]
fn sorting_a_custom_view() {
    let view = CustomView::with_id("5").sort_by(FieldRef::from("City").id("6")).sort_order("desc");
    let body = json!({"custom_views": [{"sort_by": {"api_name": "City", "id": "6"}, "sort_order": "desc"}]});
    let change = |client: &Client| client.module("Leads").custom_views().update_one(&view);
    sends("v2", "PUT v2/settings/custom_views/5?module=Leads", body.clone(), change);
    sends("v8", "PUT v8/settings/custom_views/5/actions/change_sort?module=Leads", body, change);
    for version in ["v3", "v5"] {
        refuses(version, ErrorKind::Unsupported, change);
    }
    refuses("v2", ErrorKind::InvalidInput, |client| {
        client.module("Leads").custom_views().update_one(&CustomView::default())
    });
    refuses("v2", ErrorKind::InvalidInput, |client| {
        client.module("Leads").custom_views().update_one(&CustomView::with_id("5").sort_order("up"))
    });
}

#[test]
fn custom_views_with_and_without_names_of_categories() {
    let info = json!({"translation": {"public_views": "Public Views"}, "default": "1"});
    let with = json!({"custom_views": [{"id": "1"}], "info": info});
    let (client, _) = serving("v2", move |_| Answer::Json(200, with.clone()));
    let views = client.module("Leads").custom_views().list().send().unwrap();
    assert_eq!(
        (views.categories()[0].actual_value.as_str(), views.categories()[0].display_value.as_str()),
        ("public_views", "Public Views")
    );
    let (client, _) = serving("v2", |_| Answer::Json(200, json!({"custom_views": [{"id": "1"}]})));
    assert_eq!(client.module("Leads").custom_views().list().send().unwrap().categories(), []);
}

#[test]
fn notes() {
    let lead = |client: &Client| client.module("Leads").record(LEAD);
    let note = Note::new("Called.").title("Call");
    gets("GET v2/Notes?sort_by=Modified_Time&sort_order=asc&page=1&per_page=50", |client| {
        let notes = client.notes().list().sort_by("Modified_Time").sort_order(SortOrder::Ascending);
        notes.per_page(50).send()
    });
    gets(&format!("GET v2/Leads/{LEAD}/Notes?page=1&per_page=200"), |client| lead(client).notes().list().send());
    let body =
        json!({"data": [{"Note_Title": "Call", "Note_Content": "Called.", "Parent_Id": LEAD, "se_module": "Leads"}]});
    let whole = note.clone().parent(LEAD).parent_module("Leads");
    sends("v2", "POST v2/Notes", body, |client| client.notes().create(std::slice::from_ref(&whole)));
    let body = json!({"data": [{"Note_Title": "Call", "Note_Content": "Called.",
        "Parent_Id": {"id": LEAD, "module": {"api_name": "Leads"}}}]});
    sends("v8", "POST v8/Notes", body, |client| client.notes().create(std::slice::from_ref(&whole)));
    let body = json!({"data": [{"Note_Title": "Call", "Note_Content": "Called.", "se_module": "Leads"}]});
    let add = |client: &Client| lead(client).notes().create(std::slice::from_ref(&note));
    sends("v2", &format!("POST v2/Leads/{LEAD}/Notes"), body, add);
    let by_version = [
        ("v4", json!(LEAD), &["se_module", "$se_module"][..]),
        ("v5", json!({"id": LEAD}), &["$se_module"]),
        ("v6", json!({"id": LEAD, "module": {"api_name": "Leads"}}), &["$se_module"]),
        ("v8", json!({"id": LEAD, "module": {"api_name": "Leads"}}), &[]),
    ];
    for (version, parent, keys) in by_version {
        let mut row = json!({"Note_Title": "Call", "Note_Content": "Called.", "Parent_Id": parent});
        for key in keys {
            row[*key] = json!("Leads");
        }
        sends(version, &format!("POST {version}/Notes"), json!({"data": [row]}), add);
    }
    sends("v2.1", "GET v2.1/Notes/5", Value::Null, |client| client.notes().get("5"));
    let one = asked("v3", |client| client.notes().get("5"));
    assert!(one.parameter("fields").is_some_and(|fields| fields.contains("Note_Content")), "{one:?}");
    sends(
        "v2",
        &format!("PUT v2/Leads/{LEAD}/Notes/5"),
        json!({"data": [{"Note_Title": "New", "se_module": "Leads"}]}),
        |client| lead(client).notes().update_one(&Note::with_id("5").title("New")),
    );
    gets_no_body(&format!("DELETE v2/Leads/{LEAD}/Notes/5"), |client| lead(client).notes().delete_one("5"));
    gets_no_body("DELETE v2/Notes?ids=5,6", |client| client.notes().delete(["5", "6"]));
    refuses("v2", ErrorKind::InvalidInput, |client| client.notes().create(&[Note::with_id("5")]));
    refuses("v2", ErrorKind::InvalidInput, |client| client.notes().delete(["5", ""]));
    refuses("v2", ErrorKind::InvalidInput, |client| client.notes().delete(["5,6"]));
    refuses("v2", ErrorKind::InvalidInput, |client| lead(client).notes().update_one(&note));
}

#[test]
fn fields_are_asked_for_from_v3_on() {
    let lead = |client: &Client| client.module("Leads").record(LEAD);
    let fields = |asked: Asked| asked.parameter("fields").map(str::to_owned);
    for version in ["v2", "v2.1"] {
        assert_eq!(fields(asked(version, |client| lead(client).attachments().list().send())), None);
        assert_eq!(fields(asked(version, |client| lead(client).notes().list().send())), None);
        assert_eq!(fields(asked(version, |client| lead(client).related("Products").list().send())), None);
    }
    for version in ["v3", "v8"] {
        let listed = fields(asked(version, |client| lead(client).attachments().list().send())).unwrap();
        assert!(listed.contains("File_Name"), "{listed}");
        let listed = fields(asked(version, |client| lead(client).notes().list().send())).unwrap();
        assert!(listed.contains("Note_Content"), "{listed}");
        let named = asked(version, |client| lead(client).related("Products").list().fields(["A", "B"]).send());
        assert_eq!(fields(named).as_deref(), Some("A,B"));
        refuses(version, ErrorKind::InvalidInput, |client| lead(client).related("Products").list().send());
        let many = (0..51).map(|field| field.to_string());
        refuses(version, ErrorKind::InvalidInput, |client| lead(client).related("Products").list().fields(many).send());
    }
    refuses("v8", ErrorKind::InvalidInput, |client| client.users().list().fields(["a"]).send());
}

#[test]
fn attachments_and_photos() {
    let lead = |client: &Client| client.module("Leads").record(LEAD);
    gets(&format!("GET v2/Leads/{LEAD}/Attachments?page=2&per_page=20"), |client| {
        lead(client).attachments().list().page(2).per_page(20).send()
    });
    gets("GET v2/Notes/5/Attachments?page=1&per_page=200", |client| client.notes().attachments("5").list().send());
    gets(&format!("GET v2/Leads/{LEAD}/Attachments/5"), |client| {
        lead(client).attachments().download("5").to_writer(std::io::sink())
    });
    gets_no_body(&format!("DELETE v2/Leads/{LEAD}/Attachments/5"), |client| lead(client).attachments().delete_one("5"));
    gets(&format!("GET v2/Leads/{LEAD}/photo"), |client| lead(client).photo().download().to_writer(std::io::sink()));
    gets_no_body(&format!("DELETE v2/Leads/{LEAD}/photo"), |client| lead(client).photo().delete());

    let upload = asked("v2", |client| lead(client).attachments().upload(Upload::from_reader("a.txt", &b"bytes"[..])));
    assert_eq!(line(&upload), format!("POST v2/Leads/{LEAD}/Attachments"));
    let body = upload.body.as_str().unwrap();
    assert!(body.contains(r#"name="file"; filename="a.txt""#) && body.contains("\r\n\r\nbytes\r\n"), "{body}");
    let photo = asked("v2", |client| lead(client).photo().upload(Upload::from_reader("a.png", &b"bytes"[..])));
    assert_eq!(line(&photo), format!("POST v2/Leads/{LEAD}/photo"));
    assert!(photo.body.as_str().unwrap().contains(r#"name="file"; filename="a.png""#));
    let link = asked("v2", |client| lead(client).attachments().upload_link("https://example.com/?a=1&b=2"));
    assert_eq!(line(&link), format!("POST v2/Leads/{LEAD}/Attachments"));
    let body = link.body.as_str().unwrap();
    assert!(body.contains(r#"name="attachmentUrl""#) && body.contains("https://example.com/?a=1&b=2"), "{body}");
    let link = asked("v8", |client| lead(client).attachments().upload_link("https://example.com/"));
    assert_eq!(link.parameter("attachmentUrl"), Some("https://example.com/"));
}

#[test]
fn related_records_and_relations() {
    let products = |client: &Client| client.module("Leads").record(LEAD).related("Products");
    gets(&format!("GET v2/Leads/{LEAD}/Products?sort_by=Name&sort_order=desc&page=1&per_page=20"), |client| {
        products(client).list().sort_by("Name").sort_order(SortOrder::Descending).per_page(20).send()
    });
    let path = format!("v2/Leads/{LEAD}/Products/5");
    sends("v2", &format!("PUT {path}"), json!({"data": [{}]}), |client| products(client).add("5"));
    sends("v2", &format!("PUT {path}"), json!({"data": [{"list_price": 50}]}), |client| {
        products(client).add_with("5", &json!({"list_price": 50}))
    });
    gets_no_body(&format!("DELETE {path}"), |client| products(client).remove("5"));
}

#[test]
fn tags() {
    let leads = |client: &Client| client.module("Leads");
    gets("GET v2/settings/tags?module=Leads", |client| leads(client).tags().list().all());
    gets("GET v2/settings/tags/5/actions/records_count?module=Leads", |client| {
        assert_eq!(leads(client).tags().count_records("5")?, 3);
        Ok(())
    });
    let body = json!({"tags": [{"name": "a"}, {"name": "b"}]});
    sends("v2", "POST v2/settings/tags?module=Leads", body, |client| {
        leads(client).tags().create(&["a".into(), "b".into()])
    });
    let renamed = Tag::new("c").id("5");
    sends("v2", "PUT v2/settings/tags?module=Leads", json!({"tags": [{"id": "5", "name": "c"}]}), |client| {
        leads(client).tags().update(std::slice::from_ref(&renamed))
    });
    sends("v2", "PUT v2/settings/tags/5?module=Leads", json!({"tags": [{"name": "c"}]}), |client| {
        leads(client).tags().update_one(&renamed)
    });
    gets_no_body("DELETE v2/settings/tags/5", |client| leads(client).tags().delete_one("5"));
    sends("v2", "POST v2/settings/tags/6/actions/merge", json!({"tags": [{"conflict_id": "5"}]}), |client| {
        leads(client).tags().merge("5", "6")
    });
    refuses("v2", ErrorKind::InvalidInput, |client| leads(client).tags().create(std::slice::from_ref(&renamed)));
    refuses("v2", ErrorKind::InvalidInput, |client| leads(client).tags().update(&["a".into()]));
}

#[test]
fn tagging_records() {
    let leads = |client: &Client| client.module("Leads");
    sends("v2", "POST v2/Leads/actions/add_tags?ids=1,2&tag_names=a,b", Value::Null, |client| {
        leads(client).add_tags(["a", "b"], ["1", "2"])
    });
    sends("v2", "POST v2/Leads/actions/remove_tags?ids=1&tag_names=a", Value::Null, |client| {
        leads(client).remove_tags(["a"], ["1"])
    });
    sends("v2", "POST v2/Leads/1/actions/add_tags?tag_names=a,b", Value::Null, |client| {
        assert_eq!(leads(client).record("1").add_tags(["a", "b"])?[0].name.as_deref(), Some("a"));
        Ok(())
    });
    sends("v2", "POST v2/Leads/1/actions/remove_tags?tag_names=a", Value::Null, |client| {
        leads(client).record("1").remove_tags(["a"])
    });
    let body = json!({"tags": [{"name": "a,b"}], "ids": ["1", "2"], "over_write": false});
    sends("v8", "POST v8/Leads/actions/add_tags", body, |client| leads(client).add_tags(["a,b"], ["1", "2"]));
    sends("v8", "POST v8/Leads/1/actions/remove_tags", json!({"tags": [{"name": "a"}]}), |client| {
        leads(client).record("1").remove_tags(["a"])
    });
    refuses("v2", ErrorKind::InvalidInput, |client| leads(client).add_tags(["a,b"], ["1"]));
    refuses("v2", ErrorKind::InvalidInput, |client| leads(client).add_tags([""; 0], ["1"]));
    refuses("v2", ErrorKind::InvalidInput, |client| leads(client).add_tags(vec!["a"; 51], ["1"]));
    refuses("v2", ErrorKind::InvalidInput, |client| leads(client).record("1").add_tags(vec!["a"; 11]));
}

#[test]
fn taxes() {
    let vat = OrgTax::new("Vat", 25);
    let changed = OrgTax::default().id("5").value(24);
    sends("v2", "POST v2/org/taxes", json!({"taxes": [{"name": "Vat", "value": 25}]}), |client| {
        client.taxes().create(std::slice::from_ref(&vat))
    });
    let update = |client: &Client| client.taxes().update(std::slice::from_ref(&changed));
    sends("v2", "PUT v2/org/taxes", json!({"taxes": [{"id": "5", "value": 24}]}), update);
    sends("v8", "PUT v8/org/taxes", json!({"org_taxes": {"taxes": [{"id": "5", "value": 24}]}}), update);
    gets_no_body("DELETE v2/org/taxes?ids=5,6", |client| client.taxes().delete(["5", "6"]));
    gets_no_body("DELETE v2/org/taxes/5", |client| client.taxes().delete_one("5"));
    sends("v8", "GET v8/org/taxes", Value::Null, |client| client.taxes().list().all());
    sends("v8", "GET v8/org/taxes/77", Value::Null, |client| client.taxes().get("77"));
    let nested = |tax: Value| json!({"org_taxes": {"taxes": [tax]}});
    refuses("v8", ErrorKind::InvalidInput, |client| client.taxes().create(std::slice::from_ref(&changed)));
    refuses("v8", ErrorKind::InvalidInput, |client| client.taxes().create(&[OrgTax::default().value(1)]));
    let body = nested(json!({"id": "5", "_delete": true}));
    sends("v8", "PUT v8/org/taxes", body.clone(), |client| client.taxes().delete(["5"]));
    sends("v8", "PUT v8/org/taxes", body, |client| client.taxes().delete_one("5"));
    let body = nested(json!({"id": "5", "_delete": "true"}));
    sends("v3", "PUT v3/org/taxes", body, |client| client.taxes().delete(["5"]));
    refuses("v2", ErrorKind::InvalidInput, |client| client.taxes().update(std::slice::from_ref(&vat)));
    refuses("v2", ErrorKind::InvalidInput, |client| client.taxes().create(std::slice::from_ref(&changed)));
}

#[test]
fn variables() {
    let bonus =
        Variable::new("Bonus", "Bonus", "integer").value(7).variable_group(VariableGroup::named("General").id("6"));
    let body = json!({"variables": [{"name": "Bonus", "api_name": "Bonus", "type": "integer", "value": 7,
        "variable_group": {"id": "6", "api_name": "General"}}]});
    sends("v2", "POST v2/settings/variables", body, |client| client.variables().create(std::slice::from_ref(&bonus)));
    let changed = Variable::default().id("5").value(8);
    let body = json!({"variables": [{"id": "5", "value": 8}]});
    sends("v2", "PUT v2/settings/variables", body.clone(), |client| {
        client.variables().update(std::slice::from_ref(&changed))
    });
    sends("v2", "PUT v2/settings/variables/5", body, |client| client.variables().update_one(&changed));
    gets_no_body("DELETE v2/settings/variables/5", |client| client.variables().delete_one("5"));
    gets_no_body("DELETE v2/settings/variables?ids=5,6", |client| client.variables().delete(["5", "6"]));
    refuses("v2", ErrorKind::InvalidInput, |client| client.variables().update(std::slice::from_ref(&bonus)));
}

#[test]
fn any_number_goes_in_and_the_report_keeps_the_order() {
    let (client, fake) = serving("v2", answer);
    let tags: Vec<Tag> = (0..120).map(|tag| Tag::new(format!("tag {tag}"))).collect();
    let report = client.module("Leads").tags().create(&tags).unwrap();
    assert_eq!((report.len(), report.created().count()), (120, 120));
    let sizes: Vec<usize> = fake.asked().iter().map(|asked| asked.body["tags"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [50, 50, 20]);

    let (client, fake) = serving("v2", answer);
    let ids: Vec<String> = (0..250).map(|id| id.to_string()).collect();
    let report = client.notes().delete(&ids).unwrap();
    assert_eq!((report.deleted().count(), fake.asked().len()), (250, 3));
    assert_eq!(client.notes().delete([""; 0]).unwrap().len(), 0);
}

#[test]
fn a_refused_item_does_not_disturb_the_others() {
    let (client, _) = serving("v2", |_| fake::results(207, [None, Some("INVALID_DATA")]));
    let report = client.notes().create(&[Note::new("a"), Note::new("b")]).unwrap();
    assert_eq!(report.created().map(|(index, _)| index).collect::<Vec<_>>(), [0]);
    let (index, error) = report.rejected().next().unwrap();
    assert_eq!((index, error.code()), (1, Some("INVALID_DATA")));
}

#[test]
fn taxes_of_later_versions_are_changed_together_or_not_at_all() {
    let taxes = [OrgTax::default().id("5").value(24), OrgTax::default().id("6").value(12)];
    let (client, _) = serving("v8", answer);
    let report = client.taxes().update(&taxes).unwrap();
    assert_eq!(report.updated().count(), 2);
    let refusal = json!({"org_taxes": {"code": "INVALID_DATA", "status": "error", "message": "m", "details": {}}});
    for status in [200, 400] {
        let refusal = refusal.clone();
        let (client, _) = serving("v8", move |_| Answer::Json(status, refusal.clone()));
        let report = client.taxes().update(&taxes).unwrap();
        assert_eq!(report.rejected().map(|(_, error)| error.code()).collect::<Vec<_>>(), [Some("INVALID_DATA"); 2]);
    }
}

#[test]
fn nothing_there_is_an_empty_list_or_not_found() {
    let (client, _) = serving("v2", |_| Answer::Json(204, Value::Null));
    assert!(client.roles().list().all().unwrap().is_empty() && client.taxes().list().all().unwrap().is_empty());
    assert_eq!(client.users().list().of_type(UserType::All).iter().count(), 0);
    assert!(client.module("Leads").custom_views().list().send().unwrap().items.is_empty());
    assert_eq!(client.users().get("5").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(client.module("Leads").tags().count_records("5").unwrap_err().kind(), ErrorKind::NotFound);
    let (client, _) = serving("v2", |_| Answer::Json(200, json!({"users": []})));
    assert_eq!(client.users().current().unwrap_err().kind(), ErrorKind::NotFound);
    let (client, _) = serving("v8", |_| Answer::Json(204, Value::Null));
    assert!(client.taxes().list().all().unwrap().is_empty());
}

#[test]
fn users_whose_status_is_a_word_are_no_results() {
    let (client, _) = serving("v2", |_| Answer::Json(200, json!({"users": [{"id": "5", "status": "error"}]})));
    assert_eq!(client.users().get("5").unwrap().status.as_deref(), Some("error"));
}

#[test]
fn an_id_cannot_change_the_request() {
    gets("GET v2/users/5%2F..%2F6%3Fx%3D1", |client| client.users().get("5/../6?x=1"));
    refuses("v2", ErrorKind::InvalidInput, |client| client.users().get(""));
    refuses("v2", ErrorKind::InvalidInput, |client| client.users().get(".."));
    refuses("v2", ErrorKind::InvalidInput, |client| client.module("Leads").record("").notes().delete_one("5"));
}

#[test]
fn a_create_whose_answer_is_lost_is_sent_once_and_tags_are_sent_again() {
    let (client, fake) = serving("v2", |_| Answer::Lost);
    let error = client.users().create_one(&User::new("A", "B", "a@example.com", "1", "2")).unwrap_err();
    assert_eq!((error.kind(), fake.asked().len()), (ErrorKind::Unanswered, 1));
    let (client, fake) = serving("v2", |_| Answer::Lost);
    let report = client.notes().create(&[Note::new("a")]).unwrap();
    assert_eq!((report.unanswered().count(), fake.asked().len()), (1, 1));
    let (client, fake) = serving("v2", |_| Answer::Lost);
    assert!(client.module("Leads").record(LEAD).add_tags(["a"]).is_err());
    assert!(fake.asked().len() > 1);
}
