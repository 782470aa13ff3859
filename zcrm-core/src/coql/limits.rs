//! What one call may ask for, and what it costs.

use crate::config::ApiVersion;

/// The limits of COQL in one version of the API.
///
/// Where Zoho's pages contradict each other or name no number for a version, the lower number stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Rows of one call.
    pub rows: u64,
    /// Rows that `offset` reaches, those of the last page included.
    pub reach: u64,
    /// Columns after `select`.
    pub columns: usize,
    /// Conditions after `where`.
    pub conditions: usize,
    /// Values of one `in`.
    pub in_values: usize,
    /// Fields after `order by`.
    pub order_by: usize,
    /// Fields after `group by`.
    pub group_by: usize,
    /// Aggregates.
    pub aggregates: usize,
}

impl Limits {
    /// The limits in a version.
    #[must_use]
    pub fn of(version: ApiVersion) -> Self {
        let (rows, reach, columns) = match version {
            ApiVersion::V2 | ApiVersion::V2_1 | ApiVersion::V3 => (200, 10_000, 50),
            ApiVersion::V4 | ApiVersion::V5 | ApiVersion::V6 => (2_000, 10_000, 50),
            ApiVersion::V7 | ApiVersion::V8 => (2_000, 100_000, 500),
        };
        Self {
            rows,
            reach,
            columns,
            conditions: crate::criteria::COQL_CONDITIONS,
            in_values: crate::criteria::coql_in_values(version),
            order_by: 10,
            group_by: 4,
            aggregates: 5,
        }
    }

    /// How many rows the page of this index (from 0) best asks for when it is not known how many there are: 200, then
    /// 1,000, then 2,000, so that a small result costs one credit and a large one few calls.
    ///
    /// ```
    /// use zcrm_core::config::ApiVersion;
    /// use zcrm_core::coql::Limits;
    ///
    /// let limits = Limits::of(ApiVersion::V8);
    /// assert_eq!([0, 1, 2, 3].map(|page| limits.page_rows(page)), [200, 1_000, 2_000, 2_000]);
    /// ```
    #[must_use]
    pub fn page_rows(&self, page: usize) -> u64 {
        let rows = match page {
            0 => 200,
            1 => 1_000,
            _ => 2_000,
        };
        rows.min(self.rows)
    }
}

/// What one call with this `limit` costs: 1 credit up to 200 rows, 2 up to 1,000, 3 up to 2,000.
#[must_use]
pub fn credits(rows: u64) -> u32 {
    match rows {
        0..=200 => 1,
        201..=1_000 => 2,
        _ => 3,
    }
}
