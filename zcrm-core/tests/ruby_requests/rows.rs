//! Every method of the Ruby SDK that sends a request, and what takes its place.
//!
//! A row is the Ruby method's names, the Rust expression, and what the Ruby SDK sends for it (method, path below
//! `/crm/v2/`, decoded query, body). The expression is compiled and performed, and its text goes into the
//! documentation.

use serde_json::{Value, json};
use zcrm_core::entity::*;
use zcrm_core::resource::{Conversion, DeletedKind, SearchBy, UserType};
use zcrm_core::rest::{SortOrder, Upload};
use zcrm_core::{Criteria, Error, GrantToken, Record, Secret};

use crate::recorder::{Asked, client};

/// A row that was performed.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) topic: &'static str,
    pub(crate) ruby: Vec<&'static str>,
    pub(crate) rust: &'static str,
    /// What the Ruby SDK sends.
    pub(crate) line: &'static str,
    pub(crate) body: Option<Value>,
    /// What was sent.
    pub(crate) asked: Vec<Asked>,
}

/// Performs all rows.
#[allow(clippy::too_many_lines, reason = "it is a table")]
pub(crate) fn rows() -> Vec<Row> {
    let (client, recorder) = client();
    let mut rows = Vec::new();

    macro_rules! rows {
        ($topic:literal: $($ruby:literal),+ => $rust:expr, $line:literal; $($rest:tt)*) => {
            rows!(@row $topic, [$($ruby),+], $rust, $line, None);
            rows!($topic: $($rest)*);
        };
        ($topic:literal: $($ruby:literal),+ => $rust:expr, $line:literal, $body:tt; $($rest:tt)*) => {
            rows!(@row $topic, [$($ruby),+], $rust, $line, Some(json!($body)));
            rows!($topic: $($rest)*);
        };
        ($topic:literal:) => {};
        (@row $topic:literal, [$($ruby:literal),+], $rust:expr, $line:literal, $body:expr) => {
            let perform = || {
                let _ = $rust?;
                Ok::<(), Error>(())
            };
            perform().unwrap_or_else(|error| panic!("{}: {error}", stringify!($rust)));
            let (ruby, asked) = (vec![$($ruby),+], recorder.take());
            rows.push(Row { topic: $topic, ruby, rust: stringify!($rust), line: $line, body: $body, asked });
        };
    }

    let code = "1000.fake.grant";
    let refresh_token = Secret::new("1000.fake.r");
    rows! { "Signing in":
        "ZohoOAuthClient#generate_access_token", "ZohoOAuthClient#get_user_email_from_iam" =>
            client.oauth().generate_access_token(GrantToken::new(code)), "POST /oauth/v2/token, GET /oauth/user/info",
            {"grant_type": "authorization_code", "client_id": "1000.fake", "client_secret": "fake-secret",
             "redirect_uri": "https://example.com/?a=1&b=2", "code": "1000.fake.grant"};
        "ZohoOAuthClient#refresh_access_token" => client.oauth().refresh("abc@xyz.com"), "POST /oauth/v2/token",
            {"grant_type": "refresh_token", "client_id": "1000.fake", "client_secret": "fake-secret",
             "refresh_token": "1000.fake.r"};
        "ZohoOAuthClient#generate_access_token_from_refresh_token" =>
            client.oauth().generate_access_token_from_refresh_token(refresh_token.clone(), "abc@xyz.com"),
            "POST /oauth/v2/token",
            {"grant_type": "refresh_token", "client_id": "1000.fake", "client_secret": "fake-secret",
             "refresh_token": "1000.fake.r"};
        "ZohoOAuthClient#get_access_token" => client.oauth().get_access_token("abc@xyz.com"), "";
    }

    let organization = client.organization();
    let module = client.module("Leads");
    let record = module.record("3652397000000190001");
    let (id, ids) = ("5", ["5", "6"]);

    let view = CustomView::with_id("5").sort_by(FieldRef::from("City").id("6")).sort_order("desc");
    rows! { "Metadata":
        "ZCRMRestClient#get_all_modules" => client.modules().list().all(), "GET settings/modules";
        "ZCRMRestClient#get_module" => client.modules().get("Leads"), "GET settings/modules/Leads";
        "ZCRMModule#get_all_fields" => module.fields().list().all(), "GET settings/fields?module=Leads";
        "ZCRMModule#get_field" => module.fields().get(id), "GET settings/fields/5?module=Leads";
        "ZCRMModule#get_all_layouts" => module.layouts().list().all(), "GET settings/layouts?module=Leads";
        "ZCRMModule#get_layout" => module.layouts().get(id), "GET settings/layouts/5?module=Leads";
        "ZCRMModule#get_all_relatedlists" => module.related_lists().list().all(), "GET settings/related_lists?module=Leads";
        "ZCRMModule#get_relatedlist" => module.related_lists().get(id), "GET settings/related_lists/5?module=Leads";
        "ZCRMModule#get_all_customviews" => module.custom_views().list().send(), "GET settings/custom_views?module=Leads";
        "ZCRMModule#get_customview" => module.custom_views().get(id), "GET settings/custom_views/5?module=Leads";
        "ZCRMModule#update_customview" => module.custom_views().update_one(&view), "PUT settings/custom_views/5?module=Leads",
            {"custom_views": [{"sort_by": {"id": "6", "api_name": "City"}, "sort_order": "desc"}]};
    }

    let lead = Record::new().with("Last_Name", "Berg").with("Email", "b@example.com");
    let read = json!({"id": "3652397000000190001", "City": "Bergen", "Owner": {"id": "9"}, "$approved": true});
    let mut changed: Record = serde_json::from_value(read).unwrap();
    changed.set("City", "Oslo");
    let leads = [lead.clone(), Record::new().with("Last_Name", "Dahl").with("Email", "d@example.com")];
    let changes = [Record::new().with("id", "5").with("City", "Oslo")];
    let conversion = Conversion::new().overwrite(true).account("7").assign_to("8");
    let deal = Record::new().with("Deal_Name", "Boats");
    rows! { "Records":
        "ZCRMModule#get_record", "ZCRMRecord#get" => record.get(), "GET Leads/3652397000000190001";
        "ZCRMRecord#create" => module.create_one(&lead), "POST Leads",
            {"data": [{"Last_Name": "Berg", "Email": "b@example.com"}]};
        "ZCRMRecord#update" => record.update(&changed), "PUT Leads/3652397000000190001", {"data": [{"City": "Oslo"}]};
        "ZCRMRecord#delete" => record.delete(), "DELETE Leads/3652397000000190001";
        "ZCRMRecord#convert" => record.convert(conversion.clone().deal(deal.clone())),
            "POST Leads/3652397000000190001/actions/convert",
            {"data": [{"overwrite": true, "Accounts": "7", "assign_to": "8", "Deals": {"Deal_Name": "Boats"}}]};
        "ZCRMRecord#convert" => record.convert(Conversion::new()),
            "POST Leads/3652397000000190001/actions/convert", {"data": [{}]};
        "ZCRMModule#get_records" => module.records().page(1).per_page(200).send(), "GET Leads?page=1&per_page=200";
        "ZCRMModule#get_records" =>
            module.records().custom_view(id).sort_by("City").sort_order(SortOrder::Ascending).page(2).per_page(50).send(),
            "GET Leads?cvid=5&sort_by=City&sort_order=asc&page=2&per_page=50";
        "ZCRMCustomView#get_records" => module.records().custom_view(id).send(), "GET Leads?cvid=5&page=1&per_page=200";
        "ZCRMModule#create_records" => module.create(&leads), "POST Leads",
            {"data": [{"Last_Name": "Berg", "Email": "b@example.com"}, {"Last_Name": "Dahl", "Email": "d@example.com"}]};
        "ZCRMModule#create_records" => module.writer().assignment_rule("9").create(&leads), "POST Leads",
            {"data": [{"Last_Name": "Berg", "Email": "b@example.com"}, {"Last_Name": "Dahl", "Email": "d@example.com"}],
             "lar_id": "9"};
        "ZCRMModule#update_records" => module.update(&changes), "PUT Leads", {"data": [{"id": "5", "City": "Oslo"}]};
        "ZCRMModule#upsert_records" => module.upsert(&leads, ["Email"]), "POST Leads/upsert?duplicate_check_fields=Email",
            {"data": [{"Last_Name": "Berg", "Email": "b@example.com"}, {"Last_Name": "Dahl", "Email": "d@example.com"}],
             "duplicate_check_fields": ["Email"]};
        "ZCRMModule#upsert_records" => module.writer().assignment_rule("9").upsert(&leads[..1], ["Email", "Last_Name"]),
            "POST Leads/upsert?duplicate_check_fields=Email,Last_Name",
            {"data": [{"Last_Name": "Berg", "Email": "b@example.com"}], "lar_id": "9",
             "duplicate_check_fields": ["Email", "Last_Name"]};
        "ZCRMModule#mass_update_records" => module.update_field(ids, "City", "Oslo"), "PUT Leads",
            {"data": [{"id": "5", "City": "Oslo"}, {"id": "6", "City": "Oslo"}]};
        "ZCRMModule#delete_records" => module.delete(ids), "DELETE Leads?ids=5,6";
        "ZCRMModule#get_all_deleted_records" => module.deleted(DeletedKind::All).send(),
            "GET Leads/deleted?type=all&page=1&per_page=200";
        "ZCRMModule#get_recyclebin_records" => module.deleted(DeletedKind::Recycle).send(),
            "GET Leads/deleted?type=recycle&page=1&per_page=200";
        "ZCRMModule#get_permanently_deleted_records" => module.deleted(DeletedKind::Permanent).send(),
            "GET Leads/deleted?type=permanent&page=1&per_page=200";
    }

    let mut line = LineItem::new("7", 2);
    line.list_price = Some(10.into());
    line.discount = Some(Amount::from_percent(10.0));
    line.line_tax = Some(vec![Tax::default().name("VAT").percentage(20).value(4)]);
    let mut quote = Record::new().with("Subject", "Planks").with("Owner", UserId::new("8")).with("Layout", "9");
    quote.set_line_items(LineItemField::ProductDetails, &[line, LineItem::removal("6")]);
    quote.set_as("Tag", &[Tag::new("a").id("1"), Tag::new("b")]).unwrap();
    let mut event = Record::new().with("Event_Title", "Review");
    event.set_as("Participants", &[Participant::user("8"), Participant::by_email("abc@xyz.com")]).unwrap();
    let mut price_book = Record::new().with("Price_Book_Name", "Boats");
    price_book.set_as("Pricing_Details", &[PricingDetail::new(1, 10, 5)]).unwrap();
    rows! { "Records with parts":
        "ZCRMRecord#create" => client.module("Quotes").create_one(&quote), "POST Quotes",
            {"data": [{"Subject": "Planks", "Owner": "8", "Layout": "9", "Product_Details": [
                {"product": "7", "quantity": 2, "list_price": 10, "Discount": "10%",
                 "line_tax": [{"name": "VAT", "percentage": 20, "value": 4}]},
                {"id": "6", "delete": true}],
             "Tag": [{"id": "1", "name": "a"}, {"name": "b"}]}]};
        "ZCRMRecord#create" => client.module("Events").create_one(&event), "POST Events",
            {"data": [{"Event_Title": "Review", "Participants": [{"type": "user", "participant": "8"},
             {"type": "email", "participant": "abc@xyz.com"}]}]};
        "ZCRMRecord#create" => client.module("Price_Books").create_one(&price_book), "POST Price_Books",
            {"data": [{"Price_Book_Name": "Boats",
             "Pricing_Details": [{"from_range": 1, "to_range": 10, "discount": 5}]}]};
    }

    rows! { "Search":
        "ZCRMModule#search_records" => module.search(SearchBy::word("boat & oar")).send(),
            "GET Leads/search?word=boat & oar&page=1&per_page=200";
        "ZCRMModule#search_records_by_phone" => module.search(SearchBy::phone("+47 22")).send(),
            "GET Leads/search?phone=+47 22&page=1&per_page=200";
        "ZCRMModule#search_records_by_email" => module.search(SearchBy::email("b@example.com")).send(),
            "GET Leads/search?email=b@example.com&page=1&per_page=200";
        "ZCRMModule#search_records_by_criteria" =>
            module.search(Criteria::equals("City", "Oslo")).page(2).per_page(50).send(),
            "GET Leads/search?criteria=(City:equals:Oslo)&page=2&per_page=50";
    }

    let price = json!({"list_price": 50});
    rows! { "Related lists":
        "ZCRMRecord#get_relatedlist_records", "ZCRMModuleRelation#get_records" =>
            record.related("Products").list().per_page(20).send(),
            "GET Leads/3652397000000190001/Products?page=1&per_page=20";
        "ZCRMRecord#get_relatedlist_records", "ZCRMModuleRelation#get_records" =>
            record.related("Products").list().sort_by("Name").sort_order(SortOrder::Descending).per_page(20).send(),
            "GET Leads/3652397000000190001/Products?sort_by=Name&sort_order=desc&page=1&per_page=20";
        "ZCRMRecord#add_relation", "ZCRMModuleRelation#add_relation" => record.related("Products").add(id),
            "PUT Leads/3652397000000190001/Products/5", {"data": [{}]};
        "ZCRMRecord#add_relation", "ZCRMModuleRelation#add_relation" => record.related("Products").add_with(id, &price),
            "PUT Leads/3652397000000190001/Products/5", {"data": [{"list_price": 50}]};
        "ZCRMRecord#remove_relation", "ZCRMModuleRelation#remove_relation" => record.related("Products").remove(id),
            "DELETE Leads/3652397000000190001/Products/5";
    }

    let note = Note::new("Called.").title("Call");
    let notes = [note.clone()];
    let whole_notes = [note.clone().parent("3652397000000190001").parent_module("Leads")];
    let changed_note = Note::with_id("5").title("Call").content("Called again.");
    rows! { "Notes":
        "ZCRMOrganization#get_notes" => client.notes().list().send(), "GET Notes?page=1&per_page=200";
        "ZCRMOrganization#create_notes" => client.notes().create(&whole_notes), "POST Notes",
            {"data": [{"Note_Title": "Call", "Note_Content": "Called.", "Parent_Id": "3652397000000190001",
             "se_module": "Leads"}]};
        "ZCRMOrganization#delete_notes" => client.notes().delete(ids), "DELETE Notes?ids=5,6";
        "ZCRMRecord#get_notes", "ZCRMModuleRelation#get_notes" =>
            record.notes().list().sort_by("Modified_Time").sort_order(SortOrder::Ascending).per_page(20).send(),
            "GET Leads/3652397000000190001/Notes?sort_by=Modified_Time&sort_order=asc&page=1&per_page=20";
        "ZCRMRecord#add_notes", "ZCRMModuleRelation#add_notes" => record.notes().create(&notes),
            "POST Leads/3652397000000190001/Notes",
            {"data": [{"Note_Title": "Call", "Note_Content": "Called.", "se_module": "Leads"}]};
        "ZCRMRecord#update_note", "ZCRMModuleRelation#update_note" => record.notes().update_one(&changed_note),
            "PUT Leads/3652397000000190001/Notes/5",
            {"data": [{"Note_Title": "Call", "Note_Content": "Called again.", "se_module": "Leads"}]};
        "ZCRMRecord#delete_note", "ZCRMModuleRelation#delete_note" => record.notes().delete_one(id),
            "DELETE Leads/3652397000000190001/Notes/5";
    }

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut download = Vec::new();
    rows! { "Attachments and photos":
        "ZCRMRecord#get_attachments", "ZCRMModuleRelation#get_attachments" =>
            record.attachments().list().per_page(20).send(),
            "GET Leads/3652397000000190001/Attachments?page=1&per_page=20";
        "ZCRMNote#get_attachments" => client.notes().attachments(id).list().per_page(20).send(),
            "GET Notes/5/Attachments?page=1&per_page=20";
        "ZCRMRecord#upload_attachment", "ZCRMModuleRelation#upload_attachment" =>
            record.attachments().upload(Upload::from_path(file)?), "POST Leads/3652397000000190001/Attachments",
            {"parts": ["file"]};
        "ZCRMNote#upload_attachment" => client.notes().attachments(id).upload(Upload::from_path(file)?),
            "POST Notes/5/Attachments", {"parts": ["file"]};
        "ZCRMRecord#upload_link_as_attachment", "ZCRMModuleRelation#upload_link_as_attachment" =>
            record.attachments().upload_link("https://example.com/?a=1&b=2"),
            "POST Leads/3652397000000190001/Attachments", {"parts": ["attachmentUrl"]};
    }
    macro_rules! downloads {
        ($($ruby:literal),+ => $rust:expr, $line:literal) => {
            download.clear();
            $rust.map(drop).unwrap();
            assert!(!download.is_empty());
            let (ruby, asked) = (vec![$($ruby),+], recorder.take());
            let topic = "Attachments and photos";
            rows.push(Row { topic, ruby, rust: stringify!($rust), line: $line, body: None, asked });
        };
    }
    downloads!("ZCRMRecord#download_attachment", "ZCRMModuleRelation#download_attachment" =>
        record.attachments().download(id).to_writer(&mut download), "GET Leads/3652397000000190001/Attachments/5");
    downloads!("ZCRMNote#download_attachment" =>
        client.notes().attachments(id).download("6").to_writer(&mut download), "GET Notes/5/Attachments/6");
    downloads!("ZCRMRecord#download_photo" => record.photo().download().to_writer(&mut download),
        "GET Leads/3652397000000190001/photo");
    rows! { "Attachments and photos":
        "ZCRMRecord#delete_attachment", "ZCRMModuleRelation#delete_attachment" => record.attachments().delete_one(id),
            "DELETE Leads/3652397000000190001/Attachments/5";
        "ZCRMNote#delete_attachment" => client.notes().attachments(id).delete_one("6"), "DELETE Notes/5/Attachments/6";
        "ZCRMRecord#upload_photo" => record.photo().upload(Upload::from_path(file)?),
            "POST Leads/3652397000000190001/photo", {"parts": ["file"]};
        "ZCRMRecord#delete_photo" => record.photo().delete(), "DELETE Leads/3652397000000190001/photo";
    }

    let user = User::new("An", "Nguyen", "n@example.com", "11", "22").reporting_to("33");
    let changed_user = User::with_id("5").phone("22 33");
    rows! { "Organization and users":
        "ZCRMRestClient#get_organization_details" => organization.get(), "GET org";
        "ZCRMOrganization#get_all_users" => client.users().list().of_type(UserType::All).send(),
            "GET users?type=AllUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_active_users" => client.users().list().of_type(UserType::Active).send(),
            "GET users?type=ActiveUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_deactive_users" => client.users().list().of_type(UserType::Deactive).send(),
            "GET users?type=DeactiveUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_confirmed_users" => client.users().list().of_type(UserType::Confirmed).send(),
            "GET users?type=ConfirmedUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_not_confirmed_users" => client.users().list().of_type(UserType::NotConfirmed).send(),
            "GET users?type=NotConfirmedUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_deleted_users" => client.users().list().of_type(UserType::Deleted).send(),
            "GET users?type=DeletedUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_active_confirmed_users" => client.users().list().of_type(UserType::ActiveConfirmed).send(),
            "GET users?type=ActiveConfirmedUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_admin_users" => client.users().list().of_type(UserType::Admin).send(),
            "GET users?type=AdminUsers&page=1&per_page=200";
        "ZCRMOrganization#get_all_active_confirmed_admin_users" =>
            client.users().list().of_type(UserType::ActiveConfirmedAdmin).send(),
            "GET users?type=ActiveConfirmedAdmins&page=1&per_page=200";
        "ZCRMRestClient#get_current_user", "ZCRMOrganization#get_current_user" => client.users().current(),
            "GET users?type=CurrentUser";
        "ZCRMOrganization#get_user" => client.users().get(id), "GET users/5";
        "ZCRMOrganization#search_users_by_criteria" =>
            client.users().search(&Criteria::equals("last_name", "A")).of_type(UserType::Active).send(),
            "GET users/search?criteria=(last_name:equals:A)&type=ActiveUsers&page=1&per_page=200";
        "ZCRMOrganization#create_user" => client.users().create_one(&user), "POST users",
            {"users": [{"first_name": "An", "last_name": "Nguyen", "email": "n@example.com", "role": "11", "profile": "22",
             "Reporting_To": {"id": "33"}}]};
        "ZCRMOrganization#update_user" => client.users().update_one(&changed_user), "PUT users/5",
            {"users": [{"phone": "22 33"}]};
        "ZCRMOrganization#delete_user" => client.users().delete_one(id), "DELETE users/5";
        "ZCRMOrganization#get_all_roles" => client.roles().list().all(), "GET settings/roles";
        "ZCRMOrganization#get_role" => client.roles().get(id), "GET settings/roles/5";
        "ZCRMOrganization#get_all_profiles" => client.profiles().list().all(), "GET settings/profiles";
        "ZCRMOrganization#get_profile" => client.profiles().get(id), "GET settings/profiles/5";
    }

    let taxes = [OrgTax::new("Vat", 25)];
    let changed_taxes = [OrgTax::default().id("5").value(24)];
    rows! { "Taxes":
        "ZCRMOrganization#get_organization_taxes" => client.taxes().list().all(), "GET org/taxes";
        "ZCRMOrganization#get_organization_tax" => client.taxes().get(id), "GET org/taxes/5";
        "ZCRMOrganization#create_organization_taxes" => client.taxes().create(&taxes), "POST org/taxes",
            {"taxes": [{"name": "Vat", "value": 25}]};
        "ZCRMOrganization#update_organization_taxes" => client.taxes().update(&changed_taxes), "PUT org/taxes",
            {"taxes": [{"id": "5", "value": 24}]};
        "ZCRMOrganization#delete_organization_taxes" => client.taxes().delete(ids), "DELETE org/taxes?ids=5,6";
        "ZCRMOrganization#delete_organization_tax" => client.taxes().delete_one(id), "DELETE org/taxes/5";
    }

    let tags = [Tag::new("a"), Tag::new("b")];
    let renamed = Tag::new("c").id("5");
    let renamed_tags = [renamed.clone()];
    rows! { "Tags":
        "ZCRMModule#get_tags" => module.tags().list().all(), "GET settings/tags?module=Leads";
        "ZCRMModule#get_tag_count" => module.tags().count_records(id), "GET settings/tags/5/actions/records_count?module=Leads";
        "ZCRMModule#create_tags" => module.tags().create(&tags), "POST settings/tags?module=Leads",
            {"tags": [{"name": "a"}, {"name": "b"}]};
        "ZCRMModule#update_tags" => module.tags().update(&renamed_tags), "PUT settings/tags?module=Leads",
            {"tags": [{"id": "5", "name": "c"}]};
        "ZCRMTag#update" => module.tags().update_one(&renamed), "PUT settings/tags/5?module=Leads", {"tags": [{"name": "c"}]};
        "ZCRMTag#delete" => module.tags().delete_one(id), "DELETE settings/tags/5";
        "ZCRMTag#merge" => module.tags().merge(id, "6"), "POST settings/tags/6/actions/merge",
            {"tags": [{"conflict_id": "5"}]};
        "ZCRMModule#add_tags_to_multiple_records" => module.add_tags(["a", "b"], ids),
            "POST Leads/actions/add_tags?ids=5,6&tag_names=a,b";
        "ZCRMModule#remove_tags_from_multiple_records" => module.remove_tags(["a", "b"], ids),
            "POST Leads/actions/remove_tags?ids=5,6&tag_names=a,b";
        "ZCRMRecord#add_tags" => record.add_tags(["a", "b"]),
            "POST Leads/3652397000000190001/actions/add_tags?tag_names=a,b";
        "ZCRMRecord#remove_tags" => record.remove_tags(["a", "b"]),
            "POST Leads/3652397000000190001/actions/remove_tags?tag_names=a,b";
    }

    let group = VariableGroup::named("General").id("6");
    let variables = [Variable::new("Bonus", "Bonus", "integer").value(7).variable_group(group)];
    let changed_variable = Variable::default().id("5").value(8);
    let changed_variables = [changed_variable.clone()];
    rows! { "Variables":
        "ZCRMOrganization#get_variables" => client.variables().list().all(), "GET settings/variables";
        "ZCRMVariable#get" => client.variables().get(id, "6"), "GET settings/variables/5?group=6";
        "ZCRMOrganization#create_variables" => client.variables().create(&variables), "POST settings/variables",
            {"variables": [{"name": "Bonus", "api_name": "Bonus", "type": "integer", "value": 7,
             "variable_group": {"id": "6", "api_name": "General"}}]};
        "ZCRMOrganization#update_variables" => client.variables().update(&changed_variables),
            "PUT settings/variables", {"variables": [{"id": "5", "value": 8}]};
        "ZCRMVariable#update" => client.variables().update_one(&changed_variable), "PUT settings/variables/5",
            {"variables": [{"id": "5", "value": 8}]};
        "ZCRMVariable#delete" => client.variables().delete_one(id), "DELETE settings/variables/5";
        "ZCRMOrganization#get_variable_groups" => client.variable_groups().list().all(), "GET settings/variable_groups";
        "ZCRMVariableGroup#get" => client.variable_groups().get(id), "GET settings/variable_groups/5";
    }
    rows
}
