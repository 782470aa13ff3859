//! The table of Zoho's SDKs and the wide one: rows that others wrote, rows that we write.

use std::error::Error;
use std::thread;

use mysql::prelude::Queryable;

use crate::support::{builder, database, rows, seeded, server, tokens, user, wide};
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
fn an_emoji_and_a_name_of_100_characters_fit_the_wide_table_and_are_refused_by_a_latin1_one() {
    let (wide, _a) = wide();
    let hundred = "é".repeat(100);
    for name in ["🦀@x.com", hundred.as_str()] {
        wide.save_oauth_tokens(&tokens(name, 1)).unwrap();
        assert!(wide.get_oauth_tokens(&user(name)).unwrap().is_some());
    }
    let (seed, database) = seeded("CHARACTER SET latin1");
    assert_eq!(seed.limits(), StoreLimits::default().max_token_bytes(100).latin1_users_only().ignores_case());
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
fn a_row_that_lacks_a_part_is_read_as_far_as_it_works_and_replaced_by_a_save() {
    let (store, database) = seeded("");
    database
        .execute(["insert into oauthtokens values ('no-refresh@x.com','1000.fake-access',NULL,1), \
                   ('no-access@x.com',NULL,'1000.fake-canary',1), ('no-time@x.com','1000.fake-canary','r',NULL)"])
        .unwrap();
    let read = store.get_oauth_tokens(&user("no-refresh@x.com")).unwrap().unwrap();
    assert_eq!((read.access_token().expose(), read.refresh_token().expose()), ("1000.fake-access", ""));
    for (name, part) in [("no-access@x.com", "no access token"), ("no-time@x.com", "no expiry time")] {
        let fault = store.get_oauth_tokens(&user(name)).unwrap_err();
        assert_eq!(fault.kind(), PersistenceErrorKind::CorruptRow);
        assert!(fault.to_string().contains(part), "{fault}");
        assert!(!format!("{fault:?}{fault}").contains("canary"));
        store.save_oauth_tokens(&tokens(name, 1)).unwrap();
        assert!(store.get_oauth_tokens(&user(name)).unwrap().is_some());
    }
    let count: Option<u32> = database.connect().unwrap().query_first("SELECT COUNT(*) FROM oauthtokens").unwrap();
    assert_eq!(count, Some(3));
}

#[test]
fn a_value_that_the_server_refuses_is_not_shown() {
    let database = database();
    // The server names the value that it refuses: the token of a column that should be text, of a key that has it
    // already.
    database
        .execute([
            "CREATE TABLE oauthtokens (useridentifier varchar(100), accesstoken bigint, refreshtoken varchar(100) \
                   UNIQUE, expirytime bigint)",
        ])
        .unwrap();
    let store = builder(server(), &database).build().unwrap();
    let canary = |access: &str| OAuthTokens::new(user("a@x.com"), access, "1000.fake-canary-r", 1);
    let wrong_type = store.save_oauth_tokens(&canary("1000.fake-canary-a")).unwrap_err();
    store.save_oauth_tokens(&canary("7")).unwrap();
    let duplicate = store.save_oauth_tokens(&canary("7").for_user(user("b@x.com"))).unwrap_err();
    for fault in [wrong_type, duplicate] {
        assert_eq!(fault.kind(), PersistenceErrorKind::DoesNotFit, "{fault}");
        let cause = fault.source().unwrap().to_string();
        assert!(!format!("{fault} {fault:?} {cause}").contains("canary"), "{fault:?}");
    }
}
