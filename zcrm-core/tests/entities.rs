//! Entities: every attribute under its exact key, nothing lost on the way through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use zcrm_core::entity::*;

/// Reads the rows of a fixture and checks that they are written as they came, byte for byte, and member by member after
/// a change; and that beside nulls `other` holds just what is `kept` there: keys without a field.
fn read<T: DeserializeOwned + Serialize + Clone>(
    fixture: &str,
    kept: &[&str],
    other: impl Fn(&mut T) -> &mut Members,
) -> Vec<T> {
    let rows: Vec<Json> = serde_json::from_str(fixture).unwrap();
    let mut seen = BTreeSet::new();
    let entities = rows.iter().map(|row| {
        let entity: T = row.decode().unwrap();
        assert_eq!(serde_json::to_string(&entity).unwrap(), row.raw());
        let mut changed = entity.clone();
        other(&mut changed).insert("New".to_owned(), 1.into());
        let mut expected = row.members().unwrap();
        expected.insert("New".to_owned(), 1.into());
        assert_eq!(Json::of(&changed).unwrap(), Json::from(expected));
        seen.extend(
            other(&mut entity.clone()).iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.clone()),
        );
        entity
    });
    let entities = entities.collect();
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), kept, "what has no field");
    entities
}

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap()
}

macro_rules! fixture {
    ($name:literal, $entity:ty, $kept:expr) => {
        read::<$entity>(include_str!(concat!("fixtures/", $name, ".json")), &$kept, |entity| &mut entity.other)
    };
}

/// What users have no field for, and the texts that stand for null.
const USERS: [&str; 5] = ["$next_shift", "Shoe_Size", "fax", "phone", "type__s"];

#[test]
fn users_with_all_spellings() {
    let users = fixture!("users", User, USERS);
    let ola = &users[0];
    assert_eq!(ola.is_online, Some(false), "Isonline");
    assert_eq!(ola.modified_by.as_ref().unwrap().email.as_deref(), Some("ola.fake@example.com"), "Modified_By");
    assert_eq!(ola.created_by.as_ref().unwrap().id, Some(UserId::new("3652397000000186017")), "created_by");
    assert_eq!(ola.reporting_to.as_ref().unwrap().name.as_deref(), Some("Kari Fake"), "Reporting_To");
    assert_eq!(ola.modified_time.as_ref().unwrap().as_str(), "2019-08-13T06:49:15+02:00");
    assert_eq!(ola.theme.as_ref().unwrap().normal_tab.as_ref().unwrap().font_color.as_deref(), Some("#FFFFFF"));
    assert_eq!(ola.customize_info.as_ref().unwrap().notes_desc, Some(true));
    assert_eq!(ola.territories.as_ref().unwrap()[0].manager, Some(true));
    assert_eq!((text(&ola.currency), ola.offset), ("NOK", Some(7_200_000)));
    assert_eq!(ola.other["Shoe_Size"], 43);
}

#[test]
fn what_is_missing_or_null_or_odd_fails_nothing() {
    let users = fixture!("users", User, USERS);
    let new = &users[1];
    assert_eq!(new.id, Some(UserId::new("3652397000000186021")), "an id that is a number");
    assert_eq!(new.offset, Some(7_200_000), "a number that is text");
    assert!(new.profile.is_none() && new.created_by.is_none() && new.theme.is_none());
    assert_eq!((&new.fax, &new.phone), (&None, &None), "the text null stands for null");
    assert_eq!(new.other["fax"], "null", "and is kept");

    let odd: User = serde_json::from_value(json!({"role": "CEO", "offset": "east", "territories": {"a": 1}})).unwrap();
    assert!(odd.role.is_none() && odd.offset.is_none() && odd.territories.is_none());
    assert_eq!(odd.other["role"], "CEO");
    assert_eq!(serde_json::from_value::<User>(json!({})).unwrap(), User::default());
    assert!(serde_json::from_value::<User>(json!([])).is_err());
}

#[test]
fn what_was_set_replaces_what_was_read() {
    let mut user: User = serde_json::from_value(json!({"id": 5, "offset": "60", "phone": null, "fax": "1"})).unwrap();
    user.offset = Some(120);
    user.phone = Some("22".to_owned());
    user.fax = None;
    assert_eq!(serde_json::to_value(&user).unwrap(), json!({"id": 5, "offset": 120, "phone": "22"}));
}

#[test]
fn the_organization_and_its_licence() {
    let organization = &fixture!("organization", Organization, ["hierarchy_preferences"])[0];
    assert_eq!((text(&organization.zgid), organization.mc_status), ("695515020", Some(false)));
    let license = organization.license_details.as_ref().unwrap();
    assert_eq!((license.users_license_purchased, license.paid), (Some(25), Some(true)));
}

#[test]
fn roles_and_profiles() {
    let roles = fixture!("roles", Role, []);
    assert_eq!(roles[1].reporting_to.as_ref().unwrap().id, Some(RoleId::new("3652397000000026005")));
    assert_eq!((roles[0].admin_user, roles[1].share_with_peers), (Some(true), Some(false)));
    let profile = &fixture!("profiles", Profile, [])[0];
    let permissions = profile.permissions.as_ref().unwrap();
    assert_eq!(permissions[0].module.as_ref().unwrap().api_name.as_deref(), Some("Leads"));
    assert_eq!((permissions[1].enabled, &permissions[1].module), (Some(false), &None));
    let categories = profile.sections.as_ref().unwrap()[0].categories.as_ref().unwrap();
    assert_eq!(categories[0].permissions.as_deref(), Some(&["3652397000000026021".to_owned()][..]));
}

#[test]
fn taxes_variables_tags() {
    let taxes = fixture!("taxes", OrgTax, []);
    assert_eq!(taxes[1].value.as_ref().unwrap().number(), Some(12.5));
    assert_eq!((taxes[0].sequence_number, taxes[1].sequence_number), (Some(1), Some(2)));
    let variables = fixture!("variables", Variable, []);
    assert_eq!(text(&variables[0].variable_group.as_ref().unwrap().api_name), "General");
    assert_eq!((text(&variables[1].kind), variables[1].value.as_ref()), ("integer", Some(&7.into())));
    assert_eq!(text(&fixture!("variable_groups", VariableGroup, [])[0].display_label), "General");
    let tags = fixture!("tags", Tag, []);
    assert_eq!(tags[0].created_by.as_ref().unwrap().name.as_deref(), Some("Ola Fake"));
    assert_eq!(tags[0].modified_by.as_ref().unwrap().name.as_deref(), Some("Kari Fake"), "neither replaces the other");
    assert_eq!(tags[1].count, Some(3), "a count that is text");
    assert_eq!(serde_json::from_value::<Tag>(json!("a name")).unwrap().name.as_deref(), Some("a name"));
}

#[test]
fn notes_and_attachments() {
    let notes = fixture!("notes", Note, ["$is_shared_to_client"]);
    assert_eq!((text(&notes[0].title), text(&notes[0].parent_module)), ("Call", "Leads"));
    assert_eq!(notes[0].parent.as_ref().unwrap().id, Some(RecordId::new("3652397000000190001")));
    assert_eq!((notes[1].voice_note, notes[1].editable, notes[1].size), (Some(true), Some(false), Some(2048)));
    assert_eq!(text(&notes[1].attachments.as_ref().unwrap()[0].file_name), "voice.m4a");
    assert!(notes[2].parent.is_none(), "a null parent is none");
    let attachments = fixture!("attachments", Attachment, []);
    assert_eq!((attachments[0].size, text(&attachments[0].file_id)), (Some(104_857), "fakefileid0001"));
    assert_eq!((text(&attachments[1].kind), attachments[1].attachment_type), ("Link URL", Some(3)));
    assert_eq!(text(&attachments[1].link_url), "https://example.com/quote");
}

#[test]
fn modules_fields_layouts() {
    let modules = fixture!("modules", Module, ["chart_view"]);
    let leads = &modules[0];
    assert_eq!((leads.email_template_support, leads.presence_sub_menu), (Some(true), Some(true)));
    assert_eq!(leads.custom_view.as_ref().unwrap().id, Some(CustomViewId::new("3652397000000087501")));
    assert_eq!(text(&leads.related_lists.as_ref().unwrap()[0].api_name), "Products");
    assert_eq!(text(&leads.display_field.as_ref().unwrap().api_name), "Last_Name");
    assert_eq!(text(&modules[1].display_field.as_ref().unwrap().api_name), "Name");
    assert_eq!((leads.is_custom_module(), modules[1].is_custom_module()), (false, true));

    let fields = fixture!("fields", Field, ["ui_type"]);
    let source = &fields[0];
    assert_eq!(text(&source.pick_list_values.as_ref().unwrap()[1].actual_value), "Fair");
    assert_eq!((source.view_type.as_ref().unwrap().quick_create, source.length), (Some(false), Some(120)));
    assert!(!source.is_unique_field() && !source.is_formula_field(), "an empty object is no");
    let lookup = |field: &Field| text(&field.lookup.as_ref().unwrap().module.as_ref().unwrap().api_name).to_owned();
    assert_eq!((lookup(&fields[1]), lookup(&fields[3])), ("Accounts".to_owned(), "Rockets".to_owned()));
    assert!(fields[1].pick_list_values.is_none() && fields[1].unique.is_none(), "nulls fail nothing");
    let linked = fields[2].multiselectlookup.as_ref().unwrap();
    assert_eq!(text(&linked.linking_module.as_ref().unwrap().api_name), "LinkingModule1");
    assert!(fields[4].is_unique_field() && fields[4].is_auto_number());
    assert_eq!(fields[4].unique.as_ref().unwrap().case_sensitive, Some(false));
    assert!(fields[5].is_formula_field() && fields[5].is_currency_field());
    assert_eq!(fields[5].currency.as_ref().unwrap().precision, Some(2));

    let layouts = fixture!("layouts", Layout, ["display_type"]);
    let sections = layouts[0].sections.as_ref().unwrap();
    assert_eq!(sections[1].is_subform_section, Some(true), "isSubformSection");
    assert_eq!(sections[1].properties.as_ref().unwrap().maximum_rows, Some(25));
    let deals = layouts[0].convert_mapping.as_ref().unwrap().deals.as_ref().unwrap();
    assert_eq!(deals.fields.as_ref().unwrap()[0].required, Some(true));
    assert_eq!(layouts[0].profiles.as_ref().unwrap()[0].default, Some(true));
    assert_eq!((layouts[0].status.as_ref(), layouts[1].status.as_ref()), (Some(&0.into()), Some(&"active".into())));
    assert!(layouts[1].convert_mapping.is_none());
}

#[test]
fn custom_views_of_both_shapes() {
    let views = fixture!("custom_views", CustomView, []);
    assert_eq!(text(&views[1].sort_by.as_ref().unwrap().api_name), "Last_Name", "a name");
    assert_eq!(text(&views[2].sort_by.as_ref().unwrap().api_name), "Last_Name", "an object");
    assert_eq!(text(&views[2].fields.as_ref().unwrap()[0].api_name), "Last_Name");
    assert_eq!(
        views[1].criteria_condition(),
        "((City:equal:Oslo)or((City:equal:Bergen)and(No_of_Employees:greater_than:10)and(Fax:is_empty:)))"
    );
    assert_eq!(views[1].criteria_pattern(), "{0or{1and2and3}}");
    assert_eq!(views[2].criteria_condition(), r#"(City:equal:["Oslo"])"#);
    assert_eq!((views[0].criteria_condition(), views[0].criteria_pattern()), (String::new(), String::new()));
}

#[test]
fn related_lists() {
    let lists = fixture!("related_lists", ModuleRelatedList, ["customize_sort"]);
    assert_eq!((lists[0].sequence_number, lists[1].sequence_number), (Some(3), Some(4)));
    let module = |list: &ModuleRelatedList| text(&list.module.as_ref().unwrap().api_name).to_owned();
    assert_eq!((module(&lists[0]), module(&lists[1])), ("Products".to_owned(), "Rockets".to_owned()));
    assert_eq!(text(&lists[1].connected_module), "Rockets");
}
