//! How all rows of a query are read, page by page.

use std::cmp::Ordering;

use crate::config::ApiVersion;
use crate::criteria::{Criteria, invalid, quoted};
use crate::error::{Error, Result};

use super::query::{Order, rows};
use super::{Column, Direction, Limits, Query};

/// How all rows of a query are read.
///
/// Usually there is one [`Part`]. There are several where the criteria and `id > last` together would be more
/// conditions than COQL takes: then the criteria are [split](Criteria::split), and the rows of the query are those of
/// all parts, each once, which is what [`Merge`](super::Merge) makes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    parts: Vec<Part>,
    direction: Direction,
    skip: u64,
    limit: Option<u64>,
}

impl Paging {
    /// The parts, at least one.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The direction of the ids within the parts, for merging several.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// How many rows to leave out in front, after merging; 0 where the texts see to it.
    #[must_use]
    pub fn skip(&self) -> u64 {
        self.skip
    }

    /// How many rows the query wants in all (its own `limit`).
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }
}

/// The pages of a query, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    head: String,
    condition: Condition,
    tail: String,
    start: u64,
    way: Way,
}

/// The text after `where`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    text: String,
    conditions: usize,
}

impl Condition {
    /// The condition beside another one.
    fn operand(&self) -> String {
        if self.conditions > 1 { format!("({})", self.text) } else { self.text.clone() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ById(Direction),
    ByOffset { reach: u64 },
}

impl Part {
    /// Whether pages go on by id; otherwise they go on by `offset`.
    #[must_use]
    pub fn is_by_id(&self) -> bool {
        matches!(self.way, Way::ById(_))
    }

    /// How many rows the page that follows `read` rows asks for: `limit`, or fewer where the offset reaches no further.
    #[must_use]
    pub fn rows_of_page(&self, read: u64, limit: u64) -> u64 {
        match self.way {
            Way::ById(_) => limit,
            Way::ByOffset { reach } => limit.min(reach.saturating_sub(self.start.saturating_add(read))),
        }
    }

    /// The text for the page that follows `read` rows of this part, of which `last_id` is the last one's id; it asks
    /// for `limit` rows, or for [fewer](Self::rows_of_page) where the offset reaches no further.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): no `last_id` though rows were read and pages go on by id; the
    /// page lies beyond the reach of `offset`.
    pub fn page(&self, read: u64, last_id: Option<&str>, limit: u64) -> Result<String> {
        self.text(read, last_id, limit).map_err(Error::logged)
    }

    /// As [`page`](Self::page), for a request, which logs its errors itself.
    pub(crate) fn text(&self, read: u64, last_id: Option<&str>, limit: u64) -> Result<String> {
        let Self { head, condition, tail, start, way } = self;
        let direction = match *way {
            Way::ById(direction) if read > 0 => direction,
            Way::ById(_) => return Ok(format!("{head}{}{tail}{}", condition.text, rows(limit, *start))),
            Way::ByOffset { reach } => {
                let page_rows = self.rows_of_page(read, limit);
                if page_rows == 0 {
                    return Err(invalid(format!(
                        "COQL reaches {reach} rows by offset, and this query cannot go on by id: it has its own order, \
                         groups rows, or has as many conditions as COQL takes"
                    )));
                }
                return Ok(format!("{head}{}{tail}{}", condition.text, rows(page_rows, start.saturating_add(read))));
            }
        };
        let last = last_id.ok_or_else(|| invalid("a row came without its id, after which the next page begins"))?;
        let bare = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        let last = if bare { last.to_owned() } else { quoted(last) };
        let beyond = if direction == Direction::Ascending { ">" } else { "<" };
        Ok(format!("{head}{} and id {beyond} {last}{tail}{}", condition.operand(), rows(limit, 0)))
    }
}

impl Query {
    /// How all rows are read.
    ///
    /// Pages go on by id where the order is open or by id, otherwise by offset: for an order of the query's own, to
    /// which `id` is added so that rows alike keep their places, and for groups. The query's own `limit` and `offset`
    /// hold for all pages together.
    ///
    /// With 25 conditions there is no room for `id > last`. Then conditions on the values of one field become one
    /// (`A != 1 and A != 2` is `A not in (1, 2)`), and an `or` is [split](Paging). Where that is not enough, or there
    /// are sub-queries, pages go on by offset, sorted by id. A query whose own limit fits one page needs none of this.
    ///
    /// ```
    /// use zcrm_core::config::ApiVersion;
    /// use zcrm_core::coql::Query;
    ///
    /// let paging = Query::parse("select Last_Name from Leads where City = 'Oslo'")?.paging(ApiVersion::V8)?;
    /// assert_eq!(
    ///     paging.parts()[0].page(200, Some("3652397000000186017"), 1_000)?,
    ///     "select Last_Name from Leads where City = 'Oslo' and id > 3652397000000186017 order by id asc limit 1000"
    /// );
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`to_coql`](Query::to_coql), but for the query's own limit.
    pub fn paging(&self, version: ApiVersion) -> Result<Paging> {
        self.in_pages(version).map_err(Error::logged)
    }

    /// As [`paging`](Self::paging), for a listing, which logs its errors itself.
    pub(crate) fn in_pages(&self, version: ApiVersion) -> Result<Paging> {
        self.check(version)?;
        let limits = Limits::of(version);
        let one_page = self.limit.is_some_and(|limit| limit.saturating_add(self.offset) <= limits.rows);
        let by_id = if self.order_is_open() { Some(Direction::Ascending) } else { self.order_by_id() };
        let Some(direction) = by_id.filter(|_| !self.is_aggregate()) else {
            let order = if one_page { self.clone() } else { self.with_order_complete(limits.order_by) };
            return self.at_offset(version, order.tail(), Direction::Ascending);
        };
        let tail = order_by_id(direction);
        let room = if one_page { limits.conditions } else { limits.conditions.saturating_sub(1) };
        let Some(conditions) = self.parts_of(room, version)? else {
            return self.at_offset(version, tail, direction);
        };
        let several = conditions.len() > 1;
        if !several && self.offset >= limits.reach {
            return Err(invalid(format!("COQL's offset reaches {} rows, not {}", limits.reach, self.offset)));
        }
        let (start, skip) = if several { (0, self.offset) } else { (self.offset, 0) };
        let way = Way::ById(direction);
        let parts = conditions
            .into_iter()
            .map(|condition| Part { head: self.head(), condition, tail: tail.clone(), start, way })
            .collect();
        Ok(Paging { parts, direction, skip, limit: self.limit })
    }

    /// The conditions of queries that together give all rows, each with at most `room` conditions; `None` where the one
    /// query cannot be split, but is within COQL's limit.
    fn parts_of(&self, room: usize, version: ApiVersion) -> Result<Option<Vec<Condition>>> {
        let limits = Limits::of(version);
        let Some(criteria) = self.criteria() else {
            let condition = self.one_condition(version)?;
            return Ok((condition.conditions <= room).then(|| vec![condition]));
        };
        let text = |part: &Criteria| {
            let conditions = part.conditions();
            part.coql_text(version).map(|text| Condition { text, conditions })
        };
        let fitted = criteria.fitted(limits.in_values);
        let parts = match fitted.parts(room) {
            Ok(parts) => parts,
            Err(error) => match criteria.merged().fitted(limits.in_values).parts(room) {
                Ok(parts) => parts,
                Err(_) if fitted.conditions() <= limits.conditions => return Ok(None),
                // COQL's own limit says more than the room that the id leaves.
                Err(_) => return Err(fitted.parts(limits.conditions).err().unwrap_or(error)),
            },
        };
        parts.iter().map(text).collect::<Result<_>>().map(Some)
    }

    /// The order with what decides between rows alike: the id, or the fields of the groups.
    fn with_order_complete(&self, limit: usize) -> Self {
        let mut sorted = self.clone();
        let id = ["id".to_owned()];
        let last: &[String] = if self.is_aggregate() { &self.group_by } else { &id };
        for field in last {
            let column = Column::new(field.clone(), None, None);
            if sorted.order_by.len() < limit && !sorted.order_by.iter().any(|order| order.column == column) {
                sorted.order_by.push(Order { column, direction: Direction::Ascending });
            }
        }
        sorted
    }

    fn at_offset(&self, version: ApiVersion, tail: String, direction: Direction) -> Result<Paging> {
        let way = Way::ByOffset { reach: Limits::of(version).reach };
        let condition = self.one_condition(version)?;
        let part = Part { head: self.head(), condition, tail, start: self.offset, way };
        let one_row = self.is_aggregate() && self.group_by().is_empty();
        let limit = if one_row { Some(self.limit.map_or(1, |limit| limit.min(1))) } else { self.limit };
        Ok(Paging { parts: vec![part], direction, skip: 0, limit })
    }

    fn one_condition(&self, version: ApiVersion) -> Result<Condition> {
        Ok(Condition { text: self.condition_text(version)?, conditions: self.conditions() })
    }
}

fn order_by_id(direction: Direction) -> String {
    format!(" order by id {}", direction.word())
}

/// The order of ids as COQL sorts them: by their number.
///
/// ```
/// use std::cmp::Ordering;
/// use zcrm_core::coql::compare_ids;
///
/// assert_eq!(compare_ids("99", "100"), Ordering::Less);
/// ```
#[must_use]
pub fn compare_ids(left: &str, right: &str) -> Ordering {
    let [left, right] = [left, right].map(|id| id.trim_start_matches('0'));
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}
