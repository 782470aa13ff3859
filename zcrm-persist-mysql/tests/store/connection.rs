//! Connections: faults that name their remedy, TLS, sockets, restarts and killed connections.

use std::error::Error;

use crate::support::{builder, database, server, tokens, user};
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_persist_mysql::MysqlPersistence;
use zcrm_test_mariadb::{Certificate, Server};

#[test]
fn a_server_that_is_down_is_told_at_once_with_its_address() {
    // Nobody listens there, and no program is given this port by chance.
    let store = MysqlPersistence::builder().address("127.0.0.1").port(1).password("fake-canary").build().unwrap();
    let fault = store.ensure_schema().unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Unavailable);
    assert!(fault.to_string().contains("127.0.0.1:1"), "{fault}");
    assert!(fault.to_string().contains("db_address"), "{fault}");
    assert!(!format!("{fault:?} {store:?}").contains("canary"));
}

#[test]
fn a_wrong_password_is_named_and_not_shown() {
    let database = database();
    let store = builder(server(), &database).password("fake-canary").build().unwrap();
    let fault = store.ensure_schema().unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Denied);
    assert!(fault.to_string().contains("db_password"), "{fault}");
    let cause = fault.source().unwrap().downcast_ref::<mysql::Error>();
    assert!(matches!(cause, Some(mysql::Error::MySqlError(cause)) if cause.code == 1045), "{cause:?}");
    assert!(!format!("{fault:?} {store:?}").contains("canary"));
}

#[test]
fn root_over_tcp_on_a_stock_mariadb_is_told_about_the_socket() {
    let server = Server::builder().start().unwrap();
    server.execute(["CREATE USER 'stock'@'%' IDENTIFIED VIA unix_socket"]).unwrap();
    let store =
        MysqlPersistence::builder().address(server.host()).port(server.port()).username("stock").build().unwrap();
    let fault = store.ensure_schema().unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Denied);
    for part in ["db_socket", "CREATE USER", "GRANT"] {
        assert!(fault.to_string().contains(part), "{fault}");
    }
}

#[test]
fn a_missing_table_is_told_when_it_is_needed() {
    let database = database();
    let store = builder(server(), &database).build().unwrap();
    let fault = store.get_oauth_tokens(&user("a@x.com")).unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Setup);
    assert!(fault.to_string().contains("ensure_schema"), "{fault}");
}

#[test]
fn a_socket_works() {
    let server = Server::builder().start().unwrap();
    let database = server.database().unwrap();
    let store = MysqlPersistence::builder()
        .socket(server.socket().unwrap())
        .username(server.user())
        .password(server.password())
        .database(database.name())
        .build()
        .unwrap();
    store.ensure_schema().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();
    assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some());
}

#[test]
fn tls_is_required_and_verified() {
    let server = Server::builder().tls(Certificate::Valid).start().unwrap();
    let database = server.database().unwrap();
    database.execute([format!("ALTER USER '{}'@'%' REQUIRE SSL", database.user())]).unwrap();
    let trusted = builder(&server, &database).tls_ca(server.ca().unwrap()).build().unwrap();
    trusted.ensure_schema().unwrap();
    trusted.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let unrelated = folder.path().join("ca.pem");
    std::fs::write(&unrelated, zcrm_test_mariadb::unrelated_ca().unwrap()).unwrap();
    for distrusting in [builder(&server, &database).tls(true), builder(&server, &database).tls_ca(&unrelated)] {
        let fault = distrusting.build().unwrap().ensure_schema().unwrap_err();
        assert_eq!(fault.kind(), PersistenceErrorKind::Denied, "{fault:?}");
        assert!(fault.to_string().contains("db_tls_ca"), "{fault}");
    }
    for certificate in [Certificate::WrongName, Certificate::Expired] {
        let server = Server::builder().tls(certificate).start().unwrap();
        let database = server.database().unwrap();
        let fault =
            builder(&server, &database).tls_ca(server.ca().unwrap()).build().unwrap().ensure_schema().unwrap_err();
        assert_eq!(fault.kind(), PersistenceErrorKind::Denied, "{fault:?}");
    }
}

#[test]
fn tls_is_not_given_up_when_the_server_has_none() {
    let server = Server::builder().setting("skip-ssl", "1").start().unwrap();
    let database = server.database().unwrap();
    let fault = builder(&server, &database).tls(true).build().unwrap().ensure_schema().unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Denied, "{fault:?}");
    assert!(fault.to_string().contains("db_tls"), "{fault}");
}
