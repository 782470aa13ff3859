#![allow(clippy::unwrap_used)]

use super::*;

type Rows = Vec<(Vec<String>, Option<Fault>)>;

fn scan(text: &str, expected: usize) -> Rows {
    let mut scanner = Scanner::new(text.as_bytes());
    scanner.expect(expected);
    let rows = std::iter::from_fn(|| scanner.next_row().unwrap());
    rows.map(|row| (row.cells.into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect(), row.fault)).collect()
}

fn good(cells: &[&str]) -> (Vec<String>, Option<Fault>) {
    (cells.iter().map(|cell| (*cell).to_owned()).collect(), None)
}

fn bad(cells: &[&str], fault: Fault) -> (Vec<String>, Option<Fault>) {
    (good(cells).0, Some(fault))
}

#[test]
fn what_the_rfc_allows() {
    for (text, rows) in [
        ("a,b\r\nc,d\r\n", vec![good(&["a", "b"]), good(&["c", "d"])]),
        ("a,b\nc,d", vec![good(&["a", "b"]), good(&["c", "d"])]),
        ("a,b\rc,d\r", vec![good(&["a", "b"]), good(&["c", "d"])]),
        ("\"a\"\"b\",\"c,\r\nd\"\n", vec![good(&["a\"b", "c,\r\nd"])]),
        ("\"\"\"\",\"\"\n", vec![good(&["\"", ""])]),
        (",\n", vec![good(&["", ""])]),
        ("a,\"b\"", vec![good(&["a", "b"])]),
        ("a,", vec![good(&["a", ""])]),
        ("\na, b \n", vec![good(&[""]), good(&["a", " b "])]),
        ("", vec![]),
    ] {
        assert_eq!(scan(text, 2), rows, "{text:?}");
    }
}

#[test]
fn a_malformed_row_is_told_apart_and_the_next_ones_survive() {
    let last = good(&["y", "z"]);
    for (line, row) in [
        ("a,5\" pipe", bad(&["a", "5\" pipe"], Fault::QuoteInPlain { cell: 1 })),
        ("a\",\"b", bad(&["a\"", "\"b"], Fault::QuoteInPlain { cell: 0 })),
        ("a, \"b\"", bad(&["a", " \"b\""], Fault::QuoteInPlain { cell: 1 })),
        ("\"a\" ,b", bad(&["\"a\" ", "b"], Fault::AfterClosing { cell: 0, backslash: false })),
        (
            "\"na, \\\"who?\\\" x\",b",
            bad(&["\"na, \\\"who?\\\" x\"", "b"], Fault::AfterClosing { cell: 0, backslash: true }),
        ),
        ("a,\"5 pipe", bad(&["a", "\"5 pipe"], Fault::NeverClosed { cell: 1 })),
    ] {
        assert_eq!(scan(&format!("{line}\ny,z\n"), 2), [row, last.clone()], "{line}");
    }
}

#[test]
fn a_mark_that_is_never_closed_costs_its_row_alone_where_rows_follow() {
    let never = |cells: &[&str]| bad(cells, Fault::NeverClosed { cell: 1 });
    assert_eq!(scan("a,\"b\nc,d\ne,f\n", 2), [never(&["a", "\"b"]), good(&["c", "d"]), good(&["e", "f"])]);
    assert_eq!(scan("a,\"b\r\nc,d\r\n\r\n", 2), [never(&["a", "\"b"]), good(&["c", "d"]), good(&[""])]);
    assert_eq!(scan("a,\"b\nc,\"d\"\n", 2), [never(&["a", "\"b"]), good(&["c", "d"])]);
    assert_eq!(scan("a,\"b\nc,d\n\"e\",f", 2), [never(&["a", "\"b"]), good(&["c", "d"]), good(&["e", "f"])]);
    // What is said in a text of several lines is no row.
    let after = Fault::AfterClosing { cell: 1, backslash: false };
    assert_eq!(scan("a,\"b\nc: \"d\" e\"\n", 2), [bad(&["a", "\"b\nc: \"d\" e\""], after)]);
    // A text that was cut off is no row, though one of its lines looks like one.
    assert_eq!(scan("a,\"b\nc, d\nand more", 2), [never(&["a", "\"b\nc, d\nand more"])]);
    assert_eq!(scan("\"b\nc\nd", 1), [bad(&["\"b\nc\nd"], Fault::NeverClosed { cell: 0 })]);
    assert_eq!(scan("a,\"b", 2), [never(&["a", "\"b"])]);
}

#[test]
fn no_row_is_kept_beyond_the_longest() {
    let much = "x".repeat(3 * LONGEST_ROW);
    for text in
        [format!("a,\"{much}\"\ny,z\n"), format!("a,{much}\r\ny,z\n"), format!("a,\"{much},\n\"\"\n\",b\ny,z\n")]
    {
        let rows = scan(&text, 2);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows.first().unwrap().1, Some(Fault::TooLong { cell: 1 }));
        assert!(rows.first().unwrap().0.concat().len() <= LONGEST_ROW + 2);
        assert_eq!(rows.last().unwrap(), &good(&["y", "z"]));
    }
    // An opening mark before a long file costs its row, not the file.
    let lines = "y,z\n".repeat(LONGEST_ROW);
    let rows = scan(&format!("a,\"b\n{lines}"), 2);
    assert_eq!(rows.len(), LONGEST_ROW + 1);
    assert_eq!(rows.iter().filter(|row| row.1.is_some()).count(), 1);
}

#[test]
fn what_a_csv_writer_writes_is_read_as_it_was() {
    let pieces = ["a", "\"", ",", ";", "\r", "\n", "\r\n", "\\", " ", "é", "\t", ""];
    for seed in 0..500 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut cell =
            || (0..random.usize(..6)).map(|_| pieces.get(random.usize(..pieces.len())).unwrap()).copied().collect();
        let written: Vec<Vec<String>> = (0..5).map(|_| (0..3).map(|_| cell()).collect()).collect();
        let mut file = csv::Writer::from_writer(Vec::new());
        written.iter().for_each(|row| file.write_record(row).unwrap());
        let text = String::from_utf8(file.into_inner().unwrap()).unwrap();
        let read = scan(&text, 3);
        assert!(read.iter().all(|(_, fault)| fault.is_none()), "seed {seed}: {text:?}");
        assert_eq!(read.into_iter().map(|(cells, _)| cells).collect::<Vec<_>>(), written, "seed {seed}: {text:?}");
    }
}
