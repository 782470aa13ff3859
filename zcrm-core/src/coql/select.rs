//! A query built by a program.

use crate::criteria::Criteria;
use crate::entity::CustomViewId;
use crate::error::{Error, Result};

use super::query::{Condition, Order};
use super::{Aggregate, Column, Direction, Query};

/// Builds a [`Query`]. Names with dots go through lookups: `Account_Name.Phone`, `Owner.email`.
///
/// ```
/// use zcrm_core::config::ApiVersion;
/// use zcrm_core::coql::Select;
/// use zcrm_core::criteria::Criteria;
///
/// let query = Select::from("Contacts")
///     .fields(["Last_Name", "Account_Name.Phone"])
///     .field_as("Owner.email", "Owner")
///     .filter(Criteria::equals("Mailing_City", "Oslo"))
///     .order_by_desc("Created_Time")
///     .limit(10)
///     .query()?;
/// assert_eq!(
///     query.to_coql(ApiVersion::V8)?,
///     "select Last_Name, Account_Name.Phone, Owner.email as 'Owner' from Contacts \
///      where Mailing_City = 'Oslo' order by Created_Time desc limit 10"
/// );
/// # Ok::<(), zcrm_core::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Select {
    query: Query,
}

impl Select {
    /// Records of a module, of a subform or of a linking module, by its API name.
    pub fn from(module: impl Into<String>) -> Self {
        let query = Query {
            columns: Vec::new(),
            module: module.into(),
            view: None,
            condition: Condition::Absent,
            group_by: Vec::new(),
            order_by: Vec::new(),
            limit: None,
            offset: 0,
        };
        Self { query }
    }

    /// Only records of this custom view.
    pub fn custom_view(mut self, view: impl Into<CustomViewId>) -> Self {
        self.query.view = Some(view.into().as_str().to_owned());
        self
    }

    /// Adds a field. Zoho adds `id` by itself.
    pub fn field(self, field: impl Into<String>) -> Self {
        self.column(field.into(), None, None)
    }

    /// Adds fields.
    pub fn fields<S: Into<String>>(self, fields: impl IntoIterator<Item = S>) -> Self {
        fields.into_iter().fold(self, Self::field)
    }

    /// Adds a field whose values stand in the rows under another name.
    pub fn field_as(self, field: impl Into<String>, alias: impl Into<String>) -> Self {
        self.column(field.into(), None, Some(alias.into()))
    }

    /// Adds a calculation; its values stand in the rows under `SUM(Amount)`.
    pub fn aggregate(self, aggregate: Aggregate, field: impl Into<String>) -> Self {
        self.column(field.into(), Some(aggregate), None)
    }

    /// Adds a calculation under a name.
    pub fn aggregate_as(self, aggregate: Aggregate, field: impl Into<String>, alias: impl Into<String>) -> Self {
        self.column(field.into(), Some(aggregate), Some(alias.into()))
    }

    /// Only records that fit; called again: that fit these criteria too.
    pub fn filter(mut self, criteria: Criteria) -> Self {
        self.query.condition = match self.query.condition {
            Condition::Criteria(earlier) => Condition::Criteria(earlier.and(criteria)),
            Condition::Absent | Condition::Text { .. } => Condition::Criteria(criteria),
        };
        self
    }

    /// One row for each value of this field (and of others, when called again).
    pub fn group_by(mut self, field: impl Into<String>) -> Self {
        self.query.group_by.push(field.into());
        self
    }

    /// Sorts by a field or alias, the smallest first; a further call sorts what is the same so far.
    pub fn order_by(self, field: impl Into<String>) -> Self {
        self.order(field.into(), Direction::Ascending)
    }

    /// Sorts by a field or alias, the largest first.
    pub fn order_by_desc(self, field: impl Into<String>) -> Self {
        self.order(field.into(), Direction::Descending)
    }

    /// At most so many rows in all.
    pub fn limit(mut self, rows: u64) -> Self {
        self.query.limit = Some(rows);
        self
    }

    /// Leaves out so many rows in front.
    pub fn offset(mut self, rows: u64) -> Self {
        self.query.offset = rows;
        self
    }

    /// The query.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): nothing is selected, a name is none, something stands twice,
    /// more than any version of COQL takes. What depends on the version is checked when the query is used.
    pub fn query(&self) -> Result<Query> {
        self.checked().map_err(Error::logged)
    }

    /// As [`query`](Self::query), for a request, which logs its errors itself.
    pub(super) fn checked(&self) -> Result<Query> {
        let aliases = &self.query.columns;
        for order in &self.query.order_by {
            if !aliases.iter().any(|column| column.has_alias(order.column.field())) {
                order.column.check()?;
            }
        }
        self.query.check_for_any_version()?;
        Ok(self.query.clone())
    }

    fn column(mut self, field: String, aggregate: Option<Aggregate>, alias: Option<String>) -> Self {
        self.query.columns.push(Column::new(field, aggregate, alias));
        self
    }

    fn order(mut self, field: String, direction: Direction) -> Self {
        self.query.order_by.push(Order { column: Column::new(field, None, None), direction });
        self
    }
}
