//! What is kept beside the tokens.

use std::time::{Duration, SystemTime};

use mysql::Conn;
use mysql::prelude::Queryable;
use zcrm_core::config::DataCenter;
use zcrm_core::persistence::PersistenceHandler;

use crate::support::*;

fn notes(connection: &mut Conn) -> Option<Vec<(String, String)>> {
    connection.query("SELECT kind, note FROM zcrm_notes ORDER BY kind, note").ok()
}

#[test]
fn the_table_of_notes_comes_when_it_is_needed_and_the_one_of_zoho_stays_as_it_is() {
    let (store, database) = seeded("");
    let mut connection = database.connect().unwrap();
    let columns = |connection: &mut Conn| -> Option<(String, String)> {
        connection.query_first("SHOW CREATE TABLE oauthtokens").unwrap()
    };
    let before = columns(&mut connection);
    store.ensure_schema().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
    store.set_rate_limited_until(&user("a@x.com"), None).unwrap();
    store.delete_oauth_tokens(&user("a@x.com")).unwrap();
    assert_eq!(notes(&mut connection), None, "where there is nothing to note, there is no table");

    for number in 1..=3 {
        store.save_oauth_tokens(&tokens("a@x.com", number).with_data_center(Some(DataCenter::Eu))).unwrap();
    }
    store.save_oauth_tokens(&tokens("b@x.com", 1).with_data_center(Some(DataCenter::In))).unwrap();
    store.set_rate_limited_until(&user("b@x.com"), Some(SystemTime::now() + Duration::from_secs(60))).unwrap();
    let kinds: Vec<_> = notes(&mut connection).unwrap().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["datacenter", "datacenter", "ratelimit"], "one a user, however often tokens are saved");
    assert_eq!(columns(&mut connection), before);
}

/// As the Ruby SDK does after a sign-in elsewhere.
#[test]
fn tokens_that_another_program_stored_are_of_no_known_data_center() {
    let (store, database) = wide();
    store.save_oauth_tokens(&tokens("a@x.com", 1).with_data_center(Some(DataCenter::Eu))).unwrap();
    database.execute(["UPDATE oauthtokens SET accesstoken = '1000.b', expirytime = 5"]).unwrap();
    let center = || store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap().data_center();
    assert_eq!(center(), Some(DataCenter::Eu), "refreshed by the other program");
    database.execute(["UPDATE oauthtokens SET refreshtoken = '1000.another'"]).unwrap();
    assert_eq!(center(), None);
}

#[test]
fn a_user_with_no_right_to_more_than_zohos_table_saves_and_reads() {
    let (_, database) = seeded("");
    let limited = format!("zcrm_{}", database.name());
    let limited = &limited[..limited.len().min(32)];
    let mut admin = server().connect().unwrap();
    admin.query_drop(format!("CREATE USER '{limited}'@'%' IDENTIFIED BY 'fake-password'")).unwrap();
    let rights = "GRANT SELECT, INSERT, UPDATE, DELETE ON";
    admin.query_drop(format!("{rights} `{}`.oauthtokens TO '{limited}'@'%'", database.name())).unwrap();
    let store = builder(server(), &database).username(limited).password("fake-password").build().unwrap();
    store.ensure_schema().unwrap();
    let saved = tokens("a@x.com", 1).with_data_center(Some(DataCenter::Eu));
    store.save_oauth_tokens(&saved).unwrap();
    let found = store.get_oauth_tokens(saved.user()).unwrap().unwrap();
    assert!(found.refresh_token().same_as(saved.refresh_token()) && found.data_center().is_none());
    assert_eq!(store.rate_limited_until(saved.user()).unwrap(), None);
    assert!(
        store.set_rate_limited_until(saved.user(), Some(SystemTime::now())).is_err(),
        "told, so that nobody relies"
    );
    store.set_rate_limited_until(saved.user(), None).unwrap();
    store.delete_oauth_tokens(saved.user()).unwrap();
    admin.query_drop(format!("DROP USER '{limited}'@'%'")).unwrap();
}
