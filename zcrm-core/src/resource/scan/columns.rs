//! Which fields a way gives, in how many parts.

use std::collections::HashSet;

use super::spec::Spec;
use super::way::Way;
use crate::config::ApiVersion;
use crate::coql::Limits;
use crate::entity::Field;

/// Fields of one request for pages (Zoho's page *Get records*).
const OF_PAGES: usize = 50;

/// Fields of one bulk job.
#[cfg(feature = "bulk")]
const OF_BULK: usize = 200;

/// The field by which it is known that a record was changed between two parts.
pub(super) const MODIFIED: &str = "Modified_Time";

/// The field that comes always, and alone where no other is wanted.
const ID: &str = "id";

/// What COQL does not select (Zoho's page *COQL limitations*), nor bulk read export.
const NOT_IN_QUERIES: [&str; 5] = ["fileupload", "imageupload", "multiselectlookup", "multiuserlookup", "subform"];

/// What COQL gives in part or may refuse: of these lookups the id, and not the module that it is of (Zoho's page *COQL
/// queries*, v7); reminders and repetitions, which are objects.
const IN_PART_IN_QUERIES: [&str; 5] = ["multi_module_lookup", "event_reminder", "multireminder", "ALARM", "RRULE"];

/// What bulk read does not export besides.
#[cfg(feature = "bulk")]
const NOT_IN_BULK: [&str; 2] = ["formula", "rollup_summary"];

/// Modules of which bulk read gives nothing (Zoho's page *API limits*), though it takes jobs on them.
#[cfg(feature = "bulk")]
const NO_BULK: [&str; 3] = ["Notes", "Attachments", "Emails"];

/// Lists that COQL selects though their type is told as that of any list.
const LISTS_IN_QUERIES: [&str; 3] = ["Tag", "Territories", "Territory"];

/// The fields of a scan, as a way gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// The fields of each request for the same records; none at all are those that Zoho gives by itself.
    pub(super) parts: Vec<Vec<String>>,
    /// `Modified_Time` was added, and nobody asked for it.
    pub(super) hides_modified: bool,
    /// What the way cannot give, in words.
    pub(super) gaps: Vec<String>,
    /// Fields that pages have and this way has not, with their types.
    pub(super) left_out: Vec<String>,
    /// Fields that COQL does not select, and lists give by id.
    pub(super) by_id: Vec<Vec<String>>,
}

impl Columns {
    /// The fields that the way gives; `Err` says in words why it cannot give what was named. Without `known`, the
    /// module's fields, nothing is known of their types.
    pub(super) fn of(way: Way, spec: &Spec, known: Option<&[Field]>, version: ApiVersion) -> Result<Self, String> {
        match way {
            Way::Query => Self::of_query(spec, known, version),
            Way::Pages => Self::of_pages(spec, known, version),
            Way::Bulk => Self::of_bulk(spec, known, version),
        }
    }

    /// The names of all fields, as far as they are known.
    pub(super) fn names(&self) -> Vec<String> {
        self.selected().into_iter().chain(self.by_id.iter().flatten().cloned()).collect()
    }

    /// The names of the fields that are not given by id.
    fn selected(&self) -> Vec<String> {
        let hidden = |name: &&String| self.hides_modified && *name == MODIFIED;
        let mut seen = HashSet::new();
        let names = self.parts.iter().flatten().filter(|name| !hidden(name) && seen.insert(name.as_str()));
        names.cloned().collect()
    }

    /// The same columns without one that Zoho turned out to refuse; `None` when it is not there, or is the last one.
    pub(super) fn without(&self, name: &str) -> Option<Self> {
        let mut rest = self.clone();
        rest.parts.iter_mut().for_each(|part| part.retain(|field| field != name));
        let removed = rest.parts != self.parts && !rest.parts.iter().any(Vec::is_empty);
        rest.gaps.push(format!("Zoho refuses {name}"));
        removed.then_some(rest)
    }

    /// The same columns in parts of as many as every version takes; `None` when they are.
    pub(super) fn in_smaller_parts(&self) -> Option<Self> {
        let least = Limits::of(ApiVersion::V2).columns;
        let too_large = self.parts.iter().any(|part| part.len() > least);
        let (parts, hides_modified) = too_large.then(|| self.joinable(self.selected(), least))?;
        Some(Self { parts, hides_modified, ..self.clone() })
    }

    fn of_query(spec: &Spec, known: Option<&[Field]>, version: ApiVersion) -> Result<Self, String> {
        let (names, left_out) = chosen(spec, known, |field| {
            let Some(field) = field else { return true };
            let list = is(field.json_type.as_ref(), "jsonarray")
                && !is(field.data_type.as_ref(), "multiselectpicklist")
                && !field.api_name.as_deref().is_some_and(|name| LISTS_IN_QUERIES.contains(&name));
            list || is_one_of(field, &NOT_IN_QUERIES) || is_one_of(field, &IN_PART_IN_QUERIES)
        });
        let mut gaps = Vec::new();
        if version < ApiVersion::V7 {
            gaps.push(format!("lookups have their id and no name, since COQL gives no more in {version}"));
        }
        gaps.extend(cut_short(spec, known, "COQL may give"));
        gaps.extend(left_out_of_lists(spec, known, version));
        let by_id = left_out.chunks(OF_PAGES - 1).map(|fields| fields.iter().map(|(name, _)| name.clone()).collect());
        let columns = Self { gaps, by_id: by_id.collect(), ..Self::default() };
        let (parts, hides_modified) = columns.joinable(names, Limits::of(version).columns);
        Ok(Self { parts, hides_modified, ..columns })
    }

    /// Parts of at most `limit` fields, which have the time where there is something to be joined with.
    fn joinable(&self, mut names: Vec<String>, limit: usize) -> (Vec<Vec<String>>, bool) {
        let hides_modified = !self.by_id.is_empty() && !names.iter().any(|name| name == MODIFIED);
        if hides_modified {
            names.push(MODIFIED.to_owned());
        }
        let (parts, hidden) = cut(names, limit);
        (parts, hidden || hides_modified)
    }

    fn of_pages(spec: &Spec, known: Option<&[Field]>, version: ApiVersion) -> Result<Self, String> {
        if let Some(name) = spec.fields.iter().find(|name| name.contains('.')) {
            return Err(format!("pages have no fields of other records such as {name}"));
        }
        if spec.filter.is_some() {
            return Err("pages cannot be filtered".to_owned());
        }
        let later = version >= ApiVersion::V3;
        let (names, _) = chosen(spec, known.filter(|_| later), |_| false);
        let gaps = cut_short(spec, known, "lists give");
        let gaps = gaps.into_iter().chain(left_out_of_lists(spec, known, version)).collect();
        // Up to v2.1 a request without fields gives all of them.
        let all = !later && (spec.fields.is_empty() || spec.fields.len() >= OF_PAGES);
        let (parts, hides_modified) = match spec.view {
            _ if all => (vec![Vec::new()], false),
            Some(_) => cut(names, OF_PAGES),
            None => by_time(names),
        };
        Ok(Self { parts, hides_modified, gaps, ..Self::default() })
    }

    #[cfg(not(feature = "bulk"))]
    fn of_bulk(_: &Spec, _: Option<&[Field]>, _: ApiVersion) -> Result<Self, String> {
        Err("bulk read is not built in, the feature bulk is off".to_owned())
    }

    #[cfg(feature = "bulk")]
    fn of_bulk(spec: &Spec, known: Option<&[Field]>, version: ApiVersion) -> Result<Self, String> {
        if NO_BULK.contains(&spec.module.as_str()) {
            return Err(format!("bulk read gives no {}", spec.module));
        }
        let (names, left_out) = chosen(spec, known, |field| {
            let Some(field) = field else { return true };
            is_one_of(field, &NOT_IN_QUERIES) || (spec.fields.is_empty() && is_one_of(field, &NOT_IN_BULK))
        });
        let left_out: Vec<String> =
            left_out.into_iter().map(|(name, data_type)| format!("{name} ({data_type})")).collect();
        if let (false, [first, ..]) = (spec.fields.is_empty(), left_out.as_slice()) {
            return Err(format!("bulk read does not export {first}"));
        }
        let joined = names.iter().any(|name| name.contains('.'));
        if names.len() > OF_BULK && joined {
            return Err(format!("bulk read exports {OF_BULK} fields at most, {} are named", names.len()));
        }
        let mut gaps = vec![
            "lookups have their id and no name, tags their name alone, and an empty text is null, since a bulk file \
             tells no more"
                .to_owned(),
        ];
        gaps.extend((!left_out.is_empty()).then(|| format!("bulk read does not export {}", left_out.join(", "))));
        // A job without fields exports all of them.
        let part = match names.len() {
            _ if spec.fields.is_empty() && !looks_at_rows(spec, version) => Vec::new(),
            0 => vec![ID.to_owned()],
            1..=OF_BULK => names,
            _ => Vec::new(),
        };
        Ok(Self { parts: vec![part], gaps, left_out, ..Self::default() })
    }
}

/// Whether a job lacks the room for some condition, so that the rows must have what it is about.
#[cfg(feature = "bulk")]
fn looks_at_rows(spec: &Spec, version: ApiVersion) -> bool {
    spec.bulk_criteria(version).is_ok_and(|(_, tests)| !tests.is_empty())
}

/// The fields that were named, or all of the module; and those that are refused, with their type. Properties such as
/// `$se_module` are no fields.
fn chosen(
    spec: &Spec,
    known: Option<&[Field]>,
    refused: impl Fn(Option<&Field>) -> bool,
) -> (Vec<String>, Vec<(String, String)>) {
    let known = known.unwrap_or_default();
    let refused_type = |name: &str| {
        if name.starts_with('$') {
            return refused(None).then_some("a property");
        }
        let field =
            known.iter().find(|field| field.api_name.as_deref() == Some(name)).filter(|field| refused(Some(field)))?;
        Some(field.data_type.as_deref().unwrap_or("of an unknown type"))
    };
    let names: Vec<String> = match spec.fields.as_slice() {
        [] => known.iter().filter_map(|field| field.api_name.clone()).collect(),
        named => named.to_vec(),
    };
    let mut left_out = Vec::new();
    let mut given: Vec<String> = Vec::new();
    for name in names {
        match refused_type(&name) {
            Some(data_type) => left_out.push((name, data_type.to_owned())),
            None if name == ID || given.contains(&name) => {}
            None => given.push(name),
        }
    }
    (given, left_out)
}

/// Parts of at most `limit` fields. Where there are several, each has `Modified_Time`; whether that was added.
fn cut(names: Vec<String>, limit: usize) -> (Vec<Vec<String>>, bool) {
    if names.is_empty() {
        return (vec![vec![ID.to_owned()]], false);
    }
    if names.len() <= limit {
        return (vec![names], false);
    }
    let wanted = names.iter().any(|name| name == MODIFIED);
    let others: Vec<String> = names.into_iter().filter(|name| name != MODIFIED).collect();
    let part = |fields: &[String]| std::iter::once(MODIFIED.to_owned()).chain(fields.iter().cloned()).collect();
    (others.chunks(limit.saturating_sub(1).max(1)).map(part).collect(), !wanted)
}

/// Parts that all have `Modified_Time`, by which pages are found.
fn by_time(names: Vec<String>) -> (Vec<Vec<String>>, bool) {
    if names.len() < OF_PAGES && !names.iter().any(|name| name == MODIFIED) {
        return (vec![names.into_iter().chain([MODIFIED.to_owned()]).collect()], true);
    }
    match names.iter().any(|name| name == MODIFIED) {
        true => cut(names, OF_PAGES),
        // One more than fits.
        false => (cut(names.into_iter().chain([MODIFIED.to_owned()]).collect(), OF_PAGES).0, true),
    }
}

fn is(word: Option<&String>, other: &str) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case(other))
}

fn is_one_of(field: &Field, types: &[&str]) -> bool {
    types.iter().any(|data_type| is(field.data_type.as_ref(), data_type))
}

/// The names of those fields that are wanted.
fn wanted<'f>(spec: &Spec, known: Option<&'f [Field]>, is_such: impl Fn(&Field) -> bool) -> Vec<&'f str> {
    let such = known.unwrap_or_default().iter().filter(|field| is_such(field));
    let names = such.filter_map(|field| field.api_name.as_deref());
    names.filter(|name| spec.fields.is_empty() || spec.fields.iter().any(|wanted| wanted == name)).collect()
}

/// Subforms, which lists leave out (Zoho's OpenAPI files of v8); up to v2.1 they have them.
fn left_out_of_lists(spec: &Spec, known: Option<&[Field]>, version: ApiVersion) -> Option<String> {
    let subforms = wanted(spec, known, |field| is(field.data_type.as_ref(), "subform"));
    (version >= ApiVersion::V3 && !subforms.is_empty())
        .then(|| format!("lists may leave out subforms, which a record read by its id has: {}", subforms.join(", ")))
}

/// Rich texts, of which lists give only the beginning.
fn cut_short(spec: &Spec, known: Option<&[Field]>, who: &str) -> Option<String> {
    let rich = wanted(spec, known, Field::is_rich_text);
    (!rich.is_empty()).then(|| format!("of long rich texts {who} only the beginning: {}", rich.join(", ")))
}
