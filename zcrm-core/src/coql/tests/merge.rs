use std::collections::BTreeSet;

use crate::coql::{Direction, Merge};

fn merged(parts: Vec<Vec<Result<u64, &'static str>>>, direction: Direction) -> Vec<Result<String, &'static str>> {
    let rows = parts.into_iter().map(|part| part.into_iter().map(|row| row.map(|id| id.to_string())));
    Merge::new(rows, direction, |row: &String| Some(row.as_str())).collect()
}

#[test]
fn each_row_comes_once_and_in_order() {
    for seed in 0..500 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let parts: Vec<BTreeSet<u64>> =
            (0..rng.usize(1..6)).map(|_| (0..rng.usize(..20)).map(|_| rng.u64(1..120)).collect()).collect();
        let union: BTreeSet<u64> = parts.iter().flatten().copied().collect();

        let ascending = parts.iter().map(|part| part.iter().copied().map(Ok).collect()).collect();
        let expected: Vec<_> = union.iter().map(|id| Ok(id.to_string())).collect();
        assert_eq!(merged(ascending, Direction::Ascending), expected, "seed {seed}");

        let descending = parts.iter().map(|part| part.iter().rev().copied().map(Ok).collect()).collect();
        let expected: Vec<_> = union.iter().rev().map(|id| Ok(id.to_string())).collect();
        assert_eq!(merged(descending, Direction::Descending), expected, "seed {seed}");
    }
}

#[test]
fn an_error_ends_everything() {
    let rows = merged(vec![vec![Ok(1), Ok(5)], vec![Ok(2), Err("lost"), Ok(3)]], Direction::Ascending);
    assert_eq!(rows, [Ok("1".to_owned()), Ok("2".to_owned()), Err("lost")]);
}

#[test]
fn rows_without_an_id_are_kept() {
    let parts = [vec!["", "7"], vec!["", "7"]].map(|part| part.into_iter().map(Ok::<_, ()>));
    let merge = Merge::new(parts, Direction::Ascending, |row: &&'static str| (!row.is_empty()).then_some(*row));
    let rows: Result<Vec<_>, ()> = merge.collect();
    assert_eq!(rows, Ok(vec!["", "", "7"]));
}
