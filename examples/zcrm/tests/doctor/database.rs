//! What is wrong with a store in MySQL or MariaDB.

use serde_json::{Value, json};
use zcrm_emulator::Options;
use zcrm_test_mariadb::{Database, Server};

use crate::case::{finds, is_well};
use crate::support::Place;

/// A place whose tokens are in a database.
struct Kept {
    place: Place,
    database: Database,
}

impl Kept {
    /// Nobody is signed in yet.
    fn new(server: &Server) -> Self {
        let kept = Self { place: Place::new(Options::default()), database: server.database().unwrap() };
        kept.change(server, json!({}));
        kept
    }

    fn change(&self, server: &Server, changes: Value) {
        let mut keys = json!({
            "token_persistence_path": null,
            "db_address": server.host(), "db_port": server.port(),
            "db_username": self.database.user(), "db_password": self.database.password(),
            "db_name": self.database.name(),
        });
        keys.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.place.change(keys);
    }

    fn signed_in(server: &Server) -> Self {
        let kept = Self::new(server);
        kept.place.sign_in();
        kept.place.emulator.reset_counters();
        kept
    }

    fn tables(&self) -> Vec<String> {
        use mysql::prelude::Queryable;
        self.database.connect().unwrap().query("SHOW TABLES").unwrap()
    }

    /// Runs the statement of a remedy.
    fn follow(&self, remedy: &str) {
        self.database.execute([remedy.split("run as an administrator: ").nth(1).unwrap()]).unwrap();
    }

    /// What the doctor says of it; neither a password nor a table changes.
    #[track_caller]
    fn finds(&self, said: (&str, &[&str])) -> String {
        let text = finds(&self.place, said);
        assert!(!text.contains(self.database.password()), "{text}");
        text
    }
}

fn server() -> &'static Server {
    zcrm_test_mariadb::shared().expect("these tests need a MariaDB server")
}

#[test]
fn no_table_yet_and_none_is_made() {
    let kept = Kept::new(server());
    kept.finds(("FAIL  store: ", &["the table oauthtokens does not exist", "sign in, which makes it", "schema.sql"]));
    assert!(kept.tables().is_empty());
    kept.place.sign_in();
    kept.place.emulator.reset_counters();
    let text = is_well(&kept.place);
    for line in [
        "holds the tokens of 1 users, each of at most 2048 characters",
        "rows can be written",
        "the refresh lock can be taken",
        "ok    database clock: ",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn columns_that_are_too_narrow() {
    let kept = Kept::signed_in(server());
    kept.database.execute(["ALTER TABLE oauthtokens MODIFY refreshtoken varchar(90) NOT NULL"]).unwrap();
    let said = &["refreshtoken is varchar(90), too narrow", "ALTER TABLE", "MODIFY refreshtoken varchar(2048)"];
    let text = kept.finds(("FAIL  store: ", said));
    let remedy = text.lines().find(|line| line.contains("ALTER TABLE")).unwrap();
    kept.follow(remedy);
    is_well(&kept.place);
}

#[test]
fn columns_that_are_missing_or_too_many() {
    let kept = Kept::signed_in(server());
    let change = "ALTER TABLE oauthtokens ADD client varchar(9) NOT NULL, ADD shoe_size int NOT NULL, DROP refreshtoken, \
                  MODIFY expirytime int";
    kept.database.execute(["SET sql_mode=''", change]).unwrap();
    let said = &["the column refreshtoken is missing", "expirytime is int", "client must have a value", "ALTER TABLE"];
    let text = kept.finds(("FAIL  store: ", said));
    kept.follow(text.lines().find(|line| line.contains("ALTER TABLE")).unwrap());
    kept.place.sign_in();
    kept.place.emulator.reset_counters();
    is_well(&kept.place);
}

#[test]
fn two_rows_of_one_user() {
    let kept = Kept::signed_in(server());
    let double = "INSERT INTO oauthtokens SELECT useridentifier, accesstoken, refreshtoken, 1 FROM oauthtokens";
    kept.database.execute(["ALTER TABLE oauthtokens DROP PRIMARY KEY", double]).unwrap();
    kept.finds(("warn  store: ", &["abc@xyz.com has 2 rows", "primary key"]));
}

#[test]
fn a_table_that_others_have_locked() {
    use mysql::prelude::Queryable;
    let kept = Kept::signed_in(server());
    let mut other = kept.database.connect().unwrap();
    other.query_drop("LOCK TABLES oauthtokens WRITE").unwrap();
    kept.finds(("FAIL  store: ", &["others have locked the table", "end what holds the lock"]));
    other.query_drop("UNLOCK TABLES").unwrap();
    is_well(&kept.place);
}

#[test]
fn a_user_who_may_not_write() {
    let kept = Kept::signed_in(server());
    let name = kept.database.name();
    for host in ["%", "localhost"] {
        let account = format!("'{}'@'{host}'", kept.database.user());
        let _ = kept.database.execute([format!("REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}")]);
        let _ = kept.database.execute([format!("GRANT SELECT ON `{name}`.* TO {account}")]);
    }
    kept.finds(("FAIL  store: ", &["the user lacks a right", "GRANT SELECT, INSERT, UPDATE, DELETE"]));
}

#[test]
fn a_wrong_password_and_a_wrong_database() {
    let kept = Kept::signed_in(server());
    kept.change(server(), json!({ "db_password": "canary-wrong" }));
    let text = kept.finds(("FAIL  store: ", &["user name or password is wrong", "db_username and db_password"]));
    assert!(!text.contains("canary"), "{text}");
    kept.change(server(), json!({ "db_name": "nowhere_at_all" }));
    kept.finds(("FAIL  store: ", &["MySQL at"]));
    kept.change(server(), json!({}));
    is_well(&kept.place);
}

#[test]
fn a_row_that_cannot_be_understood() {
    let kept = Kept::signed_in(server());
    kept.database.execute(["UPDATE oauthtokens SET accesstoken = ''"]).unwrap();
    kept.finds(("FAIL  tokens: ", &["the row of abc@xyz.com", "has no access token", "exchange a new grant token"]));
    kept.place.sign_in();
    kept.place.emulator.reset_counters();
    is_well(&kept.place);
}

#[test]
fn a_database_that_is_down() {
    let server = Server::builder().start().unwrap();
    let kept = Kept::signed_in(&server);
    server.stop().unwrap();
    kept.finds(("FAIL  store: ", &["the server cannot be reached", "check that it runs"]));
    server.start_again().unwrap();
    is_well(&kept.place);
}
