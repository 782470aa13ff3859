//! The seed's table and the wide one: rows that others wrote, rows that we write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::thread;

use support::{SEED_TABLE, builder, database, rows, seeded, server, tokens, user, wide};
use zcrm_core::OAuthTokens;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler, StoreLimits};

#[test]
fn a_row_of_the_ruby_sdk_is_read_saved_and_read_back_by_plain_sql() {
    for options in
        ["", "ENGINE=MyISAM", "CHARACTER SET latin1", "CHARACTER SET utf8mb3", "ENGINE=MyISAM CHARACTER SET latin1"]
    {
        let (store, database) = seeded(options);
        database
            .execute(["insert into oauthtokens(useridentifier,accesstoken,refreshtoken,expirytime) \
                       values('abc@xyz.com','1000.fake-ruby','1000.fake-refresh','1700000000000')"])
            .unwrap();
        let read = store.get_oauth_tokens(&user("abc@xyz.com")).unwrap().unwrap();
        assert_eq!(read.access_token().expose(), "1000.fake-ruby", "{options}");
        assert_eq!(read.expiry_millis(), 1_700_000_000_000);
        store.save_oauth_tokens(&tokens("abc@xyz.com", 7)).unwrap();
        let row = ("abc@xyz.com".into(), "1000.fake-access-7".into(), "1000.fake-refresh-7".into(), 1_700_000_000_007);
        assert_eq!(rows(&mut database.connect().unwrap()), [row], "{options}");
        store.delete_oauth_tokens(&user("abc@xyz.com")).unwrap();
        assert_eq!(rows(&mut database.connect().unwrap()), [], "{options}");
    }
}

#[test]
fn duplicates_of_other_sdks_read_as_one_and_are_written_as_one() {
    let (store, database) = seeded("");
    database
        .execute(["insert into oauthtokens values ('a@x.com','old','r1',1), ('a@x.com','new','r2',3), ('a@x.com','mid','r3',2)"])
        .unwrap();
    assert_eq!(store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap().access_token().expose(), "new");
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    let rows = rows(&mut database.connect().unwrap());
    assert!(rows.iter().all(|row| row.1 == "1000.fake-access-1"), "{rows:?}");
}

#[test]
fn saving_the_same_again_adds_no_row() {
    for (store, database) in [seeded(""), seeded("ENGINE=MyISAM"), wide()] {
        for _ in 0..3 {
            store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
        }
        assert_eq!(rows(&mut database.connect().unwrap()).len(), 1);
    }
}

#[test]
fn sixteen_threads_on_a_table_without_a_key_leave_one_row_a_user() {
    let (store, database) = seeded("");
    thread::scope(|scope| {
        for number in 0..16 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..5 {
                    store.save_oauth_tokens(&tokens("shared@x.com", number * 100 + round)).unwrap();
                    store.save_oauth_tokens(&tokens(&format!("own{number}@x.com"), round)).unwrap();
                }
            });
        }
    });
    assert_eq!(rows(&mut database.connect().unwrap()).len(), 17);
}

#[test]
fn names_compare_by_their_bytes() {
    let (seed_latin1, _a) = seeded("CHARACTER SET latin1");
    let (seed_utf8, _b) = seeded("CHARACTER SET utf8mb4");
    let (wide, _c) = wide();
    let names = ["a@x.com", "A@x.com", "é@x.com", "e@x.com", "E@x.com", "a'; drop table oauthtokens; --", "\\'\"`%_"];
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
fn an_emoji_and_a_name_of_100_characters_fit_the_wide_table_and_are_refused_by_a_latin1_one() {
    let (wide, _a) = wide();
    let hundred = "é".repeat(100);
    for name in ["🦀@x.com", hundred.as_str()] {
        wide.save_oauth_tokens(&tokens(name, 1)).unwrap();
        assert!(wide.get_oauth_tokens(&user(name)).unwrap().is_some());
    }
    let (seed, database) = seeded("CHARACTER SET latin1");
    assert_eq!(seed.limits(), StoreLimits::default().max_token_bytes(100).latin1_users_only());
    let refused = seed.save_oauth_tokens(&tokens("🦀@x.com", 1)).unwrap_err();
    assert_eq!(refused.kind(), PersistenceErrorKind::DoesNotFit, "{refused}");
    assert!(seed.get_oauth_tokens(&user("🦀@x.com")).unwrap().is_none());
    assert_eq!(rows(&mut database.connect().unwrap()), []);
}

#[test]
fn a_token_that_does_not_fit_leaves_the_old_row() {
    for options in ["ENGINE=InnoDB", "ENGINE=MyISAM"] {
        let (store, database) = seeded(options);
        database.execute(["SET GLOBAL sql_mode = @@GLOBAL.sql_mode"]).unwrap();
        store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
        let long = OAuthTokens::new(user("a@x.com"), "x".repeat(101), "1000.fake-refresh-2", 5);
        let refused = store.save_oauth_tokens(&long).unwrap_err();
        assert_eq!(refused.kind(), PersistenceErrorKind::DoesNotFit);
        assert!(!format!("{refused:?}").contains("xxx"), "{refused:?}");
        let kept = store.get_oauth_tokens(&user("a@x.com")).unwrap().unwrap();
        assert_eq!(kept.access_token().expose(), "1000.fake-access-1");
        assert_eq!(kept.refresh_token().expose(), "1000.fake-refresh-1");
    }
}

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
fn a_row_without_a_refresh_token_is_explained() {
    let (store, database) = seeded("");
    database.execute(["insert into oauthtokens values ('a@x.com','1000.fake-canary',NULL,1)"]).unwrap();
    let fault = store.get_oauth_tokens(&user("a@x.com")).unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::CorruptRow);
    assert!(fault.to_string().contains("no refresh token"), "{fault}");
    assert!(!format!("{fault:?}{fault}").contains("canary"));
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
