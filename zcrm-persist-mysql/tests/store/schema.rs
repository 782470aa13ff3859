//! Creating the table, and what is told about one that is there before a grant is spent on it.

use std::time::Duration;

use mysql::prelude::Queryable;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};

use crate::support::{self, SEED_TABLE, builder, database, rows, seeded, server, tokens, user, wide};

#[test]
fn ensure_schema_creates_once_and_says_what_is_wrong_with_another_table() {
    let (store, database) = wide();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    store.ensure_schema().unwrap();
    assert_eq!(rows(&mut database.connect().unwrap()).len(), 1);

    let odd = support::database();
    odd.execute(["CREATE TABLE oauthtokens (useridentifier int, accesstoken varchar(100), expirytime int)"]).unwrap();
    let fault = builder(server(), &odd).build().unwrap().ensure_schema().unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Setup);
    let text = fault.to_string();
    for part in ["useridentifier is int", "refreshtoken is missing", "expirytime is int"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn ensure_schema_creates_the_database_too() {
    let server = server();
    let name = format!("zcrm_new_{}", std::process::id());
    let store = zcrm_persist_mysql::MysqlPersistence::builder()
        .address(server.host())
        .port(server.port())
        .username(server.user())
        .password(server.password())
        .database(&name)
        .build()
        .unwrap();
    store.ensure_schema().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some());
    server.execute([format!("DROP DATABASE {name}")]).unwrap();
}

#[test]
fn the_seeds_table_needs_no_right_but_those_to_its_rows() {
    let database = database();
    database.execute([SEED_TABLE]).unwrap();
    let reader = format!("r{}", database.user());
    server()
        .execute([
            format!("CREATE USER '{reader}'@'%' IDENTIFIED BY 'fake-password'"),
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {}.oauthtokens TO '{reader}'@'%'", database.name()),
        ])
        .unwrap();
    let store = builder(server(), &database).username(&reader).password("fake-password").build().unwrap();
    store.ensure_schema().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some());
    store.delete_oauth_tokens(&user("a@x.com")).unwrap();
    let other = support::database();
    let fault = builder(server(), &other).username(&reader).password("fake-password").build().unwrap().ensure_schema();
    let fault = fault.unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Denied);
    assert!(fault.to_string().contains("schema.sql"), "{fault}");
}

/// What `ensure_schema` says about a table with these columns.
fn faults_of(columns: &str) -> String {
    let database = database();
    database.execute([format!("CREATE TABLE oauthtokens ({columns})")]).unwrap();
    match builder(server(), &database).build().unwrap().ensure_schema() {
        Ok(()) => String::new(),
        Err(fault) => {
            assert_eq!(fault.kind(), PersistenceErrorKind::Setup, "{fault}");
            fault.to_string()
        }
    }
}

#[test]
fn columns_that_are_too_narrow_are_named_with_their_width() {
    let text = faults_of(
        "useridentifier varchar(50), accesstoken varchar(40), refreshtoken varbinary(99), expirytime varchar(12)",
    );
    for part in ["useridentifier is varchar(50)", "accesstoken is varchar(40)", "refreshtoken is varbinary(99)"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(text.contains("expirytime is varchar, too small"), "{text}");
    let zoho = "useridentifier varchar(100), accesstoken varchar(100), refreshtoken text, expirytime";
    assert_eq!(faults_of(&format!("{zoho} varchar(20)")), "");
    assert_eq!(faults_of(&format!("{zoho} decimal(13)")), "");
    assert!(faults_of(&format!("{zoho} decimal(12)")).contains("expirytime is decimal"));
}

#[test]
fn a_column_more_is_named_if_it_must_have_a_value() {
    let zoho = "useridentifier varchar(100), accesstoken varchar(100), refreshtoken varchar(100), expirytime bigint";
    assert_eq!(
        faults_of(&format!(
            "{zoho}, id int NOT NULL AUTO_INCREMENT PRIMARY KEY, note text, level int NOT NULL DEFAULT 1, \
             seen timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, doubled bigint AS (expirytime * 2) STORED"
        )),
        ""
    );
    let text = faults_of(&format!("{zoho}, client varchar(10) NOT NULL, note text"));
    assert!(text.contains("client must have a value") && !text.contains("note"), "{text}");
}

#[test]
fn a_right_that_saving_needs_is_missed_at_once() {
    let database = database();
    database.execute([SEED_TABLE]).unwrap();
    let reader = format!("r{}", database.user());
    server().execute([format!("CREATE USER '{reader}'@'%' IDENTIFIED BY 'fake-password'")]).unwrap();
    let store = builder(server(), &database).username(&reader).password("fake-password").build().unwrap();
    for right in ["SELECT", "UPDATE", "INSERT"] {
        server().execute([format!("GRANT {right} ON {}.oauthtokens TO '{reader}'@'%'", database.name())]).unwrap();
        for fault in [store.ensure_schema().unwrap_err(), store.check_writable(&user("a@x.com")).unwrap_err()] {
            assert_eq!(fault.kind(), PersistenceErrorKind::Denied, "{fault}");
            assert!(fault.to_string().contains("GRANT SELECT, INSERT, UPDATE, DELETE"), "{fault}");
        }
    }
    server().execute([format!("GRANT DELETE ON {}.oauthtokens TO '{reader}'@'%'", database.name())]).unwrap();
    store.ensure_schema().unwrap();
    store.check_writable(&user("a@x.com")).unwrap();
    server().execute([format!("DROP USER '{reader}'@'%'")]).unwrap();
}

/// Each is asked when the store has been open for long: reading works, or finds nobody, and a grant would be lost.
#[test]
fn what_became_of_the_table_is_told_before_a_grant_is_spent() {
    let asked = user("a@x.com");
    for (change, kind, part) in [
        (
            "ALTER TABLE oauthtokens MODIFY accesstoken varchar(40)",
            PersistenceErrorKind::Setup,
            "varchar(40), too narrow",
        ),
        ("ALTER TABLE oauthtokens ADD more int NOT NULL", PersistenceErrorKind::Setup, "more must have a value"),
        ("ALTER TABLE oauthtokens MODIFY expirytime int", PersistenceErrorKind::Setup, "expirytime is int"),
        ("ALTER TABLE oauthtokens RENAME TO moved", PersistenceErrorKind::Setup, "does not exist"),
    ] {
        let (store, database) = seeded("");
        store.check_writable(&asked).unwrap();
        assert_eq!(rows(&mut database.connect().unwrap()), [], "nothing is saved");
        database.execute([change]).unwrap();
        let fault = store.check_writable(&asked).unwrap_err();
        assert_eq!(fault.kind(), kind, "{change}: {fault}");
        assert!(fault.to_string().contains(part), "{change}: {fault}");
    }
}

#[test]
fn a_table_that_others_keep_locked_is_told_before_a_grant_is_spent() {
    let (_, database) = seeded("");
    let settings = builder(server(), &database).statement_timeout(Duration::from_secs(1));
    let store = settings.outage_timeout(Duration::ZERO).build().unwrap();
    let mut locker = database.connect().unwrap();
    locker.query_drop("LOCK TABLES oauthtokens READ").unwrap();
    assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_none(), "reading works");
    let fault = store.check_writable(&user("a@x.com")).unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Unavailable, "{fault}");
    locker.query_drop("UNLOCK TABLES").unwrap();
    store.check_writable(&user("a@x.com")).unwrap();
}

#[test]
fn a_name_outside_of_the_column_is_told_before_a_grant_is_spent() {
    for (set, fits, does_not) in [("latin1", "é@x.com", "日本@x.com"), ("utf8mb3", "日本@x.com", "🦀@x.com")] {
        let (store, _database) = seeded(&format!("CHARACTER SET {set}"));
        store.check_writable(&user(fits)).unwrap();
        store.save_oauth_tokens(&tokens(fits, 1)).unwrap();
        for fault in [
            store.check_writable(&user(does_not)).unwrap_err(),
            store.save_oauth_tokens(&tokens(does_not, 1)).unwrap_err(),
        ] {
            assert_eq!(fault.kind(), PersistenceErrorKind::DoesNotFit, "{set}: {fault}");
        }
    }
    let (store, _database) = wide();
    store.check_writable(&user("🦀@x.com")).unwrap();
}
