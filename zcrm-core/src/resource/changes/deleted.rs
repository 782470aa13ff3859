//! What was deleted.

use super::change::DeletionKind;
use super::clock::{Seconds, moment, sent_at};
use super::found::{Found, MODIFIED};
use crate::entity::{DateTime, DeletedRecord, Record};
use crate::error::Result;
use crate::resource::module::{DeletedKind, ModuleHandle};
use crate::rest::{Cost, Key, Page, Request};
use crate::transport::Method;

/// Rows of a page.
const PAGE: usize = 200;

/// A record that is gone.
#[derive(Debug, Clone)]
pub(super) struct Gone {
    pub(super) id: Box<str>,
    pub(super) time: Seconds,
    pub(super) moment: Option<DateTime>,
    pub(super) kind: DeletionKind,
}

impl Gone {
    fn of(row: DeletedRecord, floor: Option<Seconds>) -> Option<Self> {
        let moment = row.deleted_time;
        let time = moment.as_ref().and_then(DateTime::unix_seconds);
        let kind = DeletionKind::of_type(row.kind.as_deref());
        // Without a time it may be new.
        let time = time.or(floor).unwrap_or_default();
        Some(Self { id: row.id?.as_str().into(), time, moment, kind })
    }

    /// A lead that was converted.
    pub(super) fn converted(found: Found) -> Self {
        let moment = found.record.modified_time().ok().flatten();
        Self { id: found.id, time: found.time, moment, kind: DeletionKind::Converted }
    }
}

/// What was deleted, the first deletion first, and when Zoho said so.
pub(super) fn deletions(module: &ModuleHandle, floor: Option<Seconds>) -> Result<(Vec<Gone>, Option<Seconds>)> {
    let (mut rows, now, pages) = read(module, floor)?;
    // A record that leaves the list, because it is restored, moves the ones behind it up past the end of a page.
    if pages > 1 {
        rows.extend(read(module, floor)?.0);
    }
    let gone = rows.into_iter().filter_map(|row| Gone::of(row, floor));
    let mut gone: Vec<_> = gone.filter(|gone| floor.is_none_or(|floor| gone.time >= floor)).collect();
    gone.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
    gone.dedup_by(|one, other| one.id == other.id && one.time == other.time);
    Ok((gone, now))
}

/// All pages of the list, when Zoho gave the first one, and how many there are.
fn read(module: &ModuleHandle, floor: Option<Seconds>) -> Result<(Vec<DeletedRecord>, Option<Seconds>, u32)> {
    let mut rows = Vec::new();
    let mut now = None;
    let mut number: u32 = 1;
    loop {
        let (page, sent) = module.session.run(&with_time::<DeletedRecord>(request(module, floor, number)))?;
        now = now.or(sent);
        let more = page.info.says_more().unwrap_or(page.items.len() >= PAGE) && !page.items.is_empty();
        rows.extend(page.items);
        if !more {
            return Ok((rows, now, number));
        }
        number = number.saturating_add(1);
    }
}

fn request(module: &ModuleHandle, floor: Option<Seconds>, page: u32) -> Request<crate::rest::Response> {
    let request = module.request(Method::Get, &["deleted"]).with_cost(Cost::credits_of(2));
    let request = request.query("type", DeletedKind::All.as_str());
    let request = request.query("page", page.to_string()).query("per_page", PAGE.to_string());
    match floor {
        // Whether Zoho gives what was deleted in that very second is not said.
        Some(floor) => request.header("If-Modified-Since", moment(floor.saturating_sub(1)).as_str()),
        None => request,
    }
}

/// When the last of the module's records was modified, and when Zoho said so.
pub(super) fn latest(module: &ModuleHandle) -> Result<(Option<Seconds>, Option<Seconds>)> {
    let request = module.request(Method::Get, &[]).with_cost(Cost::ONE.heavy()).query("fields", MODIFIED);
    let request = request.query("sort_by", MODIFIED).query("sort_order", "desc");
    let request = with_time::<Record>(request.query("page", "1").query("per_page", "1"));
    let (page, now) = module.session.run(&request)?;
    let found = page.items.into_iter().next().map(Found::of).transpose().map_err(crate::Error::logged)?;
    Ok((found.map(|found| found.time), now))
}

fn with_time<T: serde::de::DeserializeOwned + 'static>(
    request: Request<crate::rest::Response>,
) -> Request<(Page<T>, Option<Seconds>)> {
    request.and_then(|response| Ok((Page::of(&response, Key::from("data"))?, sent_at(&response))))
}
