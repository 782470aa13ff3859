//! Which records of a module, and which of their fields.

use crate::config::ApiVersion;
use crate::criteria::{Criteria, Literal};
use crate::entity::{CustomViewId, DateTime};
#[cfg(feature = "bulk")]
use crate::error::Result;
#[cfg(feature = "bulk")]
use crate::resource::bulk::Test;
use crate::resource::module::Which;

/// When a record was changed last.
const MODIFIED: &str = "Modified_Time";

/// Which records of a module, and which of their fields.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) module: String,
    pub(super) fields: Vec<String>,
    pub(super) filter: Option<Criteria>,
    pub(super) since: Option<DateTime>,
    pub(super) view: Option<CustomViewId>,
    pub(super) converted: Option<Which>,
}

impl Spec {
    pub(super) fn of(module: &str) -> Self {
        let module = module.to_owned();
        Self { module, fields: Vec::new(), filter: None, since: None, view: None, converted: None }
    }

    /// The scan in words, to recognize it by: all that decides which rows come, and what they hold.
    pub(super) fn identity(&self, version: ApiVersion) -> String {
        let filter = self.filter.as_ref().map(ToString::to_string).unwrap_or_default();
        format!(
            "{} {version} fields={} filter={filter} since={} view={} converted={}",
            self.module,
            self.fields.join(","),
            self.since.as_ref().map_or("", DateTime::as_str),
            self.view.as_ref().map_or("", CustomViewId::as_str),
            self.converted.map_or("", Which::as_str),
        )
    }

    /// All that COQL has to be told of which records; it leaves converted leads out by itself.
    pub(super) fn coql_criteria(&self, version: ApiVersion) -> Option<Criteria> {
        let name = if version >= ApiVersion::V4 { "Converted__s" } else { "$converted" };
        let converted = self.converted.and_then(|which| of_converted(name, which));
        self.criteria(converted)
    }

    /// All that bulk read has to be told of which records, and what has to be looked at in their rows: what the filter
    /// leaves no room for.
    ///
    /// # Errors
    ///
    /// Bulk read cannot say what the filter says.
    #[cfg(feature = "bulk")]
    pub(super) fn bulk_criteria(&self, version: ApiVersion) -> Result<(Option<Criteria>, Vec<Test>)> {
        const CONVERTED: &str = "$converted";
        let since = self.since.clone().map(|since| {
            (Criteria::greater_than(MODIFIED, Literal::DateTime(since.clone())), Test::After(MODIFIED, since))
        });
        let converted = match self.converted {
            None | Some(Which::Without) if self.has_converted() => Some(false),
            Some(Which::Only) => Some(true),
            None | Some(Which::Without | Which::Both) => None,
        };
        let converted = converted.map(|is| (Criteria::equals(CONVERTED, is), Test::Is(CONVERTED, is)));
        let own: Vec<_> = since.into_iter().chain(converted).collect();
        let mut told = own.len();
        loop {
            let (sent, looked_at) = own.split_at_checked(told).unwrap_or((&own, &[]));
            let criteria =
                Criteria::all(self.filter.clone().into_iter().chain(sent.iter().map(|(own, _)| own.clone())));
            match criteria.as_ref().map_or(Ok(()), |criteria| criteria.bulk_read_json(version).map(drop)) {
                Ok(()) => return Ok((criteria, looked_at.iter().map(|(_, test)| test.clone()).collect())),
                Err(error) if told == 0 => return Err(error),
                Err(_) => told = told.saturating_sub(1),
            }
        }
    }

    /// Only leads can be converted.
    #[cfg(feature = "bulk")]
    fn has_converted(&self) -> bool {
        self.module == "Leads"
    }

    fn criteria(&self, converted: Option<Criteria>) -> Option<Criteria> {
        let since = self.since.clone();
        let since = since.map(|since| Criteria::greater_than(MODIFIED, Literal::DateTime(since)));
        Criteria::all(self.filter.clone().into_iter().chain(since).chain(converted))
    }
}

fn of_converted(name: &str, which: Which) -> Option<Criteria> {
    let is = |value: bool| Criteria::equals(name, value);
    match which {
        Which::Without => None,
        Which::Only => Some(is(true)),
        Which::Both => Some(is(true).or(is(false))),
    }
}
