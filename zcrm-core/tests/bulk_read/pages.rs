//! Several jobs as one iterator, and going on in another process.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use zcrm_core::config::ApiVersion;
use zcrm_core::resource::BulkCursor;
use zcrm_core::{Criteria, ErrorKind, RecordId};
use zcrm_emulator::{Fault, On};

use crate::support::{VERSIONS, another_client, jobs, start};

/// What was written down last.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    fn keep(&self) -> impl FnMut(&BulkCursor) -> io::Result<()> + Send + 'static {
        let kept = Arc::clone(&self.0);
        move |cursor| {
            kept.lock().unwrap().push(cursor.to_string());
            Ok(())
        }
    }

    fn all(&self) -> Vec<BulkCursor> {
        self.0.lock().unwrap().iter().map(|text| text.parse().unwrap()).collect()
    }

    fn last(&self) -> BulkCursor {
        self.all().pop().unwrap()
    }
}

#[test]
fn more_than_200_000_rows_are_two_jobs() {
    for version in ["v6", "v8"] {
        let (emulator, client) = start(version, 200_001);
        let read = client.module("Leads").bulk_read().fields(["Email_Opt_Out"]);
        let ids: BTreeSet<RecordId> = read.iter().map(|row| row.unwrap().id().unwrap()).collect();
        assert_eq!((ids.len(), jobs(&emulator)), (200_001, 2), "{version}");
        assert_eq!(emulator.counters().credits, 2 * (50 + 1 + 1) + 1, "{version}");
    }
}

#[test]
fn another_process_goes_on_at_every_row_and_starts_no_job_twice() {
    for version in VERSIONS {
        for stop in 0..=10 {
            let (emulator, client) = start(version, 10);
            emulator.behave(|behaviour| behaviour.bulk_page = 4);
            let read = client.module("Leads").bulk_read().fields(["Last_Name"]);
            let mut rows = read.iter();
            let mut ids: Vec<_> = rows.by_ref().take(stop).map(|row| row.unwrap().id().unwrap()).collect();
            let cursor: BulkCursor = rows.cursor().to_string().parse().unwrap();
            assert_eq!(cursor.rows(), stop as u64);
            drop((rows, read, client));

            let client = another_client(&emulator, version, "abc@xyz.com");
            let read = client.module("Leads").bulk_read().fields(["Last_Name"]).cursor(&cursor);
            let mut rows = read.iter();
            ids.extend(rows.by_ref().map(|row| row.unwrap().id().unwrap()));
            assert!(rows.cursor().is_complete());
            assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (10, 10), "{version} {stop}");
            assert_eq!(jobs(&emulator), 3, "{version} {stop}");
            let read = client.module("Leads").bulk_read().fields(["Last_Name"]).cursor(&rows.cursor());
            assert_eq!((read.iter().count(), jobs(&emulator)), (0, 3));
        }
    }
}

#[test]
fn what_is_written_down_around_each_start_survives_a_kill_at_any_moment() {
    let (emulator, client) = start("v8", 10);
    emulator.behave(|behaviour| behaviour.bulk_page = 4);
    let journal = Journal::default();
    let read = client.module("Leads").bulk_read().fields(["Last_Name"]);
    assert_eq!(read.iter().journal(journal.keep()).map(Result::unwrap).count(), 10);
    let all = journal.all();
    // Before and after each of three starts, and after each file.
    assert_eq!(all.len(), 9);
    for (index, cursor) in all.iter().enumerate() {
        emulator.reset_counters();
        let (left, page) = (10 - cursor.rows(), index / 3);
        let rows: Vec<_> = read.clone().cursor(cursor).iter().collect();
        if index % 3 == 0 {
            assert_eq!(rows.last().unwrap().as_ref().unwrap_err().kind(), ErrorKind::Unanswered, "{index}");
            assert_eq!(emulator.counters().total_calls(), 0, "nothing is sent before one is told to");
            let again = read.clone().cursor(cursor).start_again();
            assert_eq!(again.iter().map(Result::unwrap).count() as u64, left);
            assert_eq!(jobs(&emulator), 3 - page as u64);
        } else {
            assert_eq!(rows.into_iter().map(Result::unwrap).count() as u64, left, "{index}");
            assert_eq!(jobs(&emulator), 2 - page as u64, "{index}");
        }
    }
}

#[test]
fn a_lost_answer_in_the_middle_ends_it_and_is_never_repeated_blindly() {
    for version in VERSIONS {
        let (emulator, client) = start(version, 10);
        emulator.behave(|behaviour| behaviour.bulk_page = 4);
        emulator.fault(On::path("/crm/bulk/").method("POST").after(1).times(1), Fault::ResetAfterWork);
        let journal = Journal::default();
        let read = client.module("Leads").bulk_read().fields(["Last_Name"]);
        let mut rows = read.iter().journal(journal.keep());
        let kinds: Vec<_> = rows.by_ref().map(|row| row.map(drop).map_err(|error| error.kind())).collect();
        assert_eq!(kinds, [Ok(()), Ok(()), Ok(()), Ok(()), Err(ErrorKind::Unanswered)], "{version}");
        let cursor = journal.last();
        assert_eq!(cursor, rows.cursor());
        let error = read.clone().cursor(&cursor).iter().next().unwrap().unwrap_err();
        assert_eq!((error.kind(), jobs(&emulator)), (ErrorKind::Unanswered, 2), "{version}");
        let rest = read.clone().cursor(&cursor).start_again();
        assert_eq!((rest.iter().map(Result::unwrap).count(), jobs(&emulator)), (6, 4), "{version}");
    }
}

#[test]
fn a_job_that_failed_is_started_again_only_when_told() {
    let (emulator, client) = start("v8", 3);
    emulator.behave(|behaviour| behaviour.bulk_failure = Some("INTERNAL_SERVER_ERROR".to_owned()));
    let read = client.module("Leads").bulk_read().fields(["Last_Name"]);
    let mut rows = read.iter();
    assert_eq!(rows.next().unwrap().unwrap_err().kind(), ErrorKind::JobFailed);
    let cursor = rows.cursor();
    emulator.behave(|behaviour| behaviour.bulk_failure = None);
    let error = read.clone().cursor(&cursor).iter().next().unwrap().unwrap_err();
    assert_eq!((error.kind(), jobs(&emulator)), (ErrorKind::JobFailed, 1));
    let again = read.clone().cursor(&cursor).start_again();
    assert_eq!((again.iter().map(Result::unwrap).count(), jobs(&emulator)), (3, 2));
}

#[test]
fn nothing_is_started_that_cannot_be_written_down() {
    let (emulator, client) = start("v8", 3);
    let read = client.module("Leads").bulk_read().fields(["Last_Name"]);
    let mut rows = read.iter().journal(|_| Err(io::Error::other("no space left")));
    assert_eq!(rows.next().unwrap().unwrap_err().kind(), ErrorKind::Io);
    assert!(rows.next().is_none());
    assert_eq!(emulator.counters().total_calls(), 0);
}

#[test]
fn a_cursor_of_something_else_is_refused() {
    let (emulator, client) = start("v8", 10);
    emulator.behave(|behaviour| behaviour.bulk_page = 4);
    let read = client.module("Leads").bulk_read().fields(["Last_Name"]);
    let journal = Journal::default();
    let _ = read.iter().journal(journal.keep()).take(5).map(Result::unwrap).count();
    let between = journal.all().into_iter().find(|cursor| cursor.rows() == 4 && cursor.job().is_none()).unwrap();
    let kind = |read: zcrm_core::resource::BulkRead| read.iter().next().unwrap().unwrap_err().kind();
    let oslo = Criteria::equals("City", "Oslo");
    emulator.reset_counters();
    for other in [
        client.module("Leads").bulk_read(),
        client.module("Contacts").bulk_read().fields(["Last_Name"]),
        client.module("Leads").bulk_read().fields(["Last_Name"]).filter(&oslo),
        another_client(&emulator, "v6", "abc@xyz.com").module("Leads").bulk_read().fields(["Last_Name"]),
    ] {
        assert_eq!(kind(other.cursor(&between)), ErrorKind::CursorMismatch);
    }
    let other = another_client(&emulator, "v8", "b@example.com");
    let other = other.module("Leads").bulk_read().fields(["Last_Name"]);
    assert_eq!(kind(other.cursor(&between)), ErrorKind::CursorUser);
    let mut old: serde_json::Value = serde_json::from_str(&between.to_string()).unwrap();
    let given = old.pointer_mut("/step/start/token/given").unwrap();
    *given = (given.as_u64().unwrap() - 24 * 60 * 60).into();
    let old: BulkCursor = old.to_string().parse().unwrap();
    assert_eq!(kind(read.clone().cursor(&old)), ErrorKind::CursorExpired);
    assert_eq!(jobs(&emulator), 0);
    assert!("{}".parse::<BulkCursor>().is_err());
    assert!(!format!("{between:?}").contains(&token_of(&between)), "{between:?}");
}

fn token_of(cursor: &BulkCursor) -> String {
    let cursor: serde_json::Value = serde_json::from_str(&cursor.to_string()).unwrap();
    cursor.pointer("/step/start/token/token").unwrap().as_str().unwrap().to_owned()
}

#[test]
fn one_page_after_the_other_by_hand() {
    for version in VERSIONS {
        let (emulator, client) = start(version, 10);
        emulator.behave(|behaviour| behaviour.bulk_page = 4);
        let job = client.module("Leads").bulk_read().fields(["Last_Name"]).start().unwrap();
        let mut counts = Vec::new();
        let mut next = Some(job);
        while let Some(job) = next {
            assert_eq!(job.job().page() as usize, counts.len() + 1);
            let result = job.wait().unwrap();
            counts.push(result.rows().unwrap().map(Result::unwrap).count());
            next = result.next_page().map(|read| read.start().unwrap());
        }
        assert_eq!(counts, [4, 4, 2], "{version}");
    }
    let (emulator, client) = start("v6", 10);
    emulator.behave(|behaviour| behaviour.bulk_page = 4);
    assert_eq!(client.config().api_version(), ApiVersion::V6);
    assert_eq!(client.module("Leads").bulk_read().fields(["Last_Name"]).page(3).iter().map(Result::unwrap).count(), 2);
}
