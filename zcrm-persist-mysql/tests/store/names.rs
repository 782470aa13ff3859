//! Names in a table that other programs share, which compare them as the column's collation does.

use mysql::prelude::Queryable;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_persist_mysql::MysqlPersistence;
use zcrm_test_mariadb::Database;

use crate::support::proxy::Proxy;
use crate::support::{builder, database, rows, seeded, server, through, tokens, user, wide};

/// A table with a key of this collation.
fn keyed(collation: &str) -> (MysqlPersistence, Database) {
    let database = database();
    database
        .execute([format!(
            "CREATE TABLE oauthtokens (useridentifier varchar(100) CHARACTER SET utf8mb4 COLLATE {collation} PRIMARY KEY, \
             accesstoken varchar(100), refreshtoken varchar(100), expirytime bigint)"
        )])
        .unwrap();
    let store = builder(server(), &database).build().unwrap();
    store.ensure_schema().unwrap();
    (store, database)
}

#[test]
fn names_that_differ_in_more_than_case_are_different_users() {
    let (seed_latin1, _a) = seeded("CHARACTER SET latin1");
    let (seed_utf8, _b) = seeded("CHARACTER SET utf8mb4");
    let (wide, _c) = wide();
    let names = ["a@x.com", "é@x.com", "e@x.com", "a'; drop table oauthtokens; --", "\\'\"`%_", "ß", "ss"];
    for store in [&seed_latin1, &seed_utf8, &wide] {
        for (number, name) in (0..).zip(names) {
            assert!(store.get_oauth_tokens(&user(name)).unwrap().is_none(), "{name} was taken for another");
            store.save_oauth_tokens(&tokens(name, number)).unwrap();
        }
        for (number, name) in (0..).zip(names) {
            let read = store.get_oauth_tokens(&user(name)).unwrap().unwrap();
            assert_eq!(read.expiry_millis(), 1_700_000_000_000 + i64::from(number), "{name}");
        }
    }
}

#[test]
fn the_only_row_that_differs_in_case_alone_is_meant_whoever_wrote_it() {
    let row = "insert into oauthtokens values ('PatriciaÉ@X.example','1000.fake-ruby','1000.fake-refresh',5)";
    for (store, database) in [
        seeded("CHARACTER SET latin1"),
        seeded("ENGINE=MyISAM CHARACTER SET utf8mb4"),
        wide(),
        keyed("utf8mb4_general_ci"),
    ] {
        database.execute(["SET NAMES utf8mb4", row]).unwrap();
        let asked = user("patriciaé@x.EXAMPLE");
        let read = store.get_oauth_tokens(&asked).unwrap().unwrap();
        assert_eq!((read.user(), read.access_token().expose()), (&asked, "1000.fake-ruby"));
        store.save_oauth_tokens(&tokens(asked.as_str(), 7)).unwrap();
        let rows_now = rows(&mut database.connect().unwrap());
        assert_eq!(rows_now.len(), 1, "{rows_now:?}");
        assert_eq!((rows_now[0].0.as_str(), rows_now[0].3), ("PatriciaÉ@X.example", 1_700_000_000_007));
        // The Ruby SDK deletes without regard to case and inserts Zoho's spelling.
        database.execute(["SET NAMES utf8mb4", "delete from oauthtokens", &row.replace("Patr", "PATR")]).unwrap();
        assert!(store.get_oauth_tokens(&asked).unwrap().is_some());
        store.delete_oauth_tokens(&asked).unwrap();
        assert_eq!(rows(&mut database.connect().unwrap()), []);
    }
}

#[test]
fn the_exact_row_wins_and_two_others_are_an_error_that_names_them() {
    let (store, database) = seeded("");
    database.execute(["insert into oauthtokens values ('A@x.com','upper','r',1), ('a@X.com','mixed','r',1)"]).unwrap();
    let access = |name: &str| {
        let read = store.get_oauth_tokens(&user(name)).unwrap().unwrap();
        read.access_token().expose().to_owned()
    };
    assert_eq!((access("A@x.com"), access("a@X.com")), ("upper".into(), "mixed".into()));
    let asked = user("a@x.com");
    let faults = [
        store.get_oauth_tokens(&asked).unwrap_err(),
        store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap_err(),
        store.delete_oauth_tokens(&asked).unwrap_err(),
    ];
    for fault in faults {
        assert_eq!(fault.kind(), PersistenceErrorKind::Setup, "{fault}");
        assert!(fault.to_string().contains(r#""A@x.com", "a@X.com""#), "{fault}");
    }
    assert_eq!(rows(&mut database.connect().unwrap()).len(), 2);
    store.save_oauth_tokens(&tokens("A@x.com", 3)).unwrap();
    assert_eq!((access("A@x.com"), access("a@X.com")), ("1000.fake-access-3".into(), "mixed".into()));
}

#[test]
fn a_name_that_the_key_takes_for_another_is_refused_with_that_name_before_a_grant_is_spent() {
    for (collation, stored, asked) in [
        ("utf8mb4_general_ci", "e@x.com", "é@x.com"),
        ("utf8mb4_unicode_ci", "Straße@x.com", "strasse@x.com"),
        ("utf8mb4_bin", "abc@x.com ", "abc@x.com"),
    ] {
        let (store, database) = keyed(collation);
        let row = format!("insert into oauthtokens values ('{stored}','a','r',1)");
        database.execute(["SET NAMES utf8mb4", &row]).unwrap();
        let before = rows(&mut database.connect().unwrap());
        let faults = [
            store.get_oauth_tokens(&user(asked)).unwrap_err(),
            store.save_oauth_tokens(&tokens(asked, 1)).unwrap_err(),
        ];
        for fault in faults {
            assert_eq!(fault.kind(), PersistenceErrorKind::DoesNotFit, "{fault}");
            assert!(fault.to_string().contains(&format!("{stored:?}")), "{fault}");
        }
        assert_eq!(rows(&mut database.connect().unwrap()), before);
        assert!(store.get_oauth_tokens(&user("other@x.com")).unwrap().is_none());
        store.save_oauth_tokens(&tokens("other@x.com", 2)).unwrap();
    }
}

#[test]
fn a_row_that_the_ruby_sdk_is_replacing_is_not_absent() {
    let (_, database) = seeded("");
    let mut ruby = database.connect().unwrap();
    let proxy = Proxy::to(server().port());
    let store = through(&proxy, &database).build().unwrap();
    // The first look has found nothing when its search without regard to case is sent.
    let held = proxy.hold("COLLATE utf8mb4_general_ci", "a@x.com");
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| store.get_oauth_tokens(&user("a@x.com")));
        held.wait();
        ruby.query_drop("insert into oauthtokens values ('a@x.com','new','r',1)").unwrap();
        held.release();
        let read = reading.join().unwrap().unwrap().expect("the row is there");
        assert_eq!(read.access_token().expose(), "new");
    });
}
