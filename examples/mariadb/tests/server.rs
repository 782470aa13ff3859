//! The private server, against the server program of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder, SslOpts};
use zcrm_test_mariadb::{Certificate, Error, Server, shared, unrelated_ca};

fn one(connection: &mut Conn, sql: &str) -> String {
    connection.query_first(sql).unwrap().unwrap()
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn each_test_gets_a_database_and_a_user_of_its_own() {
    let server = shared().unwrap();
    let (a, b) = (server.database().unwrap(), server.database().unwrap());
    a.execute(["create table t (n int)", "insert into t values (7)"]).unwrap();

    assert_eq!(one(&mut a.connect().unwrap(), "select n from t"), "7");
    assert_eq!(one(&mut Conn::new(a.url()).unwrap(), "select database()"), a.name());
    let stranger = b.connect().unwrap().query_drop(format!("select * from {}.t", a.name()));
    assert!(stranger.unwrap_err().to_string().contains("denied"), "b's user reads a's table");

    let gone = a.name().to_owned();
    drop(a);
    let mut admin = server.connect().unwrap();
    let count = |sql: &str| sql.replace("NAME", &gone);
    assert_eq!(
        one(&mut admin, &count("select count(*) from information_schema.schemata where schema_name = 'NAME'")),
        "0"
    );
    assert_eq!(one(&mut admin, &count("select count(*) from mysql.user where user = 'NAME'")), "0");
}

#[test]
fn a_given_server_serves_databases_but_is_not_ours_to_stop() {
    let private = Server::builder().start().unwrap();
    let mut admin = private.connect().unwrap();
    admin.query_drop("create user boss identified by 'p@ss/:+ %'").unwrap();
    admin.query_drop("grant all on *.* to boss with grant option").unwrap();
    let url = private.url().replace("root:", "boss:p%40ss%2F%3A%2B%20%25");

    let given = Server::at(&url).unwrap();
    assert_eq!((given.user(), given.password()), ("boss", "p@ss/:+ %"));
    let again = Server::at(&given.url()).unwrap();
    let database = again.database().unwrap();
    assert_eq!(one(&mut database.connect().unwrap(), "select database()"), database.name());

    assert!(matches!(given.restart(), Err(Error::NotOurs)));
    assert!(matches!(given.kill(), Err(Error::NotOurs)));
    assert!(matches!(Server::at("http://127.0.0.1"), Err(Error::Url(_))));
}

#[test]
fn settings_reach_the_server() {
    let server = Server::builder()
        .setting("character-set-server", "latin1")
        .setting("sql-mode", "")
        .setting("wait-timeout", "5")
        .start()
        .unwrap();
    let mut connection = server.connect().unwrap();
    let seen = "select concat_ws('|', @@global.character_set_server, @@global.sql_mode, @@global.wait_timeout)";
    assert_eq!(one(&mut connection, seen), "latin1||5");
}

#[test]
fn the_socket_works() {
    let server = Server::builder().start().unwrap();
    let opts = OptsBuilder::new().socket(server.socket().map(|path| path.display().to_string())).user(Some("root"));
    assert_eq!(one(&mut Conn::new(opts).unwrap(), "select @@port"), server.port().to_string());
}

#[test]
fn data_survive_a_restart_and_a_crash_on_the_same_port() {
    let server = Server::builder().start().unwrap();
    let database = server.database().unwrap();
    database.execute(["create table t (n int)", "insert into t values (1)"]).unwrap();
    let mut connection = database.connect().unwrap();

    server.restart().unwrap();
    assert!(connection.query_drop("select 1").is_err(), "the connection outlived the server");
    database.execute(["insert into t values (2)"]).unwrap();

    server.kill().unwrap();
    assert!(TcpStream::connect((server.host(), server.port())).is_err(), "somebody answers after the kill");
    server.start_again().unwrap();
    assert_eq!(one(&mut database.connect().unwrap(), "select sum(n) from t"), "3");
}

#[test]
fn a_frozen_server_answers_once_it_is_thawed() {
    let server = Server::builder().start().unwrap();
    server.freeze().unwrap();
    let opts = OptsBuilder::from_opts(Opts::from_url(&server.url()).unwrap()).prefer_socket(false);
    let hasty = opts.clone().read_timeout(Some(Duration::from_millis(300)));
    assert!(Conn::new(hasty).is_err(), "a frozen server answers");
    server.thaw().unwrap();
    assert_eq!(one(&mut Conn::new(opts).unwrap(), "select 1"), "1");
}

#[test]
fn a_frozen_server_can_be_stopped() {
    let server = Server::builder().start().unwrap();
    server.freeze().unwrap();
    server.stop().unwrap();
    assert!(TcpStream::connect((server.host(), server.port())).is_err());
}

#[test]
fn tls_is_verified_against_its_own_ca() {
    let encrypted = |server: &Server, ca: PathBuf| {
        let opts = OptsBuilder::new()
            .ip_or_hostname(Some("127.0.0.1"))
            .tcp_port(server.port())
            .user(Some("root"))
            .prefer_socket(false)
            .ssl_opts(SslOpts::default().with_root_cert_path(Some(ca)));
        Conn::new(opts).map(|mut connection| {
            let row: Option<(String, String)> = connection.query_first("show status like 'Ssl_cipher'").unwrap();
            row.unwrap().1
        })
    };
    let start = |certificate| Server::builder().tls(certificate).start().unwrap();

    let server = start(Certificate::Valid);
    let own_ca = server.ca().unwrap().to_owned();
    assert!(!encrypted(&server, own_ca).unwrap().is_empty(), "not encrypted");

    let folder = tempfile::tempdir().unwrap();
    let other_ca = folder.path().join("other.pem");
    std::fs::write(&other_ca, unrelated_ca().unwrap()).unwrap();
    assert!(encrypted(&server, other_ca).is_err(), "an unknown CA is taken");

    for bad in [Certificate::WrongName, Certificate::Expired] {
        let server = start(bad);
        let own_ca = server.ca().unwrap().to_owned();
        assert!(encrypted(&server, own_ca).is_err(), "{bad:?} is taken");
    }
}

#[test]
fn a_wrong_setting_is_reported_with_the_servers_own_words() {
    let error = Server::builder().setting("no-such-setting", "1").start().unwrap_err();
    assert!(matches!(&error, Error::Start(log) if log.contains("no-such-setting")), "{error}");
}

#[test]
fn dropping_it_leaves_nothing_behind() {
    let server = Server::builder().start().unwrap();
    let (host, port) = (server.host(), server.port());
    let folder = server.socket().unwrap().parent().unwrap().to_owned();
    assert!(folder.is_dir());
    drop(server);
    assert!(TcpStream::connect((host, port)).is_err(), "the server still runs");
    assert!(!folder.exists(), "its folder is still there");
}

#[test]
fn killing_its_program_leaves_nothing_behind() {
    let temp = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_zcrm-test-mariadb"))
        .env("TMPDIR", temp.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let opts = Opts::from_url(url.trim()).unwrap();
    assert!(Conn::new(opts.clone()).is_ok());
    assert_eq!(temp.path().read_dir().unwrap().count(), 1);

    program.kill().unwrap();
    program.wait().unwrap();
    wait_until("the folder removed", || temp.path().read_dir().unwrap().count() == 0);
    assert!(TcpStream::connect(("127.0.0.1", opts.get_tcp_port())).is_err(), "the server still runs");
}

#[test]
fn without_a_server_program_the_error_is_the_line_to_type() {
    let message = Error::NoServer.to_string();
    assert!(message.contains("sudo apt-get install -y mariadb-server"), "{message}");
    assert!(message.contains("TEST_MYSQL_URL"), "{message}");
}
