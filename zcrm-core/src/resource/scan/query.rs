//! Ranges of ids, read by COQL.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use super::columns::{Columns, MODIFIED};
use super::estimate::{page_rows, ranks};
use super::join::joined;
use super::listed::Listed;
use super::range::{Cut, Division, Edge, Page, Place, Range, Ranges, Share, Source};
use super::spec::Spec;
use crate::config::ApiVersion;
use crate::coql::{Aggregate, Limits, Select, compare_ids};
use crate::criteria::{COQL_CONDITIONS, Criteria, Literal};
use crate::entity::{Json, Members, RecordId};
use crate::error::{Error, ErrorKind, Result};
use crate::resource::query::{DATA, reading, request};
use crate::resource::row::{Raw, id_of};
use crate::rest::{Key, Page as Found, Request, Session};

/// Reads ranges of ids.
#[derive(Debug)]
pub(super) struct Queries {
    session: Session,
    pub(super) spec: Spec,
    pub(super) columns: Columns,
    pub(super) limits: Limits,
    pieces: Pieces,
    /// There is room for both ends of a range, so that several workers can share the rows.
    divisible: bool,
    rows: Option<u64>,
    /// What was read of each piece and not given yet, where there are several.
    ahead: Mutex<Vec<Ahead>>,
    /// Where the last page that was read by offset began.
    pub(super) offset: AtomicU64,
}

/// The criteria, as they are sent.
#[derive(Debug)]
enum Pieces {
    /// One query, or several that together have all records.
    ById(Vec<Option<Criteria>>),
    /// There is no room for `id > last`.
    ByOffset(Criteria),
}

#[derive(Debug, Default)]
struct Ahead {
    rows: VecDeque<(String, Raw)>,
    last: Option<String>,
    over: bool,
    pages: usize,
}

impl Queries {
    pub(super) fn new(session: &Session, spec: &Spec, columns: &Columns, rows: Option<u64>) -> Result<Self> {
        let version = session.version();
        let room = if columns.parts.len() > 1 { 2 } else { 1 };
        let pieces = Pieces::of(spec, version, room)?;
        let ahead = match &pieces {
            Pieces::ById(pieces) if pieces.len() > 1 => pieces.iter().map(|_| Ahead::default()).collect(),
            _ => Vec::new(),
        };
        let divisible = match &pieces {
            Pieces::ById(pieces) => match pieces.as_slice() {
                [piece] => piece.as_ref().map_or(0, Criteria::conditions).saturating_add(2) <= COQL_CONDITIONS,
                _ => false,
            },
            Pieces::ByOffset(_) => false,
        };
        Ok(Self {
            session: session.clone(),
            spec: spec.clone(),
            columns: columns.clone(),
            limits: Limits::of(version),
            pieces,
            divisible,
            rows,
            ahead: Mutex::new(ahead),
            offset: AtomicU64::default(),
        })
    }

    /// Whether COQL can say which records are meant, and reach as many.
    pub(super) fn check(spec: &Spec, version: ApiVersion, rows: Option<u64>) -> Result<()> {
        let reach = Limits::of(version).reach;
        match Pieces::of(spec, version, 1)? {
            Pieces::ById(pieces) => pieces.iter().flatten().try_for_each(|piece| piece.coql_text(version).map(drop)),
            Pieces::ByOffset(criteria) if rows.is_some_and(|rows| rows > reach) => Err(out_of_reach(&criteria, reach)),
            Pieces::ByOffset(criteria) => criteria.coql_text(version).map(drop),
        }
    }

    /// The request that counts; none where several queries would have to.
    pub(super) fn count(session: &Session, spec: &Spec) -> Option<Request<Option<u64>>> {
        let version = session.version();
        let criteria = match Pieces::of(spec, version, 0).ok()? {
            Pieces::ByOffset(criteria) => Some(criteria),
            Pieces::ById(mut pieces) if pieces.len() == 1 => pieces.pop()?,
            Pieces::ById(_) => return None,
        };
        let select = selected(spec, criteria).aggregate(Aggregate::Count, "id");
        let text = select.query().and_then(|query| query.text(version));
        Some(reading(request(session, text, 1, false), |response| {
            let found = response.found::<Members>(Key::from(DATA))?;
            let count = found.rows.first().and_then(|row| row.values().find_map(of_json));
            Ok(count.or(found.rows.is_empty().then_some(0)))
        }))
    }

    fn piece(&self) -> Option<Criteria> {
        match &self.pieces {
            Pieces::ById(pieces) => pieces.first().cloned().flatten(),
            Pieces::ByOffset(criteria) => Some(criteria.clone()),
        }
    }

    /// Rows in the order of their ids, and whether there are more.
    pub(super) fn fetch(&self, select: Select, rows: u64) -> Result<(Vec<Raw>, bool)> {
        let text = select.limit(rows).query().and_then(|query| query.text(self.session.version()));
        let request = reading(request(&self.session, text, rows, false), move |response| {
            let Found { items, info } = Raw::of_page(response, Key::from(DATA))?;
            let more = info.says_more().unwrap_or(items.len() as u64 >= rows);
            if more && items.is_empty() {
                return Err(stuck("Zoho gave an empty page and says that there is more"));
            }
            Ok((items, more))
        });
        self.session.run(&request)
    }

    /// The rows of a page, with the fields of the first part.
    fn page(
        &self,
        piece: Option<Criteria>,
        behind: Option<&str>,
        upto: Option<&Edge>,
        rows: u64,
    ) -> Result<(Vec<Raw>, bool)> {
        let criteria = Criteria::all(piece.into_iter().chain(bounds(behind, upto)));
        let first = self.columns.parts.first().cloned().unwrap_or_default();
        let select = selected(&self.spec, criteria).fields(first).order_by("id");
        self.fetch(select, rows)
    }

    /// The fields of all other parts added to rows.
    fn completed(&self, piece: Option<Criteria>, rows: Vec<Raw>) -> Result<Vec<Raw>> {
        let (Some((first, others)), false) = (self.columns.parts.split_first(), rows.is_empty()) else {
            return Ok(rows);
        };
        if others.is_empty() && self.columns.by_id.is_empty() {
            return Ok(rows);
        }
        let ids = ids_of(&rows);
        let (Some(lowest), Some(highest)) = (ids.first(), ids.last()) else { return Ok(rows) };
        let window = Criteria::greater_equal("id", literal(lowest)).and(Criteria::less_equal("id", literal(highest)));
        let most = (rows.len() as u64).max(1);
        let ids: Vec<RecordId> = ids.iter().map(|id| RecordId::from(id.as_str())).collect();
        let mut parts = vec![rows];
        for part in others {
            if let Pieces::ByOffset(_) = self.pieces {
                parts.push(self.of_ids(None, part, &ids)?);
                continue;
            }
            let criteria = Criteria::all(piece.clone().into_iter().chain([window.clone()]));
            let select = selected(&self.spec, criteria).fields(part.iter().cloned()).order_by("id");
            parts.push(self.fetch(select, page_rows(Some(most), 0, &self.limits))?.0);
        }
        parts.extend(self.listed(&ids)?);
        let whole = |ids: &[RecordId]| self.again(piece.as_ref(), first, others, ids);
        joined(parts, self.columns.hides_modified.then_some(MODIFIED), whole)
    }

    /// All parts of the records with these ids.
    fn again(
        &self,
        piece: Option<&Criteria>,
        first: &[String],
        others: &[Vec<String>],
        ids: &[RecordId],
    ) -> Result<Vec<Vec<Raw>>> {
        let parts = std::iter::once(first).chain(others.iter().map(Vec::as_slice));
        let mut parts = parts.map(|part| self.of_ids(piece, part, ids)).collect::<Result<Vec<_>>>()?;
        parts.extend(self.listed(ids)?);
        Ok(parts)
    }

    /// Some fields of the records with these ids.
    fn of_ids(&self, piece: Option<&Criteria>, part: &[String], ids: &[RecordId]) -> Result<Vec<Raw>> {
        let mut rows = Vec::new();
        for ids in ids.chunks(self.limits.in_values) {
            let these = Criteria::is_in("id", ids.iter().map(|id| Literal::Id(id.as_str().to_owned())));
            let criteria = Criteria::all(piece.cloned().into_iter().chain([these]));
            let select = selected(&self.spec, criteria).fields(part.iter().cloned()).order_by("id");
            rows.extend(self.fetch(select, ids.len() as u64)?.0);
        }
        Ok(rows)
    }

    /// The fields that COQL does not select, of the records with these ids.
    fn listed(&self, ids: &[RecordId]) -> Result<Vec<Vec<Raw>>> {
        let listed = Listed::new(&self.session, &self.spec, &self.columns);
        let with_time = |fields: &Vec<String>| [fields.as_slice(), &[MODIFIED.to_owned()]].concat();
        self.columns.by_id.iter().map(|fields| listed.by_id(&with_time(fields), ids)).collect()
    }

    /// A page of a range that is read by one query.
    fn read_by_id(&self, range: &Range) -> Result<Page> {
        let behind = match &range.from {
            Place::Behind(id) => Some(id.as_str()),
            _ => None,
        };
        let wanted = page_rows(range.left, range.pages, &self.limits);
        let (rows, more) = self.page(self.piece(), behind, range.upto.as_ref(), wanted)?;
        let ids = ids_of(&rows);
        check_order(behind, &ids)?;
        let last = ids.into_iter().next_back().filter(|_| more);
        if more && last.is_none() {
            return Err(stuck("no row of a page has an id, behind which the next page begins").logged());
        }
        Ok(Page::new(rows, last.map(Place::Behind)))
    }

    /// A page where the criteria take several queries: their rows merged, each once.
    fn read_merged(&self, pieces: &[Option<Criteria>], range: &Range) -> Result<Page> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = match &range.from {
            Place::Behind(id) => Some(id.clone()),
            _ => None,
        };
        let mut merged: Vec<(String, Raw)> = Vec::new();
        let most = usize::try_from(self.limits.rows).unwrap_or(usize::MAX);
        let mut last = begun.clone();
        while merged.len() < most {
            for (piece, ahead) in pieces.iter().zip(ahead.iter_mut()) {
                if ahead.last.is_none() {
                    ahead.last.clone_from(&begun);
                }
                while ahead.rows.is_empty() && !ahead.over {
                    let wanted = self.limits.page_rows(ahead.pages);
                    let (rows, more) = self.page(piece.clone(), ahead.last.as_deref(), None, wanted)?;
                    let ids = ids_of(&rows);
                    check_order(ahead.last.as_deref(), &ids)?;
                    ahead.over = !more;
                    ahead.pages = ahead.pages.saturating_add(1);
                    ahead.last = ids.last().cloned().or(ahead.last.take());
                    for row in self.completed(piece.clone(), rows)? {
                        // One without an id stays where it is.
                        let before = ahead.rows.back().map_or("0", |(id, _)| id);
                        let id = id_of(row.get()).unwrap_or_else(|| before.to_owned());
                        ahead.rows.push_back((id, row));
                    }
                }
            }
            let heads = ahead.iter_mut().filter(|ahead| !ahead.rows.is_empty());
            let lowest = heads.min_by(|one, other| match (one.rows.front(), other.rows.front()) {
                (Some((one, _)), Some((other, _))) => compare_ids(one, other),
                _ => Ordering::Equal,
            });
            let Some((id, row)) = lowest.and_then(|ahead| ahead.rows.pop_front()) else { break };
            if last.as_deref() != Some(id.as_str()) || row.is_broken() || id_of(row.get()).is_none() {
                last = Some(id.clone());
                merged.push((id, row));
            }
        }
        let over = ahead.iter().all(|ahead| ahead.over && ahead.rows.is_empty());
        let next = last.filter(|_| !over).map(Place::Behind);
        Ok(Page::new(merged.into_iter().map(|(_, row)| row).collect(), next))
    }

    /// The id at a rank of the rows behind an id, counted from 1; none where there are fewer.
    fn id_at(&self, behind: Option<&str>, upto: Option<&Edge>, rank: u64, descending: bool) -> Result<Option<String>> {
        let criteria = Criteria::all(self.piece().into_iter().chain(bounds(behind, upto)));
        let select = selected(&self.spec, criteria).field("id").offset(rank.saturating_sub(1));
        let select = if descending { select.order_by_desc("id") } else { select.order_by("id") };
        let (rows, _) = self.fetch(select, 1)?;
        Ok(rows.first().and_then(|row| id_of(row.get())))
    }
}

impl Source for Queries {
    fn ranges(&self, workers: usize) -> Result<Ranges> {
        let whole = Range::from(Place::Start).with_left(self.rows);
        let (Some(rows), true) = (self.rows, workers > 1 && self.divisible) else { return Ok(whole.into()) };
        let ranks = ranks(rows, workers as u64, &self.limits);
        let found = std::thread::scope(|scope| {
            let find = |rank: u64| {
                let from_the_end = rank > self.limits.reach;
                // The row of rank r from the front is that of rank rows - r + 1 from the end.
                let rank = if from_the_end { rows.saturating_sub(rank).saturating_add(1) } else { rank };
                scope.spawn(move || self.id_at(None, None, rank, from_the_end))
            };
            let finding: Vec<_> = ranks.iter().copied().map(find).collect();
            let found = finding.into_iter().map(|thread| thread.join().unwrap_or(Ok(None)));
            found.collect::<Result<Vec<_>>>()
        })?;
        let mut open = Vec::new();
        let (mut from, mut begun) = (Place::Start, 0);
        for (rank, id) in ranks.into_iter().zip(found) {
            // Fewer than were counted.
            let Some(id) = id else { continue };
            let left = Some(rank.saturating_sub(begun));
            open.push(Range::from(from).upto(Some(Edge::Id(id.clone()))).with_left(left));
            (from, begun) = (Place::Behind(id), rank);
        }
        open.push(Range::from(from).with_left(Some(rows.saturating_sub(begun))));
        Ok(Ranges { open, ..Ranges::default() })
    }

    fn read(&self, range: &Range) -> Result<Page> {
        match &self.pieces {
            Pieces::ById(pieces) if pieces.len() > 1 => self.read_merged(pieces, range),
            Pieces::ById(_) => self.read_by_id(range),
            Pieces::ByOffset(criteria) => self.read_at_offset(criteria, range),
        }
    }

    fn trim(&self, page: &mut Page, edge: &Edge) {
        let Edge::Id(edge) = edge else { return };
        let place = |row: &Raw| id_of(row.get()).map(|id| compare_ids(&id, edge));
        while page.rows.last().and_then(place) == Some(Ordering::Greater) {
            page.rows.pop();
            page.next = None;
        }
        if page.rows.last().and_then(place) == Some(Ordering::Equal) {
            page.next = None;
        }
    }

    fn finish(&self, rows: Vec<Raw>) -> Result<Vec<Raw>> {
        match &self.pieces {
            Pieces::ById(pieces) if pieces.len() > 1 => Ok(rows),
            Pieces::ById(_) => self.completed(self.piece(), rows),
            // Beside the ids there is no room for the criteria, by which these were found.
            Pieces::ByOffset(_) => self.completed(None, rows),
        }
    }

    fn is_within(&self, edge: &Edge, range: &Range) -> bool {
        let Edge::Id(id) = edge else { return false };
        let ahead = match &range.from {
            Place::Behind(read) => compare_ids(id, read) == Ordering::Greater,
            from => *from == Place::Start,
        };
        ahead && !matches!(&range.upto, Some(Edge::Id(upto)) if compare_ids(id, upto) != Ordering::Less)
    }

    fn share(&self, range: &Range) -> Option<Share> {
        let page = self.limits.rows;
        let left = range.left.unwrap_or_else(|| self.limits.reach.saturating_mul(2));
        let kept = (left / page).div_ceil(2).saturating_mul(page).min(self.limits.reach);
        (self.divisible && left >= page.saturating_mul(4)).then_some(Share { left, kept })
    }

    fn divide(&self, range: &Range) -> Result<Division> {
        let page = self.limits.rows;
        let Some(Share { kept: half, .. }) = self.share(range) else { return Ok(Division::Never) };
        let behind = match &range.from {
            Place::Behind(id) => Some(id.as_str()),
            _ => None,
        };
        match self.id_at(behind, range.upto.as_ref(), half, false)? {
            Some(id) => {
                let (edge, place) = (Edge::Id(id.clone()), Place::Behind(id));
                Ok(Cut { edge, place, kept: Some(half), page: None }.into())
            }
            None if half <= page => Ok(Division::Never),
            None => Ok(Division::Fewer(half)),
        }
    }

    fn place_behind(&self, row: &Raw) -> Option<Place> {
        let id = id_of(row.get())?;
        Some(match self.pieces {
            Pieces::ById(_) => Place::Behind(id),
            Pieces::ByOffset(_) => self.row_behind(id),
        })
    }
}

impl Pieces {
    /// The criteria with room for so many more conditions.
    fn of(spec: &Spec, version: ApiVersion, room: usize) -> Result<Self> {
        let Some(criteria) = spec.coql_criteria(version) else { return Ok(Self::ById(vec![None])) };
        let values = Limits::of(version).in_values;
        let most = COQL_CONDITIONS.saturating_sub(room);
        let by_id = |pieces: Vec<Criteria>| Self::ById(pieces.into_iter().map(Some).collect());
        let fitted = criteria.fitted(values);
        if let Ok(pieces) = fitted.parts(most) {
            return Ok(by_id(pieces));
        }
        // COQL's own limit on what was asked for says more than the room that is left.
        spec.filter.as_ref().map_or(Ok(()), |filter| filter.fitted(values).parts(COQL_CONDITIONS).map(drop))?;
        match criteria.merged().fitted(values).parts(most) {
            Ok(pieces) => Ok(by_id(pieces)),
            Err(_) if fitted.conditions() <= COQL_CONDITIONS => Ok(Self::ByOffset(fitted)),
            Err(error) => Err(error),
        }
    }
}

pub(super) fn selected(spec: &Spec, criteria: Option<Criteria>) -> Select {
    let select = Select::from(spec.module.as_str());
    let select = match &spec.view {
        Some(view) => select.custom_view(view.clone()),
        None => select,
    };
    match criteria {
        Some(criteria) => select.filter(criteria),
        None => select,
    }
}

/// The conditions of a range.
fn bounds(behind: Option<&str>, upto: Option<&Edge>) -> impl Iterator<Item = Criteria> {
    let behind = behind.map(|id| Criteria::greater_than("id", literal(id)));
    let upto = match upto {
        Some(Edge::Id(id)) => Some(Criteria::less_equal("id", literal(id))),
        _ => None,
    };
    behind.into_iter().chain(upto)
}

/// An id as Zoho's own samples write it, without quotation marks.
fn literal(id: &str) -> Literal {
    let bare = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    if bare { Literal::number(id) } else { Literal::from(id) }
}

/// The ids of rows; one that cannot be read may have none.
pub(super) fn ids_of(rows: &[Raw]) -> Vec<String> {
    rows.iter().filter_map(|row| id_of(row.get())).collect()
}

/// Ids have to go up: otherwise rows would be missed or come twice.
pub(super) fn check_order<'a>(behind: Option<&'a str>, ids: &'a [String]) -> Result<()> {
    let mut last = behind;
    for id in ids {
        if last.is_some_and(|last| compare_ids(id, last) != Ordering::Greater) {
            return Err(stuck("the rows are not in the order of their ids, or Zoho gave the same rows again").logged());
        }
        last = Some(id);
    }
    Ok(())
}

/// A number that came as one or as text.
pub(super) fn number(value: Option<&serde_json::Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn of_json(value: &Json) -> Option<u64> {
    number(Some(&serde_json::Value::try_from(value.clone()).ok()?))
}

pub(super) fn out_of_reach(criteria: &Criteria, reach: u64) -> Error {
    let message = format!(
        "COQL reaches {reach} records by offset, and these {} conditions leave no room to go on by id; use fewer \
         conditions, or bulk read",
        criteria.conditions()
    );
    Error::new(ErrorKind::ListingLimit, message)
}

pub(super) fn stuck(why: &str) -> Error {
    Error::new(ErrorKind::InvalidResponse, format!("the scan cannot go on: {why}"))
}
