//! Servers that are of no use for writing or locking.

use mysql::prelude::Queryable;
use std::time::Duration;
use zcrm_core::persistence::{PersistenceErrorKind, PersistenceHandler};
use zcrm_persist_mysql::MysqlPersistence;
use zcrm_test_mariadb::Server;

use crate::support::proxy::Proxy;
use crate::support::{LONG, server, through, tokens, user, wide};

#[test]
fn after_a_fail_over_the_new_primary_is_used() {
    let servers = [Server::builder().start().unwrap(), Server::builder().start().unwrap()];
    for server in &servers {
        server
            .execute([
                "CREATE USER 'app'@'%' IDENTIFIED BY 'fake-password'",
                "GRANT ALL ON zohooauth.* TO 'app'@'%'",
                "CREATE DATABASE zohooauth",
            ])
            .unwrap();
    }
    let [former, new] = &servers;
    let proxy = Proxy::to(new.port());
    let open = || {
        MysqlPersistence::builder().address("127.0.0.1").port(proxy.port()).username("app").password("fake-password")
    };
    open().build().unwrap().ensure_schema().unwrap();
    proxy.lead_to(former.port());
    let store = open().build().unwrap();
    store.ensure_schema().unwrap();
    store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap();

    former.execute(["SET GLOBAL read_only = ON"]).unwrap();
    let fault = open().outage_timeout(Duration::ZERO).build().unwrap().ensure_schema().unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Denied);
    assert!(fault.to_string().contains("primary"), "{fault}");
    assert!(store.get_oauth_tokens(&user("a@x.com")).unwrap().is_some(), "reading works");
    let fault = open().outage_timeout(Duration::ZERO).build().unwrap().check_writable(&user("a@x.com")).unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Denied, "a grant would be lost: {fault}");

    proxy.lead_to(new.port());
    store.save_oauth_tokens(&tokens("a@x.com", 2)).unwrap();
    let rows: Vec<String> = new.connect().unwrap().query("SELECT accesstoken FROM zohooauth.oauthtokens").unwrap();
    assert_eq!(rows, ["1000.fake-access-2"]);
}

#[test]
fn a_server_that_forbids_named_locks_is_told_apart() {
    let (_, database) = wide();
    let proxy = Proxy::to(server().port());
    let store = through(&proxy, &database).build().unwrap();
    let percona = "Percona-XtraDB-Cluster prohibits use of GET_LOCK with pxc_strict_mode = ENFORCING";
    for (code, message) in [(1105, percona), (1235, "This version doesn't yet support 'GET_LOCK in cluster'")] {
        proxy.refuse("GET_LOCK", code, message);
        let refused = [
            store.lock_refresh(&user("a@x.com"), LONG, LONG).unwrap_err(),
            store.save_oauth_tokens(&tokens("a@x.com", 1)).unwrap_err(),
        ];
        for fault in refused {
            assert_eq!(fault.kind(), PersistenceErrorKind::Setup, "{fault}");
            assert!(fault.to_string().contains("GET_LOCK") && fault.to_string().contains("pxc_strict_mode"), "{fault}");
        }
    }
}
