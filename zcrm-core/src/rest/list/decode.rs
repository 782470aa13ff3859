//! The rows of one page.

use std::error::Error as StdError;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::page::PageInfo;
use crate::entity::RecordId;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::response::{Key, NOT_UTF8, Response, salvage};

/// The rows of one page, on their way out.
pub(super) enum PageRows<T> {
    /// All of them fit: they were decoded in one pass.
    Fit(std::vec::IntoIter<T>),
    /// At least one does not.
    Mixed(std::vec::IntoIter<Result<T>>),
}

/// A page that was read: its rows, its `info`, and the text of its rows in one or two pieces.
pub(super) struct Read<'a, T> {
    pub(super) rows: PageRows<T>,
    pub(super) info: PageInfo,
    pub(super) text: [&'a str; 2],
}

impl<T> Default for PageRows<T> {
    fn default() -> Self {
        Self::Fit(Vec::new().into_iter())
    }
}

impl<T: DeserializeOwned> PageRows<T> {
    /// In one pass; only when that fails, row by row, to find those that do not fit.
    pub(super) fn read(response: &Response, key: Key) -> Result<Read<'_, T>> {
        if let Ok(page) = response.found(key) {
            let info = PageInfo::of(page.info);
            return Ok(read(response, Self::Fit(page.rows.into_iter()), info, page.info.map(RawValue::get)));
        }
        let RowTexts { texts, info, info_text, .. } = row_texts(response, key)?;
        let rows: Vec<_> = texts.into_iter().map(|text| decode_row(response, text)).collect();
        Ok(read(response, Self::Mixed(rows.into_iter()), info, info_text))
    }
}

/// The texts of the rows of a page, and the `info` beside them.
pub(crate) struct RowTexts<'a> {
    pub(crate) texts: Vec<&'a str>,
    pub(crate) info: PageInfo,
    /// At least one of them may be no JSON.
    pub(crate) salvaged: bool,
    info_text: Option<&'a str>,
}

/// The texts of the rows, also where one of them, or the `info`, is not valid JSON.
pub(crate) fn row_texts(response: &Response, key: Key) -> Result<RowTexts<'_>> {
    let failure = match response.found::<&RawValue>(key) {
        Ok(page) => {
            let texts = page.rows.into_iter().map(RawValue::get).collect();
            let (info, info_text) = (PageInfo::of(page.info), page.info.map(RawValue::get));
            return Ok(RowTexts { texts, info, salvaged: false, info_text });
        }
        Err(failure) => failure,
    };
    let salvaged = failure.api().is_none().then(|| salvage::page(response.body(), key.name())).flatten();
    let salvage::Page { rows: texts, info } = salvaged.ok_or(failure)?;
    let (info, info_text) = match info {
        Some(Ok(info)) => (PageInfo::of(Some(info)), Some(info.get())),
        Some(Err(salvage::Unreadable)) => (PageInfo::unreadable(), None),
        None => (PageInfo::default(), None),
    };
    Ok(RowTexts { texts, info, salvaged: true, info_text })
}

fn read<'a, T>(response: &'a Response, rows: PageRows<T>, info: PageInfo, info_text: Option<&str>) -> Read<'a, T> {
    let info_text = info_text.unwrap_or_default();
    // Equal pages have equal `info` as well, or differ in nothing else.
    let text = match response.body().rsplit_once(info_text) {
        Some((before, after)) if !info_text.is_empty() => [before, after],
        _ => [response.body(), ""],
    };
    Read { rows, info, text }
}

impl<T> PageRows<T> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Fit(rows) => rows.len(),
            Self::Mixed(rows) => rows.len(),
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<T>> {
        match self {
            Self::Fit(rows) => rows.next().map(Ok),
            Self::Mixed(rows) => rows.next(),
        }
    }
}

/// One row; an error names its id and has an [`UnfitRow`] as its source.
pub(crate) fn decode_row<T: DeserializeOwned>(response: &Response, text: &str) -> Result<T> {
    #[derive(Deserialize)]
    struct Identified {
        id: Option<RecordId>,
    }
    serde_json::from_str(text).map_err(|cause| {
        let id = match serde_json::from_str::<Identified>(text) {
            Ok(row) => row.id,
            Err(_) => salvage::id_of(text).map(RecordId::from),
        };
        let which = id.as_ref().map_or("a row without an id".to_owned(), |id| format!("record {id}"));
        let why = if text.contains(NOT_UTF8) {
            "holds bytes that are not UTF-8"
        } else {
            "could not be deserialized into the requested type"
        };
        let message = format!("{which} {why}");
        response.error(ErrorKind::InvalidResponse, message).with_source(UnfitRow { id, row: text.into(), cause })
    })
}

/// Why a row of a listing could not be decoded: a [`source`](StdError::source) of the item's error.
#[derive(Debug)]
pub struct UnfitRow {
    id: Option<RecordId>,
    row: Box<str>,
    cause: serde_json::Error,
}

impl UnfitRow {
    pub(crate) fn new(id: Option<RecordId>, row: &str, cause: serde_json::Error) -> Self {
        Self { id, row: row.into(), cause }
    }

    /// The id of the row, where it has one.
    #[must_use]
    pub fn id(&self) -> Option<&RecordId> {
        self.id.as_ref()
    }

    /// The row as Zoho sent it; U+001A stands for bytes that are not UTF-8.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.row
    }

    /// The unfit row in an error of a listing, if it is about one.
    #[must_use]
    pub fn in_error(error: &Error) -> Option<&Self> {
        error.source().and_then(<dyn StdError>::downcast_ref)
    }
}

impl fmt::Display for UnfitRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the row cannot be decoded")
    }
}

impl StdError for UnfitRow {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.cause)
    }
}
