//! Whole queries, read page by page from a small server that knows texts only.

use fastrand::Rng;

use crate::config::ApiVersion;
use crate::coql::{Merge, Paging, Part, Query, Select};
use crate::criteria::Criteria;

/// A record: its id, and which of the fields `F0`, `F1` ... are 1.
type Row = (u64, Vec<bool>);

/// Whether a row fits a text such as `(F0 = 1 and F3 = 1) or id > 5`; what follows the condition is left.
fn fits(words: &mut &[String], row: &Row) -> bool {
    let mut whole = operand(words, row);
    while let Some(word @ ("and" | "or")) = words.first().map(String::as_str) {
        let both = word == "and";
        *words = &words[1..];
        let right = operand(words, row);
        whole = if both { whole && right } else { whole || right };
    }
    whole
}

fn operand(words: &mut &[String], row: &Row) -> bool {
    if words[0] == "(" {
        *words = &words[1..];
        let inner = fits(words, row);
        assert_eq!(words[0], ")");
        *words = &words[1..];
        return inner;
    }
    let (left, right) = (&words[0], words[2].parse::<u64>().unwrap());
    let holds = match (left.as_str(), words[1].as_str()) {
        ("id", ">") => row.0 > right,
        ("id", "<") => row.0 < right,
        (field, "=") => u64::from(row.1[field[1..].parse::<usize>().unwrap()]) == right,
        other => panic!("not known here: {other:?}"),
    };
    *words = &words[3..];
    holds
}

fn answer(rows: &[Row], text: &str) -> Vec<u64> {
    let words: Vec<String> =
        text.replace('(', " ( ").replace(')', " ) ").split_whitespace().map(String::from).collect();
    let place = |word: &str| words.iter().position(|other| other == word);
    assert!(words.iter().filter(|word| matches!(word.as_str(), "=" | "<" | ">")).count() <= 25, "{text}");
    let condition = &words[place("where").unwrap() + 1..];
    let number = |word: &str| place(word).map(|place| words[place + 1].parse::<usize>().unwrap());
    let mut found: Vec<_> = rows.iter().filter(|row| fits(&mut &condition[..], row)).map(|row| row.0).collect();
    found.sort_unstable();
    if words[place("by").unwrap() + 2] == "desc" {
        found.reverse();
    }
    found.into_iter().skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(200)).collect()
}

fn read(part: &Part, rows: &[Row], page: u64) -> Vec<u64> {
    let mut ids: Vec<u64> = Vec::new();
    loop {
        let last = ids.last().map(u64::to_string);
        let found = answer(rows, &part.page(ids.len() as u64, last.as_deref(), page).unwrap());
        let more = found.len() as u64 == page;
        ids.extend(found);
        if !more {
            return ids;
        }
    }
}

fn read_all(paging: &Paging, rows: &[Row], page: u64) -> Vec<u64> {
    let parts =
        paging.parts().iter().map(|part| read(part, rows, page).into_iter().map(|id| Ok::<_, ()>(id.to_string())));
    let merged = Merge::new(parts, paging.direction(), |id: &String| Some(id.as_str()));
    let wanted = paging.limit().map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
    let skip = usize::try_from(paging.skip()).unwrap();
    merged.skip(skip).take(wanted).map(|id| id.unwrap().parse().unwrap()).collect()
}

fn tree(rng: &mut Rng, next: &mut usize, depth: usize) -> Criteria {
    if depth == 0 {
        *next += 1;
        return Criteria::equals(format!("F{}", *next - 1), u8::from(rng.bool()));
    }
    let parts: Vec<_> = (0..rng.usize(1..5)).map(|_| tree(rng, next, depth - 1)).collect();
    if rng.bool() { Criteria::all(parts).unwrap() } else { Criteria::any(parts).unwrap() }
}

#[test]
fn all_rows_come_once_whatever_the_criteria() {
    let (mut split, mut found) = (0, 0);
    for seed in 0..1_500 {
        let mut rng = Rng::with_seed(seed);
        let mut count = 0;
        let criteria = tree(&mut rng, &mut count, 3);
        let rows: Vec<Row> = (1..80).map(|id| (id * 7, (0..count).map(|_| rng.bool()).collect())).collect();

        let offset = rng.u64(..3) * 4;
        let mut select = Select::from("Leads").field("A").filter(criteria.clone()).offset(offset);
        let descending = rng.bool();
        if descending {
            select = select.order_by_desc("id");
        }
        let limit = rng.bool().then(|| rng.u64(2_001..3_000));
        if let Some(limit) = limit {
            select = select.limit(limit);
        }
        if count > 25 {
            assert!(select.query().is_err(), "seed {seed}");
            continue;
        }
        let paging = select.query().unwrap().paging(ApiVersion::V8).unwrap();
        split += usize::from(paging.parts().len() > 1);

        let words = criteria.to_string().replace('(', " ( ").replace(')', " ) ");
        let words: Vec<String> = words.split_whitespace().map(String::from).collect();
        let mut expected: Vec<_> = rows.iter().filter(|row| fits(&mut &words[..], row)).map(|row| row.0).collect();
        if descending {
            expected.reverse();
        }
        let expected: Vec<_> = expected.into_iter().skip(usize::try_from(offset).unwrap()).collect();
        found += usize::from(!expected.is_empty());
        assert_eq!(read_all(&paging, &rows, rng.u64(1..30)), expected, "seed {seed}");
    }
    assert!(split > 20 && found > 100, "{split} were split, {found} found something");
}

#[test]
fn a_page_that_shrinks_meanwhile_loses_nothing_by_id() {
    let query = Query::parse("select A from Leads where F0 = 1").unwrap();
    let paging = query.paging(ApiVersion::V8).unwrap();
    let mut rows: Vec<Row> = (1..=30).map(|id| (id, vec![true])).collect();
    let part = &paging.parts()[0];
    let first = answer(&rows, &part.page(0, None, 10).unwrap());
    rows.drain(..5);
    let second = answer(&rows, &part.page(10, Some(&first[9].to_string()), 10).unwrap());
    assert_eq!(second, (11..=20).collect::<Vec<_>>());
}
