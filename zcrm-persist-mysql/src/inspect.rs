//! Looking at the store for the doctor: nothing is made or changed, and all that is wrong is told.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mysql::prelude::Queryable;
use zcrm_core::UserIdentifier;
use zcrm_core::config::Config;
use zcrm_core::doctor::{Finding, State};
use zcrm_core::persistence::{Inspection, MIN_LOCK_LEASE, PersistenceError, PersistenceErrorKind, PersistenceHandler};

use crate::cluster;
use crate::columns::{Column, columns};
use crate::schema::{self, TABLE};
use crate::store::MysqlPersistence;

const CHECK: &str = "store";
/// How long a refresh lock that is held is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(2);
/// A server that takes longer makes programs slow.
const SLOW: Duration = Duration::from_secs(1);
/// Less than this is no difference of two clocks: their times were on the way.
const TOLERATED_SKEW: Duration = Duration::from_secs(60);

/// What a look at the store of the dictionary brings.
pub(crate) fn inspect(config: &Config) -> Inspection {
    let store = match MysqlPersistence::from_config(config) {
        Ok(store) => store,
        Err(error) => return Inspection::new(vec![error.to_finding(CHECK)], None),
    };
    let begun = Instant::now();
    let table = match look_at_table(&store) {
        Ok(table) => table,
        Err(error) => return Inspection::new(vec![without_table(&store, &error)], None),
    };
    let place = format!("MySQL at {}", store.connector().place());
    let mut findings = Vec::from_iter(slowness(&place, begun.elapsed()));
    let user = config.current_user_email();
    match (schema::check_columns(&table, store.connector().place(), store.database()), store.list_tokens()) {
        (Ok(()), Ok(rows)) => {
            let widest =
                narrowest(&table).map_or(String::new(), |width| format!(", each of at most {width} characters"));
            let count = rows.len();
            findings.push(Finding::ok(CHECK, format!("{place} holds the tokens of {count} users{widest}")));
            findings.extend(doubles(&store));
            let others = rows.iter().filter(|row| user.is_none_or(|user| user.as_str() != row.user));
            findings.extend(others.filter_map(|row| {
                let fault = row.fault.as_ref()?;
                let found = format!("{place}: the row of {:?}: {fault}", row.user);
                Some(Finding::warn(
                    CHECK,
                    found,
                    "delete the row, or let that user sign in again: zcrm login --browser, or --grant-token -",
                ))
            }));
        }
        (Err(error), _) => findings.push(widening(error, &table, store.database())),
        (_, Err(error)) => findings.push(error.to_finding(CHECK)),
    }
    findings.push(match schema::rehearse_writing(store.connector(), store.database()) {
        Ok(()) => Finding::ok(CHECK, format!("{place}: rows can be written")),
        Err(error) => error.to_finding(CHECK),
    });
    findings.extend(user.map(|user| lock(&store, user)));
    findings.extend(clock(&store));
    findings.extend(readers(&store));
    findings.extend(cluster::fault(store.connector()).map(|fault| {
        let (found, remedy) = fault.split_once("; ").unwrap_or((&fault, "let all programs use one node"));
        Finding::warn(CHECK, found, remedy)
    }));
    if store.shows_tokens_to_the_network() {
        let found = format!("{place}: tokens travel to another host in plain text");
        findings.push(Finding::warn("permissions", found, "set db_tls to true"));
    }
    Inspection::new(findings, Some(Box::new(store)))
}

/// The columns of the table; an error that says whether server, database, table or right is lacking.
fn look_at_table(store: &MysqlPersistence) -> Result<Vec<Column>, PersistenceError> {
    let table = store.table();
    store.connector().once(|connection| Ok(connection.query_drop(format!("SELECT 1 FROM {table} LIMIT 0"))?))?;
    store.connector().once(|connection| Ok(columns(connection, store.database(), TABLE)?))
}

/// How many characters a token may have.
fn narrowest(table: &[Column]) -> Option<u64> {
    table.iter().filter(|column| column.name.ends_with("token")).filter_map(|column| column.characters).min()
}

/// Why the table cannot be looked at. One that is absent is made by the next sign-in, where this account may.
fn without_table(store: &MysqlPersistence, error: &PersistenceError) -> Finding {
    let mut finding = error.to_finding(CHECK);
    if error.kind() == PersistenceErrorKind::Setup {
        let database = store.database();
        let exists = store.connector().once(|connection| {
            let sql = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = ?";
            Ok(connection.exec_first::<u64, _, _>(sql, (database,))?)
        });
        if matches!(exists, Ok(Some(0))) {
            finding.found.push_str(&format!(" (nor does the database {database})"));
        }
        finding.remedy = Some(format!(
            "sign in, which makes it where this account may (zcrm login --browser, or --grant-token -), else let an \
             administrator run schema.sql; or correct db_name, which is {database}"
        ));
    }
    finding
}

/// A server that keeps every program waiting.
fn slowness(place: &str, took: Duration) -> Option<Finding> {
    (took > SLOW).then(|| {
        let found = format!("{place}: it took {} ms to connect twice and answer two statements", took.as_millis());
        Finding::warn(CHECK, found, "see what keeps the server busy, and the network on the way there")
    })
}

/// Users of whom a table without a key has several rows, of which the one that ends last is used.
fn doubles(store: &MysqlPersistence) -> Vec<Finding> {
    let table = store.table();
    let sql = format!(
        "SELECT CONVERT(useridentifier USING utf8mb4), COUNT(*) FROM {table} \
         GROUP BY CAST(CONVERT(useridentifier USING utf8mb4) AS BINARY) HAVING COUNT(*) > 1"
    );
    let several: Vec<(String, u64)> =
        store.connector().once(|connection| Ok(connection.query(&sql)?)).unwrap_or_default();
    let told = several.into_iter().map(|(user, count)| {
        let found = format!("{user} has {count} rows in {table}, of which the one that ends last is used");
        let remedy = "delete the others, and make useridentifier the table's primary key, as schema.sql has it";
        Finding::warn(CHECK, found, remedy)
    });
    told.collect()
}

/// A table of another shape, with the statement that corrects it.
fn widening(error: PersistenceError, table: &[Column], database: &str) -> Finding {
    let mut finding = error.to_finding(CHECK);
    let message = error.to_string();
    finding.found = message.replace("; ", ", ");
    let changes = schema::corrections(table).join(", ");
    finding.remedy = Some(format!("run as an administrator: ALTER TABLE `{database}`.`{TABLE}` {changes}"));
    finding
}

fn lock(store: &MysqlPersistence, user: &UserIdentifier) -> Finding {
    match store.lock_refresh(user, LOCK_WAIT, MIN_LOCK_LEASE) {
        Ok(_lock) => Finding::ok(CHECK, "the refresh lock can be taken"),
        Err(error) => {
            let mut finding = error.to_finding(CHECK);
            if error.kind() == PersistenceErrorKind::LockTimeout {
                finding.state = State::Warn;
            }
            finding
        }
    }
}

/// The server's clock against this machine's.
fn clock(store: &MysqlPersistence) -> Option<Finding> {
    let told: Option<f64> = store
        .connector()
        .once(|connection| Ok(connection.query_first("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) AS DOUBLE)")?))
        .ok()?;
    let there = Duration::try_from_secs_f64(told?).ok()?;
    let here = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let skew = here.abs_diff(there);
    if skew < TOLERATED_SKEW {
        return Some(Finding::ok("database clock", "the database's clock agrees with this machine's"));
    }
    let direction = if there > here { "ahead of" } else { "behind" };
    let found = format!("the database's clock is {} s {direction} this machine's", skew.as_secs());
    Some(Finding::warn("database clock", found, "set both clocks by NTP (timedatectl set-ntp true)"))
}

/// Accounts of the server that anybody can use, and that may read the table, as far as this account may know.
fn readers(store: &MysqlPersistence) -> Option<Finding> {
    let database = store.database();
    let grantees: Vec<String> = store
        .connector()
        .once(|connection| {
            Ok(connection.exec(
                "SELECT DISTINCT grantee FROM (\
                   SELECT grantee FROM information_schema.user_privileges WHERE privilege_type = 'SELECT' \
                   UNION SELECT grantee FROM information_schema.schema_privileges \
                     WHERE privilege_type = 'SELECT' AND table_schema = ? \
                   UNION SELECT grantee FROM information_schema.table_privileges \
                     WHERE privilege_type = 'SELECT' AND table_schema = ? AND table_name = ?) AS readers \
                 WHERE grantee LIKE '\\'\\'@%' OR grantee LIKE '%@\\'\\%\\''",
                (database, database, TABLE),
            )?)
        })
        .ok()?;
    let own: Option<String> =
        store.connector().once(|connection| Ok(connection.query_first("SELECT CURRENT_USER()")?)).ok()?;
    let plain = |name: &String| name.replace('\'', "");
    let others: Vec<String> = grantees.iter().map(plain).filter(|name| own.as_ref() != Some(name)).collect();
    (!others.is_empty()).then(|| {
        let found = format!("accounts that any host may use can read the tokens: {}", others.join(", "));
        Finding::warn("permissions", found, "revoke SELECT on the table from them, or bind them to a host")
    })
}
