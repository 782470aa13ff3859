//! What a job did, row by row: a CSV file with the first three columns, `STATUS`, `RECORD_ID` and `ERRORS`.

use std::collections::HashMap;
use std::io::Read;

use csv::{ByteRecord, StringRecord};
use serde_json::{Value, json};

use super::join::{Join, Keys, mark_of_first};
use crate::entity::{Json, RecordId};
use crate::error::{ApiError, Error, ErrorKind, Result};
use crate::rest::{Outcome, Saved};

/// What Zoho says of one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    status: Status,
    id: Option<Box<str>>,
    errors: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Status {
    Added,
    Updated,
    Skipped,
    Unprocessed,
    Other(Box<str>),
}

impl Status {
    fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "added" | "created" | "inserted" => Self::Added,
            "updated" => Self::Updated,
            "skipped" => Self::Skipped,
            "unprocessed" => Self::Unprocessed,
            _ => Self::Other(word.into()),
        }
    }
}

/// Each row that was sent, with what its line says.
pub(super) type Lines = Vec<(u32, Option<Told>)>;

/// Reads a result, and joins its lines with the rows that were sent, whose first columns are these. Besides, how many
/// lines are about no row.
pub(super) fn read(file: impl Read, columns: &[String], keys: Keys) -> Result<(Lines, usize)> {
    let unreadable = |cause: csv::Error| damaged("its CSV file cannot be read").with_source(cause);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let heading = Heading::of(reader.headers().map_err(unreadable)?, columns)?;
    let mut join = Join::new(keys);
    let mut bytes = ByteRecord::new();
    while reader.read_byte_record(&mut bytes).map_err(unreadable)? {
        let line = StringRecord::from_byte_record_lossy(bytes.clone());
        let cell = |place: usize| line.get(place).unwrap_or_default();
        let cells: Vec<&str> = heading.columns.iter().map(|place| cell(*place)).collect();
        let text = |place: Option<usize>| place.map(cell).unwrap_or_default().trim();
        let id = Some(text(heading.id)).filter(|id| !id.is_empty() && !id.eq_ignore_ascii_case("null"));
        let told = Told {
            status: Status::of(cell(heading.status).trim()),
            id: id.map(Into::into),
            errors: Some(text(heading.errors)).filter(|errors| !errors.is_empty()).map(Into::into),
        };
        join.add(&cells, told);
    }
    Ok(join.finish())
}

/// What Zoho did not write of the rows that rows list.
pub(super) struct Fault {
    /// The row that lists it, where it could be told.
    pub(super) row: Option<u32>,
    pub(super) told: Value,
}

/// Reads the result of the rows that rows list: those that were not written. Their first column names their parent.
pub(super) fn faults(file: impl Read, module: &str, parent: &str, parents: &HashMap<u64, u32>) -> Result<Vec<Fault>> {
    let unreadable = |cause: csv::Error| damaged("its CSV file cannot be read").with_source(cause);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let heading = Heading::of(reader.headers().map_err(unreadable)?, &[parent.to_owned()])?;
    let mut faults = Vec::new();
    for line in reader.into_byte_records() {
        let line = StringRecord::from_byte_record_lossy(line.map_err(unreadable)?);
        let text = |place: Option<usize>| place.and_then(|place| line.get(place)).unwrap_or_default().trim();
        let status = text(Some(heading.status)).to_ascii_lowercase();
        if !matches!(status.as_str(), "added" | "updated") {
            let key = text(heading.columns.first().copied());
            let told = json!({ "module": module, "status": status, "errors": text(heading.errors) });
            faults.push(Fault { row: parents.get(&mark_of_first(key)).copied(), told });
        }
    }
    Ok(faults)
}

/// Where a result has what.
struct Heading {
    columns: Vec<usize>,
    status: usize,
    id: Option<usize>,
    errors: Option<usize>,
}

impl Heading {
    fn of(names: &StringRecord, columns: &[String]) -> Result<Self> {
        let plain = |name: &str| name.trim_start_matches('\u{feff}').trim().replace(' ', "_").to_ascii_lowercase();
        let names: Vec<String> = names.iter().map(plain).collect();
        // The last ones: a column of the module may have such a name as well.
        let last = |wanted: &[&str]| names.iter().rposition(|name| wanted.contains(&name.as_str()));
        let status = last(&["status"]).ok_or_else(|| damaged("it has no column STATUS"))?;
        let (id, errors) = (last(&["record_id"]), last(&["errors", "error"]));
        let taken = [Some(status), id, errors];
        let mut free: Vec<usize> = (0..names.len()).filter(|place| !taken.contains(&Some(*place))).collect();
        let found: Vec<Option<usize>> = columns
            .iter()
            .map(|column| {
                let column = plain(column);
                let at = free.iter().position(|place| names.get(*place) == Some(&column))?;
                Some(free.remove(at))
            })
            .collect();
        // A column that goes by another name is the one that is left.
        let mut left = free.into_iter();
        let places: Vec<usize> = found.into_iter().filter_map(|place| place.or_else(|| left.next())).collect();
        if places.len() < columns.len() {
            return Err(damaged("it lacks columns by which rows are recognized"));
        }
        Ok(Self { columns: places, status, id, errors })
    }
}

impl Told {
    /// The outcome of the row; `below` is what was not written of the rows that it lists.
    pub(super) fn outcome(self, below: Option<Vec<Value>>) -> Outcome {
        let details = below.map(|below| Json::from(json!({ "not_written": below }))).unwrap_or_default();
        let id = self.id.as_deref().map(RecordId::from);
        let open = |message: String| {
            Outcome::Unanswered(Error::new(ErrorKind::InvalidResponse, message).with_outcome_unknown(true))
        };
        match (self.status, id, self.errors) {
            (Status::Added, Some(id), _) => Outcome::Created(Saved::bare(id, details)),
            (Status::Updated, Some(id), _) => Outcome::Updated(Saved::bare(id, details)),
            (Status::Added | Status::Updated, None, _) => open("Zoho reports success without an id".to_owned()),
            (_, _, Some(text)) => Outcome::Rejected(rejected(errors(&text))),
            (Status::Skipped, _, None) => Outcome::Rejected(rejected(ApiError::new(
                "SKIPPED",
                "Zoho skipped the row and gives no reason; most likely it was there already, or is there no more",
                json!({ "id": self.id }),
            ))),
            (Status::Unprocessed, _, None) => Outcome::NotSent(Error::new(
                ErrorKind::InvalidRequest,
                "Zoho did not process the row, and says not why",
            )),
            (Status::Other(word), _, None) => {
                open(format!("Zoho's word for the row is {word:?}, which says not what became of it"))
            }
        }
    }
}

fn rejected(api: ApiError) -> Error {
    Error::new(ErrorKind::InvalidRequest, "Zoho rejected the row").with_api(api)
}

/// Reads `CODE-column`, of which several are separated by colons; a code may have several columns.
fn errors(text: &str) -> ApiError {
    let one = |part: &str| {
        let (code, columns) = part.split_once('-').unwrap_or((part, ""));
        let columns: Vec<&str> = columns.split(',').map(str::trim).filter(|column| !column.is_empty()).collect();
        let details = match columns.as_slice() {
            [] => json!({}),
            [column] => json!({ "api_name": column }),
            [first, ..] => json!({ "api_name": first, "api_names": columns }),
        };
        (code.trim().to_owned(), columns.join(", "), details)
    };
    let parts: Vec<_> = text.split(':').map(str::trim).filter(|part| !part.is_empty()).map(one).collect();
    match parts.as_slice() {
        [(code, columns, details)] => ApiError::new(code.clone(), columns.clone(), details.clone()),
        _ => {
            let error = |(code, message, details): &(String, String, Value)| json!({ "code": code, "message": message, "details": details });
            let within: Vec<_> = parts.iter().map(error).collect();
            ApiError::new("MULTIPLE_OR_MULTI_ERRORS", text, json!({ "errors": within }))
        }
    }
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the result of the bulk write job is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(csv: &str, columns: &[&str], rows: &[&[&str]]) -> Vec<String> {
        let mut keys = Keys::default();
        for (row, cells) in (0..).zip(rows) {
            keys.add(row, &cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        }
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        let (told, _) = read(csv.as_bytes(), &columns, keys).unwrap();
        let short = |told: Option<Told>| match told.map(|told| told.outcome(None)) {
            None => "none".to_owned(),
            Some(Outcome::Created(saved)) => format!("created {}", saved.id),
            Some(Outcome::Updated(saved)) => format!("updated {}", saved.id),
            Some(Outcome::Rejected(error)) => {
                let api = error.api().unwrap();
                format!("rejected {} {}", api.code, api.field().as_deref().unwrap_or("-"))
            }
            Some(Outcome::NotSent(_)) => "not sent".to_owned(),
            Some(_) => "unanswered".to_owned(),
        };
        told.into_iter().map(|(_, told)| short(told)).collect()
    }

    #[test]
    fn lines_become_outcomes_whatever_the_order_of_rows_and_columns() {
        let csv = "\u{feff}City,Email,STATUS,RECORD_ID,ERRORS\n\
                   Oslo,b@x.com,updated,2,\n\
                   \"Ber,gen\",a@x.com,Added,1,\n\
                   X,c@x.com,skipped,,MANDATORY_NOT_FOUND-Last_Name\n\
                   X,d@x.com,skipped,,\"INVALID_DATA-Phone,City:DUPLICATE_DATA-Email\"\n\
                   X,e@x.com,skipped,9,\n\
                   X,f@x.com,unprocessed,,\n\
                   X,g@x.com,added,,\n";
        let rows: &[&[&str]] = &[
            &["a@x.com", "Ber,gen"],
            &["b@x.com", "Oslo"],
            &["c@x.com", "X"],
            &["d@x.com", "X"],
            &["e@x.com", "X"],
            &["f@x.com", "X"],
            &["g@x.com", "X"],
            &["h@x.com", "X"],
        ];
        let expected = [
            "created 1",
            "updated 2",
            "rejected MANDATORY_NOT_FOUND Last_Name",
            "rejected MULTIPLE_OR_MULTI_ERRORS Phone",
            "rejected SKIPPED -",
            "not sent",
            "unanswered",
            "none",
        ];
        assert_eq!(told(csv, &["Email", "City"], rows), expected);
    }

    #[test]
    fn a_column_under_another_name_is_the_one_that_is_left() {
        let csv = "E-mail,STATUS,RECORD_ID,ERRORS\na@x.com,added,1,\n";
        assert_eq!(told(csv, &["Email"], &[&["a@x.com"]]), ["created 1"]);
        let columns = ["Email".to_owned(), "City".to_owned()];
        assert!(read(csv.as_bytes(), &columns, Keys::default()).is_err());
        assert!(read(&b"Email\na"[..], &columns[..1], Keys::default()).is_err());
    }
}
