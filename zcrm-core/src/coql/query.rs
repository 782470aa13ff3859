//! A query as it was read or built.

use std::fmt::{self, Write as _};

use crate::config::ApiVersion;
use crate::criteria::{Criteria, check_name, invalid, quoted, write_name};
use crate::error::{Error, ErrorKind, Result};

use super::{Column, Limits};

/// Rows of a call that asks for no number.
const DEFAULT_ROWS: u64 = 200;

/// Sub-queries of one query.
const SUB_QUERIES: usize = 5;

/// A query that can be sent: every parameter has its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) columns: Vec<Column>,
    pub(super) module: String,
    pub(super) view: Option<String>,
    pub(super) condition: Condition,
    pub(super) group_by: Vec<String>,
    pub(super) order_by: Vec<Order>,
    pub(super) limit: Option<u64>,
    pub(super) offset: u64,
}

/// What stands after `where`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Absent,
    Criteria(Criteria),
    /// A condition with sub-queries, as text; `conditions` counts those outside of them.
    Text {
        text: String,
        conditions: usize,
        sub_queries: usize,
    },
}

/// Which way a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest first.
    Descending,
}

impl Direction {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

/// A field, an aggregate or an alias by which rows are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) column: Column,
    pub(super) direction: Direction,
}

impl Query {
    /// The module after `from`.
    #[must_use]
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The id of the custom view after `from`, where there is one (`from Leads#4150868000000087501`).
    #[must_use]
    pub fn custom_view(&self) -> Option<&str> {
        self.view.as_deref()
    }

    /// What is selected. Zoho adds `id` to it, unless the query [has aggregates](Self::is_aggregate).
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The fields after `group by`.
    #[must_use]
    pub fn group_by(&self) -> &[String] {
        &self.group_by
    }

    /// The criteria after `where`: `None` when there are none, or when they have sub-queries.
    #[must_use]
    pub fn criteria(&self) -> Option<&Criteria> {
        match &self.condition {
            Condition::Criteria(criteria) => Some(criteria),
            Condition::Absent | Condition::Text { .. } => None,
        }
    }

    /// How many conditions stand after `where`: those of sub-queries not counted, and one where there are none.
    #[must_use]
    pub fn conditions(&self) -> usize {
        match &self.condition {
            Condition::Absent => 1,
            Condition::Criteria(criteria) => criteria.conditions(),
            Condition::Text { conditions, .. } => *conditions,
        }
    }

    /// The query's own `limit`: how many rows are wanted in all.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// The query's own `offset`: how many rows are left out in front.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether rows are calculated from several records, so that they have no id.
    #[must_use]
    pub fn is_aggregate(&self) -> bool {
        !self.group_by.is_empty() || self.columns.iter().any(|column| column.aggregate().is_some())
    }

    /// Whether the rows may come in any order.
    #[must_use]
    pub fn order_is_open(&self) -> bool {
        self.order_by.is_empty()
    }

    /// The key under which the id of a record stands in a row.
    pub(crate) fn id_key(&self) -> String {
        let own = self.columns.iter().find(|column| column.field() == "id" && column.aggregate().is_none());
        own.map_or_else(|| "id".to_owned(), Column::key)
    }

    /// The query's own `order by id`, with or without more behind it, which changes nothing.
    pub(super) fn order_by_id(&self) -> Option<Direction> {
        let first = self.order_by.first()?;
        let by_id = first.column.field() == "id" && first.column.aggregate().is_none();
        by_id.then_some(first.direction)
    }

    /// The whole query in one text, for one call.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): more than a call may ask for ([`Limits`]), a column or alias
    /// that occurs twice, a name that is none, a condition that COQL cannot say.
    pub fn to_coql(&self, version: ApiVersion) -> Result<String> {
        self.text(version).map_err(Error::logged)
    }

    /// As [`to_coql`](Self::to_coql), for a request, which logs its errors itself.
    pub(crate) fn text(&self, version: ApiVersion) -> Result<String> {
        self.check(version)?;
        let limits = Limits::of(version);
        if let Some(limit) = self.limit.filter(|limit| *limit > limits.rows) {
            let most = limits.rows;
            return Err(invalid(format!("one call gives at most {most} rows, the query asks for {limit}; page it")));
        }
        let rows = match (self.limit, self.offset) {
            (Some(limit), offset) => rows(limit, offset),
            (None, 0) => String::new(),
            (None, offset) => rows(DEFAULT_ROWS, offset),
        };
        Ok(format!("{}{}{}{rows}", self.head(), self.condition_text(version)?, self.tail()))
    }

    /// Checks what no version takes.
    pub(super) fn check_for_any_version(&self) -> Result<()> {
        // The last version has the widest limits.
        ApiVersion::ALL.last().map_or(Ok(()), |version| self.check(*version))
    }

    /// Checks all but the condition and the query's own limit.
    pub(super) fn check(&self, version: ApiVersion) -> Result<()> {
        let limits = Limits::of(version);
        let aggregates = self.columns.iter().filter(|column| column.aggregate().is_some()).count();
        let counts = [
            ("columns", self.columns.len(), limits.columns),
            ("aggregates", aggregates, limits.aggregates),
            ("fields after group by", self.group_by.len(), limits.group_by),
            ("fields after order by", self.order_by.len(), limits.order_by),
            ("conditions", self.conditions(), limits.conditions),
        ];
        if let Some((what, count, limit)) = counts.into_iter().find(|(_, count, limit)| count > limit) {
            return Err(invalid(format!("COQL takes at most {limit} {what}, the query has {count}")));
        }
        if self.columns.is_empty() {
            return Err(invalid("the query selects nothing; name the fields"));
        }
        if !is_module(&self.module) {
            return Err(invalid(format!("{:?} is not the API name of a module", self.module)));
        }
        if self.view.as_deref().is_some_and(|view| view.is_empty() || !view.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(invalid("the id of a custom view has digits only"));
        }
        self.group_by.iter().try_for_each(|field| check_name(field))?;
        self.columns.iter().try_for_each(Column::check)?;
        for (place, column) in self.columns.iter().enumerate() {
            let before = self.columns.iter().take(place);
            if before.clone().any(|other| column.repeats(other)) {
                return Err(invalid(format!("the query selects {} twice", column.field())));
            }
            if before.clone().any(|other| column.shares_alias(other)) {
                return Err(invalid(format!("the alias of {} stands at another column too", column.field())));
            }
        }
        repeated(self.group_by.iter(), "group by")?;
        repeated(self.order_by.iter().map(|order| &order.column), "order by")
    }

    /// `select ... from ... where `
    pub(super) fn head(&self) -> String {
        let columns: Vec<_> = self.columns.iter().map(ToString::to_string).collect();
        let view = self.view.as_deref().map(|view| format!("#{view}")).unwrap_or_default();
        format!("select {} from {}{view} where ", columns.join(", "), self.module)
    }

    /// ` group by ... order by ...`, as far as they are there.
    pub(super) fn tail(&self) -> String {
        let mut text = String::new();
        for (place, field) in self.group_by.iter().enumerate() {
            text.push_str(if place == 0 { " group by " } else { ", " });
            _ = write_name(field, &mut text);
        }
        for (place, order) in self.order_by.iter().enumerate() {
            text.push_str(if place == 0 { " order by " } else { ", " });
            let alias = order.column.field();
            if self.columns.iter().any(|column| column.has_alias(alias)) {
                text.push_str(&quoted(alias));
            } else {
                _ = write!(text, "{}", order.column);
            }
            _ = write!(text, " {}", order.direction.word());
        }
        text
    }

    pub(super) fn condition_text(&self, version: ApiVersion) -> Result<String> {
        match &self.condition {
            Condition::Absent => Ok("id is not null".to_owned()),
            Condition::Criteria(criteria) => criteria.coql_text(version),
            Condition::Text { text, conditions, sub_queries } => {
                let limit = Limits::of(version).conditions;
                if version < ApiVersion::V7 {
                    let message = format!("COQL has sub-queries from v7 on, not in {version}");
                    return Err(Error::new(ErrorKind::Unsupported, message));
                }
                if *conditions > limit {
                    return Err(invalid(format!("COQL takes at most {limit} conditions, these are {conditions}")));
                }
                if *sub_queries > SUB_QUERIES {
                    return Err(invalid(format!("COQL takes at most {SUB_QUERIES} sub-queries, not {sub_queries}")));
                }
                Ok(text.clone())
            }
        }
    }
}

/// ` limit ... offset ...`
pub(super) fn rows(limit: u64, offset: u64) -> String {
    if offset == 0 { format!(" limit {limit}") } else { format!(" limit {limit} offset {offset}") }
}

pub(super) fn is_module(name: &str) -> bool {
    check_name(name).is_ok() && !name.contains(['.', '!', '>'])
}

fn repeated<T: PartialEq + fmt::Debug>(items: impl Iterator<Item = T>, clause: &str) -> Result<()> {
    let items: Vec<_> = items.collect();
    let twice = items.iter().enumerate().any(|(place, item)| items.iter().take(place).any(|other| other == item));
    if twice { Err(invalid(format!("the same stands twice after {clause}"))) } else { Ok(()) }
}
