//! A record as it lies in the store: written by somebody, or made up when it is read.

use std::borrow::Cow;

use serde_json::Value;

use super::seed::MadeUpLeads;
use crate::crm::row::{Fields, Row};
use crate::moment;

/// A record in the store.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<'a> {
    Written(&'a Row),
    MadeUp(&'a MadeUpLeads, u64),
}

impl Record<'_> {
    /// All of it.
    pub(crate) fn into_row(self) -> Row {
        match self {
            Self::Written(row) => row.clone(),
            Self::MadeUp(leads, index) => leads.lead(index),
        }
    }

    /// Its JSON, if it was made up.
    pub(crate) fn made_up_text(&self) -> Option<String> {
        match self {
            Self::Written(_) => None,
            Self::MadeUp(leads, index) => Some(leads.text(*index)),
        }
    }

    /// When it was changed last, in seconds since 1970.
    pub(crate) fn modified(&self) -> Option<i64> {
        match self {
            Self::MadeUp(made_up, index) => Some(made_up.created(*index)),
            Self::Written(row) => {
                let time = moment::parse(row.get("Modified_Time")?.as_str()?)?;
                Some(time.unix_timestamp())
            }
        }
    }

    /// Whether it is a converted lead.
    pub(crate) fn is_converted(&self) -> bool {
        match self {
            Self::Written(row) => row.get("$converted").is_some_and(|converted| *converted == true),
            Self::MadeUp(leads, index) => leads.is_converted(*index),
        }
    }
}

impl Fields for Record<'_> {
    fn value(&self, field: &str) -> Cow<'_, Value> {
        match self {
            Self::Written(row) => row.value(field),
            Self::MadeUp(leads, index) => Cow::Owned(leads.value(*index, field)),
        }
    }
}
