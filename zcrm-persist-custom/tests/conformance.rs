//! Every store that this crate makes passes the suite; external programs do in `program`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../guide/folder_store.rs"]
#[allow(unreachable_pub, dead_code, reason = "the guide shows it as a library has it")]
mod folder_store;

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use folder_store::FolderStore;
use tempfile::TempDir;
use zcrm_core::persistence::conformance::{Processes, Suite, work_if_ordered};
use zcrm_core::persistence::{InMemoryPersistence, PersistenceError, PersistenceErrorKind, PersistenceHandler};
use zcrm_core::{Config, OAuthTokens, UserIdentifier};
use zcrm_persist_custom::{Closures, Encrypted, EncryptionKey, Registry};
use zcrm_persist_file::FilePersistence;

fn over(memory: InMemoryPersistence) -> Closures {
    let (save, get, delete, lock) = (memory.clone(), memory.clone(), memory.clone(), memory);
    Closures::new(
        move |tokens| save.save_oauth_tokens(tokens),
        move |user| get.get_oauth_tokens(user),
        move |user| delete.delete_oauth_tokens(user),
    )
    .lock(move |user, timeout, lease| lock.lock_refresh(user, timeout, lease))
    .check(|user| match user.as_str() {
        "full@x.com" => Err(PersistenceError::new(PersistenceErrorKind::Unavailable, "there is no room")),
        _ => Ok(()),
    })
    .named("closures over memory")
}

#[test]
fn closures() {
    let down = || PersistenceError::new(PersistenceErrorKind::Unavailable, "down");
    let broken = move || Closures::new(move |_| Err(down()), move |_| Err(down()), move |_| Err(down()));
    Suite::new(|| over(InMemoryPersistence::new()))
        .broken(broken)
        .requires_lock()
        .ends_leases()
        .keeps_data_centers()
        .run();
}

#[test]
fn whoever_wraps_a_store_passes_on_that_it_cannot_save() {
    let stores: [Box<dyn PersistenceHandler>; 4] = [
        Box::new(over(InMemoryPersistence::new())),
        Box::new(Arc::new(over(InMemoryPersistence::new()))),
        Box::new(Encrypted::new(over(InMemoryPersistence::new()), [key()]).unwrap()),
        Registry::new()
            .with("Full", |_| Ok(Box::new(over(InMemoryPersistence::new()))))
            .backend()
            .open(&config("Full"))
            .unwrap(),
    ];
    for store in stores {
        let asked = |name: &str| store.check_writable(&user(name)).map_err(|fault| fault.kind());
        assert_eq!(asked("full@x.com"), Err(PersistenceErrorKind::Unavailable), "{store:?}");
        assert_eq!(asked("other@x.com"), Ok(()), "{store:?}");
    }
}

fn user(name: &str) -> UserIdentifier {
    UserIdentifier::new(name).unwrap()
}

#[test]
fn closures_without_a_lock() {
    let store = || {
        let memory = Arc::new(InMemoryPersistence::new());
        let (save, get, delete) = (Arc::clone(&memory), Arc::clone(&memory), memory);
        Closures::new(
            move |tokens| save.save_oauth_tokens(tokens),
            move |user| get.get_oauth_tokens(user),
            move |user| delete.delete_oauth_tokens(user),
        )
    };
    Suite::new(store).run();
}

pub(crate) fn config(class: &str) -> Config {
    Config::from_pairs([
        ("client_id", "1000.FAKE"),
        ("client_secret", "fake-secret"),
        ("redirect_uri", "https://www.zoho.com"),
        ("persistence_handler_class", class),
    ])
    .unwrap()
}

#[test]
fn registry() {
    let fresh = || {
        Registry::new()
            .with("Other", |_| Err(PersistenceError::new(PersistenceErrorKind::Other, "the wrong one")))
            .with("Memory", |_| Ok(Box::new(InMemoryPersistence::new())))
            .backend()
            .open(&config("Memory"))
            .unwrap()
    };
    Suite::new(fresh).requires_lock().ends_leases().shares_rate_limits().keeps_data_centers().run();
}

#[test]
fn a_name_that_nobody_registered() {
    let backend = Registry::new()
        .with("Redis", |_| Ok(Box::new(InMemoryPersistence::new())))
        .with("Vault", |_| Ok(Box::new(InMemoryPersistence::new())))
        .backend();
    let fault = backend.open(&config("redis")).unwrap_err();
    assert_eq!(fault.kind(), PersistenceErrorKind::Setup);
    assert!(fault.to_string().contains("\"redis\"") && fault.to_string().contains("Redis, Vault"), "{fault}");
    let fault = zcrm_persist_custom::backend().open(&config("Redis")).unwrap_err();
    assert!(fault.to_string().contains("no handler") && fault.to_string().contains("class_path"), "{fault}");
}

#[test]
fn a_handler_is_made_from_the_dictionary() {
    let registry = Registry::new().with("Config", |config| {
        assert_eq!(config.client_id(), "1000.FAKE");
        Err(PersistenceError::new(PersistenceErrorKind::Denied, "made, and refused"))
    });
    let fault = registry.backend().open(&config("Config")).unwrap_err();
    assert_eq!((fault.kind(), fault.to_string().as_str()), (PersistenceErrorKind::Denied, "made, and refused"));
}

fn key() -> EncryptionKey {
    EncryptionKey::from_text(&"07".repeat(32)).unwrap()
}

/// A store whose only row was encrypted with a key that is lost.
fn with_a_row_of_another_key<H: PersistenceHandler + Clone>(inner: H) -> (Encrypted<H>, UserIdentifier) {
    let other = EncryptionKey::from_text(&"08".repeat(32)).unwrap();
    let tokens = OAuthTokens::new(user("locked-out@x.com"), "1000.fake-access", "1000.fake-refresh", 1);
    Encrypted::new(inner.clone(), [other]).unwrap().save_oauth_tokens(&tokens).unwrap();
    (Encrypted::new(inner, [key()]).unwrap(), tokens.user().clone())
}

#[test]
fn encrypted_over_memory() {
    Suite::new(|| Encrypted::new(InMemoryPersistence::new(), [key()]).unwrap())
        .unreadable_row(|| with_a_row_of_another_key(InMemoryPersistence::new()))
        .requires_lock()
        .ends_leases()
        .shares_rate_limits()
        .keeps_data_centers()
        .keeps_data_centers()
        .run();
}

/// The guide's store, and the folder that goes with it.
macro_rules! in_folder {
    ($make:expr) => {{
        let folders = std::rc::Rc::new(std::cell::RefCell::new(Vec::<TempDir>::new()));
        move || {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().to_owned();
            folders.borrow_mut().push(folder);
            $make(path)
        }
    }};
}

#[test]
fn the_store_of_the_guide() {
    let source = include_str!("../guide/folder_store.rs");
    assert!(source.lines().filter(|line| !line.is_empty()).count() < 80);
    Suite::new(in_folder!(FolderStore))
        .reopen(FolderStore::clone)
        .unreadable_row(in_folder!(|path| {
            let store = FolderStore(path);
            std::fs::write(store.file_of(&user("damaged@x.com")), [0xff, 0xfe]).unwrap();
            (store, user("damaged@x.com"))
        }))
        .broken(|| FolderStore("/nowhere/at/all".into()))
        .run();
}

#[test]
fn encrypted_over_the_store_of_the_guide() {
    Suite::new(in_folder!(|path| Encrypted::new(FolderStore(path), [key()]).unwrap()))
        .unreadable_row(in_folder!(|path| with_a_row_of_another_key(FolderStore(path))))
        .run();
}

const FOLDER: &str = "TEST_FOLDER";

#[test]
fn folder_worker() {
    let ordered = work_if_ordered(|| Encrypted::new(FolderStore(env::var(FOLDER).unwrap().into()), [key()]).unwrap());
    assert_eq!(ordered, env::var(FOLDER).is_ok());
}

#[test]
fn encrypted_over_the_store_of_the_guide_between_processes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let open = {
        let path = path.clone();
        move || Encrypted::new(FolderStore(path.clone()), [key()]).unwrap()
    };
    Processes::new(open, move || worker("folder_worker", FOLDER, path.to_str().unwrap())).run();
}

fn worker(test: &str, variable: &str, value: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(variable, value);
    command
}

#[test]
fn encrypted_over_a_file() {
    Suite::new(in_folder!(
        |path: PathBuf| Encrypted::new(Arc::new(FilePersistence::new(path).unwrap()), [key()]).unwrap()
    ))
    .unreadable_row(in_folder!(|path: PathBuf| with_a_row_of_another_key(Arc::new(
        FilePersistence::new(path).unwrap()
    ))))
    .requires_lock()
    .ends_leases()
    .shares_rate_limits()
    .keeps_data_centers()
    .run();
}

const FILE: &str = "TEST_FILE";

#[test]
fn file_worker() {
    let ordered =
        work_if_ordered(|| Encrypted::new(FilePersistence::new(env::var(FILE).unwrap()).unwrap(), [key()]).unwrap());
    assert_eq!(ordered, env::var(FILE).is_ok());
}

#[test]
fn encrypted_over_a_file_between_processes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let open = {
        let path = path.clone();
        move || Encrypted::new(FilePersistence::new(&path).unwrap(), [key()]).unwrap()
    };
    Processes::new(open, move || worker("file_worker", FILE, path.to_str().unwrap()))
        .frees_frozen(Duration::from_secs(5), Duration::from_secs(30))
        .run();
}
