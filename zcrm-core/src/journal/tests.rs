#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;

use super::{Journal, Known, RowFate, RowOutcome, RowSet};
use crate::error::{ErrorKind, Result};

const SUBJECT: [(&str, &str); 2] = [("input", "abc"), ("module", "Leads")];

fn done(row: u64) -> RowOutcome {
    RowOutcome::new(row, RowFate::Created)
}

#[test]
fn a_later_run_knows_what_is_done_what_is_not_and_what_is_unanswered() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let journal = Journal::open(&path, SUBJECT)?;
    assert!(!journal.is_resumed() && journal.is_empty());
    let first = journal.sending(RowSet::from_iter([1, 2, 4]), &"now")?;
    journal.outcomes(first, &[done(1), RowOutcome::because(4, RowFate::NotSent, "spent\ncredits")])?;
    let again = journal.sending(RowSet::from_iter([4, 5]), &())?;
    journal.note(again, &"a job")?;
    assert_eq!(Journal::open(&path, SUBJECT).unwrap_err().kind(), ErrorKind::Journal, "it is held");
    drop(journal);

    let journal = Journal::open(&path, SUBJECT)?;
    assert!(journal.is_resumed() && journal.finished().is_none());
    let known = [1, 2, 3, 4].map(|row| journal.known(row).unwrap());
    assert_eq!(known, [Known::Done(done(1)), Known::Unanswered(first), Known::NotSent, Known::Unanswered(again)]);
    let unanswered = journal.unanswered()?;
    let rows: Vec<Vec<u64>> = unanswered.iter().map(|call| call.rows.iter().collect()).collect();
    assert_eq!(rows, [vec![2], vec![4, 5]]);
    assert_eq!((&unanswered[0].context, &unanswered[1].note), (&"now".into(), &Some("a job".into())));

    // What is found out later counts.
    journal.outcomes(first, &[done(2)])?;
    assert_eq!(journal.known(2)?, Known::Done(done(2)));
    let mut seen = Vec::new();
    journal.each_outcome(|outcome| seen.push(outcome.row))?;
    assert_eq!(seen, [1, 2]);
    journal.finish("all=2")?;
    drop(journal);
    let journal = Journal::open(&path, SUBJECT)?;
    assert_eq!(journal.finished().as_deref(), Some("all=2"));
    journal.remove()?;
    assert!(!path.exists());
    Ok(())
}

#[test]
fn a_torn_last_line_is_dropped_and_other_damage_is_not() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let journal = Journal::open(&path, SUBJECT)?;
    let call = journal.sending(RowSet::from_iter(1..=3), &())?;
    journal.outcomes(call, &[done(1), done(2), done(3)])?;
    drop(journal);
    let whole = fs::read(&path).unwrap();
    let ends: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] == b'\n').map(|at| at + 1).collect();
    for cut in 0..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let journal = Journal::open(&path, SUBJECT)?;
        let known = journal.known(2)?;
        match ends.iter().filter(|end| **end <= cut).count() {
            3 => assert_eq!(known, Known::Done(done(2)), "{cut}"),
            2 => assert_eq!(known, Known::Unanswered(call), "{cut}"),
            _ => assert_eq!(known, Known::NotSent, "{cut}"),
        }
        // It goes on behind the last whole line.
        let call = journal.sending(RowSet::from_iter([9]), &())?;
        drop(journal);
        assert_eq!(Journal::open(&path, SUBJECT)?.known(9)?, Known::Unanswered(call), "{cut}");
    }
    let mut zeros = whole.clone();
    zeros.extend([0; 64]);
    fs::write(&path, &zeros).unwrap();
    assert_eq!(Journal::open(&path, SUBJECT)?.known(3)?, Known::Done(done(3)), "as some file systems leave it");

    let mut damaged = whole;
    damaged[ends[0] + 5] = b'\n';
    fs::write(&path, &damaged).unwrap();
    let error = Journal::open(&path, SUBJECT).unwrap_err();
    assert!(error.kind() == ErrorKind::Journal && error.to_string().contains("damaged in line 2"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), damaged, "nothing is lost");
    Ok(())
}

#[test]
fn a_journal_of_other_work_says_what_differs() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    drop(Journal::open(&path, SUBJECT)?);
    let error = Journal::open(&path, [("input", "def"), ("module", "Leads")]).unwrap_err();
    assert!(error.kind() == ErrorKind::Journal && error.to_string().contains("input (abc there, def now)"), "{error}");
    assert!(!error.to_string().contains("module"), "{error}");
    let journal = Journal::begin_anew(&path, [("input", "def"), ("module", "Leads")])?;
    assert!(journal.is_empty() && !journal.is_resumed());
    Ok(())
}

#[test]
fn lines_that_had_not_reached_the_disk_may_be_torn() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let journal = Journal::open(&path, SUBJECT)?;
    let first = journal.sending(RowSet::from_iter(1..=3), &())?;
    let synced = fs::read(&path).unwrap().len();
    journal.note_outcomes(first, &[done(1), done(2), done(3)])?;
    journal.note_sending(RowSet::from_iter(4..=6), &())?;
    let mut torn = fs::read(&path).unwrap();
    journal.sync()?;
    let third = journal.note_sending(RowSet::from_iter(7..=9), &())?;
    journal.note_outcomes(third, &[done(7)])?;
    drop(journal);
    let mut damaged = fs::read(&path).unwrap();

    // A page that was never written, with one behind it that was.
    torn[synced + 2..synced + 20].fill(0);
    fs::write(&path, &torn).unwrap();
    let journal = Journal::open(&path, SUBJECT)?;
    assert_eq!([journal.known(3)?, journal.known(4)?], [Known::Unanswered(first), Known::NotSent]);
    drop(journal);
    assert_eq!(fs::read(&path).unwrap().len(), synced);

    // What a later line says had reached the disk is not torn.
    damaged[synced + 2..synced + 20].fill(0);
    fs::write(&path, &damaged).unwrap();
    let error = Journal::open(&path, SUBJECT).unwrap_err();
    assert!(error.to_string().contains("damaged in line 3"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), damaged, "nothing is lost");
    Ok(())
}

#[test]
fn a_file_that_is_no_journal_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.csv");
    for content in ["Last_Name\nBo\nCy\n", "a line without an end", "{\"begin\":{}}\n", "[0,{\"begun\":1}]\n"] {
        fs::write(&path, content).unwrap();
        for opened in [Journal::open(&path, SUBJECT), Journal::begin_anew(&path, SUBJECT)] {
            let error = opened.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Journal, "{content}");
            assert!(error.to_string().contains("customers.csv is there already and is no journal"), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }
    let device = std::path::Path::new(if cfg!(windows) { "NUL" } else { "/dev/null" });
    for path in [folder.path(), device] {
        assert_eq!(Journal::open(path, SUBJECT).unwrap_err().kind(), ErrorKind::Journal, "{path:?}");
    }
}

#[test]
fn a_row_belongs_to_the_last_call_that_had_it() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let journal = Journal::open(&path, SUBJECT)?;
    let mut last = std::collections::BTreeMap::new();
    let calls: [&[u64]; 6] = [&[1, 2, 3, 4, 5, 6, 7], &[3, 4], &[1], &[7, 8, 9], &[2, 3, 8], &[5, 6, 20]];
    for rows in calls {
        let call = journal.sending(rows.iter().copied().collect(), &())?;
        last.extend(rows.iter().map(|row| (*row, Known::Unanswered(call))));
    }
    for _ in 0..2 {
        for row in 0..=21 {
            assert_eq!(journal.known(row)?, last.get(&row).cloned().unwrap_or(Known::NotSent), "row {row}");
        }
    }
    let rows = journal.unanswered()?.into_iter().map(|call| call.rows.len()).sum::<u64>();
    assert_eq!(rows, 10);
    Ok(())
}
