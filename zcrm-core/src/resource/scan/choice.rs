//! Which way a scan takes.

use super::columns::{Columns, MODIFIED};
use super::estimate::{Circumstances, Estimate, Tariff};
use super::facts::{Counted, Facts};
use super::spec::Spec;
use super::way::{Prefer, Way};
use crate::entity::Field;
use crate::error::{Error, ErrorKind, Result};
use crate::rest::Session;

/// What the caller wants of the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) way: Option<Way>,
    pub(super) prefer: Prefer,
    pub(super) workers: usize,
}

impl Default for Wish {
    fn default() -> Self {
        Self { way: None, prefer: Prefer::default(), workers: 1 }
    }
}

/// The way that was chosen.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) way: Way,
    pub(super) columns: Columns,
    pub(super) reason: String,
    /// How many records there are, where that is known.
    pub(super) rows: Option<u64>,
    pub(super) estimate: Option<Estimate>,
    /// What others write moves its pages.
    pub(super) shifts: bool,
}

impl Choice {
    /// The same, with what makes it dear among its reasons.
    fn with_fields_by_id(mut self) -> Self {
        let names: Vec<&str> = self.columns.by_id.iter().flatten().map(String::as_str).collect();
        if !names.is_empty() {
            let names = names.join(", ");
            self.reason += &format!(
                "; COQL does not select {names}, so lists give that by id, 100 records a call: leave it out where it \
                 is not needed"
            );
        }
        self
    }

    /// The same, with what else the way turned out not to give.
    pub(super) fn with_gaps(mut self, gaps: impl Iterator<Item = String>) -> Self {
        self.columns.gaps.extend(gaps);
        self
    }
}

/// The way, and what all of it will cost.
#[derive(Debug)]
pub(super) struct Foreseen {
    pub(super) choice: Choice,
    pub(super) rows: Option<u64>,
    pub(super) estimate: Option<Estimate>,
}

/// What is known when the way is chosen.
struct Known<'a> {
    session: &'a Session,
    spec: &'a Spec,
    wish: &'a Wish,
    facts: &'a Facts,
    fields: Option<&'a [Field]>,
    rows: Option<u64>,
    /// Why COQL does not serve.
    no_query: Option<String>,
    /// Why bulk read does not serve.
    no_bulk: Option<String>,
}

/// Ways that Zoho has refused for this scan, and its words.
#[derive(Debug, Clone, Default)]
pub(super) struct Refused(Vec<(Way, String)>);

impl Refused {
    pub(super) fn add(&mut self, way: Way, error: &Error) {
        self.0.push((way, error.to_string()));
    }

    fn why(&self, way: Way) -> Option<String> {
        self.0.iter().find(|(refused, _)| *refused == way).map(|(_, why)| why.clone())
    }
}

/// The way for reading. Whether it is named or chosen, the same is asked before: so no way is cheaper by its name than
/// chosen. A scan that goes on asks for no count.
pub(super) fn choose(
    session: &Session,
    spec: &Spec,
    wish: &Wish,
    facts: &Facts,
    refused: &Refused,
    goes_on: bool,
) -> Result<Choice> {
    let counted = match (goes_on, wish.way) {
        (true, _) => facts.counted().cloned(),
        (false, None | Some(Way::Query)) => Some(facts.count(session, spec)?),
        // They serve where COQL does not.
        (false, Some(Way::Pages | Way::Bulk)) => Some(facts.count_if_possible(session, spec)?),
    };
    let no_query = refused.why(Way::Query).or_else(|| no_query(counted.as_ref()));
    let no_bulk = refused.why(Way::Bulk);
    let needs_fields = match wish.way {
        Some(way) => needs_fields(way, spec),
        None => spec.fields.is_empty() || no_query.is_some(),
    };
    let fields = if needs_fields { Some(facts.fields(session, spec)?) } else { facts.known_fields() };
    let rows = counted.as_ref().and_then(Counted::rows);
    Known { session, spec, wish, facts, fields: fields.as_deref(), rows, no_query, no_bulk }.choose()
}

/// The way for reading, with all that it will cost.
pub(super) fn foresee(session: &Session, spec: &Spec, wish: &Wish, facts: &Facts) -> Result<Foreseen> {
    let fields = facts.fields(session, spec)?;
    let counted = match wish.way {
        None | Some(Way::Query) => facts.count(session, spec)?,
        Some(Way::Pages | Way::Bulk) => facts.count_if_possible(session, spec)?,
    };
    let by_query = counted.rows();
    let rows = match by_query {
        Some(rows) => Some(rows),
        None => facts.count_by_index(session, spec)?,
    };
    let no_query = no_query(Some(&counted));
    let known = Known { session, spec, wish, facts, fields: Some(&fields), rows: by_query, no_query, no_bulk: None };
    let choice = known.choose()?;
    let estimate = rows.map(|rows| known.whole(&choice, rows));
    Ok(Foreseen { choice, rows, estimate })
}

/// Whether the way has to know the module's fields.
fn needs_fields(way: Way, spec: &Spec) -> bool {
    way == Way::Bulk || spec.fields.is_empty()
}

fn no_query(counted: Option<&Counted>) -> Option<String> {
    match counted {
        Some(Counted::NoQuery(error)) => Some(format!("COQL does not give these records ({error})")),
        _ => None,
    }
}

impl Known<'_> {
    fn choose(&self) -> Result<Choice> {
        self.chosen().map(Choice::with_fields_by_id)
    }

    fn chosen(&self) -> Result<Choice> {
        match self.wish.way {
            Some(way) => match self.columns(way) {
                Ok(columns) => Ok(self.taken(way, columns, "it was asked for".to_owned())),
                Err(why) => {
                    let message = format!("{} cannot be read {}: {why}", self.spec.module, way.told());
                    Err(Error::new(ErrorKind::Unsupported, message))
                }
            },
            None => self.best(),
        }
    }

    /// The best of those ways that give what is wanted, which are all fields where none are named. Pages that what
    /// others write moves are taken where there is no other way.
    fn best(&self) -> Result<Choice> {
        let (mut able, mut unable) = (Vec::new(), Vec::new());
        for way in Way::ALL {
            match self.columns(way) {
                Ok(columns) => able.push(self.taken(way, columns, String::new())),
                Err(why) => unable.push(why),
            }
        }
        let promising = |choice: &Choice| !choice.shifts;
        if able.iter().any(|choice| choice.columns.left_out.is_empty() && promising(choice)) {
            able.retain(|choice| {
                let less = &choice.columns.left_out;
                unable.extend(
                    (!less.is_empty()).then(|| format!("{} does not give {}", choice.way.told(), less.join(", "))),
                );
                less.is_empty()
            });
        }
        if able.iter().any(promising) {
            able.retain(promising);
        }
        self.cheapest(able, &unable)
    }

    /// Whether each record comes exactly once by pages: only where they can be sorted by time.
    fn pages_promise(&self) -> bool {
        let timed = |fields: &[Field]| fields.iter().any(|field| field.api_name.as_deref() == Some(MODIFIED));
        self.spec.view.is_none() && self.fields.is_none_or(timed)
    }

    /// The cheapest of some ways, the first of those that cost the same; where it is not known how many records there
    /// are, the first.
    fn cheapest(&self, able: Vec<Choice>, unable: &[String]) -> Result<Choice> {
        let cost = |choice: &Choice| self.rows.map(|rows| self.whole(choice, rows));
        let key = |choice: &Choice| {
            cost(choice).map(|cost| match self.wish.prefer {
                Prefer::Credits => (u128::from(cost.credits), cost.duration.as_millis()),
                Prefer::Time => (cost.duration.as_millis(), u128::from(cost.credits)),
            })
        };
        let told = |choice: &Choice| {
            cost(choice).map(|cost| match self.wish.prefer {
                Prefer::Credits => format!("{} credits", cost.credits),
                Prefer::Time => format!("about {:.1} s", cost.duration.as_secs_f64()),
            })
        };
        let Some(best) = able.iter().min_by_key(|choice| key(choice)) else {
            let message = format!("{} cannot be read in any way: {}", self.spec.module, unable.join("; "));
            return Err(Error::new(ErrorKind::Unsupported, message));
        };
        let others = able.iter().filter(|choice| choice.way != best.way);
        let others = others.filter_map(|other| Some(format!("{} it takes {}", other.way.told(), told(other)?)));
        let reason = match (self.rows, able.len()) {
            (_, 1) => unable.join(", and "),
            (None, _) => {
                let unknown = "how many records there are is not known".to_owned();
                unable.iter().cloned().chain([unknown]).collect::<Vec<_>>().join(", and ")
            }
            (Some(_), _) => {
                let takes = told(best).map(|takes| format!("it takes {takes}"));
                takes.into_iter().chain(others).collect::<Vec<_>>().join("; ")
            }
        };
        Ok(Choice { reason, ..best.clone() })
    }

    fn columns(&self, way: Way) -> std::result::Result<Columns, String> {
        if let (Way::Query, Some(why), _) | (Way::Bulk, _, Some(why)) = (way, &self.no_query, &self.no_bulk) {
            return Err(why.clone());
        }
        let version = self.session.version();
        let columns = Columns::of(way, self.spec, self.fields, version)?;
        let criteria = match way {
            Way::Query => super::query::Queries::check(self.spec, version, self.rows),
            #[cfg(feature = "bulk")]
            Way::Bulk => self.spec.bulk_criteria(version).map(drop),
            #[cfg(not(feature = "bulk"))]
            Way::Bulk => Ok(()),
            Way::Pages => Ok(()),
        };
        criteria.map(|()| columns).map_err(|error| error.to_string())
    }

    fn taken(&self, way: Way, columns: Columns, reason: String) -> Choice {
        let estimate = self.rows.map(|rows| self.circumstances().estimate(way, &columns, rows, true));
        let shifts = way == Way::Pages && !self.pages_promise();
        Choice { way, columns, reason, rows: self.rows, estimate, shifts }
    }

    fn circumstances(&self) -> Circumstances<'_> {
        let workers = self.wish.workers as u64;
        let (spec, tariff) = (self.spec, Tariff::of(self.session, self.spec));
        Circumstances { spec, version: self.session.version(), workers, latency: self.facts.latency(), tariff }
    }

    /// What the way costs with all that a scan asks for before it, when nothing is known.
    fn whole(&self, choice: &Choice, rows: u64) -> Estimate {
        let reading = self.circumstances().estimate(choice.way, &choice.columns, rows, self.rows.is_some());
        let auto = self.wish.way.is_none();
        let fields = needs_fields(choice.way, self.spec) || (auto && choice.way != Way::Query);
        let counts = super::query::Queries::count(self.session, self.spec).is_some();
        // A named field that COQL refuses is learned by asking.
        let tried = auto && choice.way != Way::Query && self.no_query.is_none() && self.columns(Way::Query).is_err();
        let fields = fields || self.facts.are_described();
        let asked = u64::from(fields) + u64::from(counts) + u64::from(tried && !self.spec.fields.is_empty());
        let before = self.facts.latency().saturating_mul(u32::try_from(asked).unwrap_or(u32::MAX));
        Estimate {
            calls: reading.calls.saturating_add(asked),
            credits: reading.credits.saturating_add(asked),
            duration: reading.duration.saturating_add(before),
        }
    }
}
