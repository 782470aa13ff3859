//! Starting a client: which store, what is refused, what is shared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use zcrm_core::config::StoreKind;
use zcrm_core::persistence::{Backend, InMemoryPersistence, PersistenceError, PersistenceErrorKind};
use zcrm_core::transport::{HttpRequest, HttpResponse, Transport, TransportError, TransportErrorKind};
use zcrm_core::{Client, Config, Error, ErrorKind};

const KINDS: [StoreKind; 3] = [StoreKind::Custom, StoreKind::File, StoreKind::Mysql];

fn config(pairs: &[(&str, &str)]) -> Config {
    let mandatory = [
        ("client_id", "1000.FAKE"),
        ("client_secret", "fake-canary-secret"),
        ("redirect_uri", "https://www.zoho.com"),
        ("current_user_email", "abc@xyz.com"),
    ];
    Config::from_pairs(mandatory.iter().chain(pairs).copied()).unwrap()
}

/// A backend that counts how often it is opened.
fn counting(kind: StoreKind, opened: &Arc<AtomicUsize>) -> Backend {
    let opened = Arc::clone(opened);
    Backend::new(kind, move |_| {
        opened.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(InMemoryPersistence::new()))
    })
}

fn failing(kind: StoreKind) -> Backend {
    Backend::new(kind, |_| Err(PersistenceError::new(PersistenceErrorKind::Unavailable, "the fake store is down")))
}

fn refusal(config: Config, backends: impl IntoIterator<Item = Backend>) -> Error {
    Client::from_config(config, backends).unwrap_err()
}

/// All eight combinations of the three stores' keys, and the store that each asks for.
fn combinations() -> Vec<(Vec<(&'static str, &'static str)>, StoreKind)> {
    let custom = ("persistence_handler_class", "Vault");
    let file = ("token_persistence_path", "tokens");
    let mysql = ("db_address", "db.example.com");
    (0..8)
        .map(|bits| {
            let keys = [(1, custom), (2, file), (4, mysql)];
            let pairs = keys.into_iter().filter(|(bit, _)| bits & bit != 0).map(|(_, pair)| pair).collect();
            let kind = match bits {
                bits if bits & 1 != 0 => StoreKind::Custom,
                bits if bits & 2 != 0 => StoreKind::File,
                _ => StoreKind::Mysql,
            };
            (pairs, kind)
        })
        .collect()
}

#[test]
fn each_combination_of_store_keys_opens_one_store() {
    for (pairs, kind) in combinations() {
        let opened = KINDS.map(|_| Arc::new(AtomicUsize::new(0)));
        let backends = KINDS.iter().zip(&opened).map(|(kind, opened)| counting(*kind, opened));
        Client::from_config(config(&pairs), backends).unwrap();
        let opened: Vec<_> = opened.iter().map(|opened| opened.load(Ordering::SeqCst)).collect();
        let expected: Vec<_> = KINDS.iter().map(|offered| usize::from(*offered == kind)).collect();
        assert_eq!(opened, expected, "{pairs:?}");
    }
}

#[test]
fn a_store_that_is_not_offered_or_fails_is_never_replaced_by_another() {
    for (pairs, kind) in combinations() {
        let opened = Arc::new(AtomicUsize::new(0));
        let others = || KINDS.into_iter().filter(|offered| *offered != kind).map(|offered| counting(offered, &opened));
        let error = refusal(config(&pairs), others());
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = error.to_string();
        let key = match kind {
            StoreKind::Custom => "persistence_handler_class",
            StoreKind::File | StoreKind::Mysql => "token_persistence_path",
        };
        assert!(text.contains(kind.crate_name()) && text.contains(key), "{text}");
        assert!(text.contains(&format!("{}::backend()", kind.crate_name().replace('-', "_"))), "{text}");

        let error = refusal(config(&pairs), others().chain([failing(kind)]));
        assert_eq!(error.kind(), ErrorKind::Persistence);
        assert!(error.to_string().contains("the fake store is down"), "{error}");
        assert_eq!(opened.load(Ordering::SeqCst), 0, "{pairs:?}");
    }
}

fn custom_program(path: &Path) -> Result<Client, Error> {
    let pairs = [("persistence_handler_class", "Vault"), ("persistence_handler_class_path", path.to_str().unwrap())];
    Client::from_config(config(&pairs), [counting(StoreKind::Custom, &Arc::default())])
}

#[test]
fn a_program_that_cannot_run_is_refused_before_the_store_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["class.rb", "data.txt"] {
        std::fs::write(at(name), "").unwrap();
    }
    let mut paths = vec![
        (Path::new("bin/helper").to_owned(), "relative"),
        (at("class.rb"), "Ruby"),
        (at("absent"), "no program"),
        (folder.path().to_owned(), "no program"),
    ];
    if cfg!(unix) {
        paths.push((at("data.txt"), "no program"));
    }
    for (path, reason) in paths {
        let error = custom_program(&path).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(text.contains("persistence_handler_class_path") && text.contains(reason), "{text}");
        assert!(text.contains("guide on handlers"), "{text}");
    }
    custom_program(&std::env::current_exe().unwrap()).unwrap();
}

#[test]
fn a_program_is_not_looked_at_when_the_store_is_made_by_hand() {
    let pairs = [("persistence_handler_class", "Vault"), ("persistence_handler_class_path", "/absent/vault.rb")];
    Client::new(config(&pairs), InMemoryPersistence::new()).unwrap();
}

/// Answers nothing; the connection is refused.
#[derive(Debug)]
struct Refusing;

impl Transport for Refusing {
    fn send(&self, _: HttpRequest<'_>) -> Result<HttpResponse, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotConnected, "refused, as this test wants it"))
    }
}

#[test]
fn another_user_is_another_handle_on_the_same_store() {
    let client = Client::with_transport(config(&[]), InMemoryPersistence::new(), Refusing);
    let other = client.for_user("b@example.com").unwrap();
    assert_eq!(client.user().unwrap().as_str(), "abc@xyz.com");
    assert_eq!(other.user().unwrap().as_str(), "b@example.com");
    assert!(std::ptr::addr_eq(client.store(), other.store()), "one store");
    assert_eq!(other.config().client_id(), "1000.FAKE");
    for user in ["", " b@example.com", "b@example.com ", &"x".repeat(101)] {
        assert_eq!(client.for_user(user).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn without_a_user_a_call_fails_and_names_both_ways() {
    let nobody = Config::builder("1000.FAKE", "fake", "https://www.zoho.com").build().unwrap();
    let client = Client::with_transport(nobody, InMemoryPersistence::new(), Refusing);
    let error = client.organization().get().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoUser);
    assert!(error.to_string().contains("current_user_email") && error.to_string().contains("for_user"), "{error}");
}

#[test]
fn a_client_goes_to_threads_and_shows_where_tokens_lie_but_no_secret() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let client =
        Client::with_transport(config(&[("db_password", "fake-canary")]), InMemoryPersistence::new(), Refusing);
    shared(&client);
    let shown = format!("{client:?} {:?}", client.store());
    assert!(shown.contains("InMemoryPersistence") && !shown.contains("canary"), "{shown}");
}
