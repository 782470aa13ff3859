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
    /// Bulk read cannot say what the filter says, or it leaves no room for the converted leads.
    #[cfg(feature = "bulk")]
    pub(super) fn bulk_criteria(&self, version: ApiVersion) -> Result<(Option<Criteria>, Vec<Test>)> {
        const CONVERTED: &str = "$converted";
        self.filter.as_ref().map_or(Ok(()), |filter| filter.bulk_read_json(version).map(drop))?;
        let told = match self.converted {
            None | Some(Which::Without) => None,
            // Whether a job has them that is not told so, Zoho's pages do not say.
            Some(which) => of_converted(CONVERTED, which),
        };
        let since = self.since.clone().map(|since| {
            (Criteria::greater_than(MODIFIED, Literal::DateTime(since.clone())), Test::After(MODIFIED, since))
        });
        let without = (told.is_none() && self.has_converted())
            .then(|| (Criteria::equals(CONVERTED, false), Test::Is(CONVERTED, false)));
        let own: Vec<_> = since.into_iter().chain(without).collect();
        let wanted: Vec<_> = self.filter.clone().into_iter().chain(told).collect();
        let mut refusal = None;
        for room in (0..=own.len()).rev() {
            let (sent, looked_at) = own.split_at_checked(room).unwrap_or((&own, &[]));
            let Some(criteria) = Criteria::all(wanted.iter().chain(sent.iter().map(|(own, _)| own)).cloned()) else {
                return Ok((None, looked_at.iter().map(|(_, test)| test.clone()).collect()));
            };
            for criteria in [criteria.clone(), criteria.merged()] {
                match criteria.bulk_read_json(version) {
                    Ok(_) => return Ok((Some(criteria), looked_at.iter().map(|(_, test)| test.clone()).collect())),
                    Err(error) => refusal = Some(error),
                }
            }
        }
        refusal.map_or(Ok((None, Vec::new())), Err)
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
