//! The columns, conditions and limits of a query, checked for the version of the call.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::syntax::{Clause, Function, Item, Query};
use crate::answer::Answer;
use crate::crm::condition::{Column, Condition, Test, is_value};
use crate::crm::metadata::{self, Field, Kind, Module, Shows};
use crate::crm::visit::Visit;
use crate::verdict::{invalid_module, refuse};
use crate::version::Version;

/// What is told in each row.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    pub(super) key: String,
    pub(super) column: Column,
    pub(super) function: Option<Function>,
}

/// What rows are ordered by.
#[derive(Clone, Debug)]
pub(super) enum Key {
    Column(Column),
    /// A selected item, by its place.
    Selected(usize),
}

/// A query that makes sense.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) module: &'static Module,
    pub(super) shows: Shows,
    pub(super) columns: Vec<Selected>,
    pub(super) condition: Condition,
    pub(super) group_by: Vec<Column>,
    pub(super) order_by: Vec<(Key, bool)>,
    pub(super) limit: u64,
    pub(super) offset: u64,
}

/// How much of everything a version allows.
struct Limits {
    rows: u64,
    reach: u64,
    columns: usize,
    values: usize,
    joins: usize,
}

const CRITERIA: usize = 25;
const ORDERS: usize = 10;
const GROUPS: usize = 4;
const FUNCTIONS: usize = 5;
/// Look-ups in one name.
const DEPTH: usize = 2;

impl Limits {
    fn of(version: Version) -> Self {
        let rows = if version < Version::V4 { 200 } else { 2_000 };
        if version < Version::V7 {
            return Self { rows, reach: 10_000, columns: 50, values: 50, joins: 2 };
        }
        Self { rows, reach: 100_000, columns: 500, values: 100, joins: 5 }
    }
}

impl Plan {
    /// Whether the rows are groups, not records.
    pub(super) fn is_grouped(&self) -> bool {
        !self.group_by.is_empty() || self.columns.iter().any(|selected| selected.function.is_some())
    }

    /// The fields of the module itself that are told.
    pub(super) fn own_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.columns.iter().filter_map(|selected| self.module.field(selected.column.own_field()?))
    }
}

/// Checks a query.
pub(super) fn make(visit: &Visit<'_>, query: &Query) -> Result<Plan, Box<Answer>> {
    let limits = Limits::of(visit.version);
    let module = metadata::find(&query.module).ok_or_else(invalid_module)?;
    check_number(query.columns.len(), limits.columns, "select")?;
    check_number(query.group_by.len(), GROUPS, "group by")?;
    check_number(query.order_by.len(), ORDERS, "order by")?;
    let functions = query.columns.iter().filter(|item| item.function.is_some()).count();
    check_number(functions, FUNCTIONS, "aggregate")?;
    if query.limit > limits.rows {
        return Err(exceeded(limits.rows, "limit"));
    }
    if query.offset.saturating_add(query.limit) > limits.reach {
        return Err(exceeded(limits.reach, "offset"));
    }
    let shows = match &query.view {
        None => Shows::All,
        Some(id) => metadata::view_shows(module, id).ok_or_else(|| invalid(json!({ "cvid": id })))?,
    };
    let columns = select(module, &query.columns)?;
    let mut criteria = 0;
    let condition = condition(module, &query.condition, &limits, &mut criteria)?;
    check_number(criteria, CRITERIA, "where")?;
    let group_by = query.group_by.iter().map(|name| column(module, name, "group by")).collect::<Result<Vec<_>, _>>()?;
    refuse_twice(query.group_by.iter().map(String::as_str))?;
    refuse_twice(query.order_by.iter().map(|(item, _)| item.name.as_str()))?;
    let order_by = order(module, &columns, &query.order_by)?;
    let plan = Plan { module, shows, columns, condition, group_by, order_by, limit: query.limit, offset: query.offset };
    check_groups(&plan)?;
    check_joins(&plan, &limits)?;
    Ok(plan)
}

fn exceeded(limit: u64, clause: &str) -> Box<Answer> {
    refuse(400, "LIMIT_EXCEEDED", "the limit has been exceeded", json!({ "limit": limit, "clause": clause }))
}

fn check_number(number: usize, limit: usize, clause: &str) -> Result<(), Box<Answer>> {
    if number > limit { Err(exceeded(limit as u64, clause)) } else { Ok(()) }
}

fn invalid(details: Value) -> Box<Answer> {
    refuse(400, "INVALID_QUERY", "invalid query formed", details)
}

fn unsupported(name: &str, clause: &str) -> Box<Answer> {
    let details = json!({ "column_name": name, "clause": clause });
    refuse(400, "INVALID_QUERY", "data type not supported", details)
}

fn column(module: &'static Module, name: &str, clause: &str) -> Result<Column, Box<Answer>> {
    let unknown = || {
        let details = json!({ "column_name": name, "clause": clause });
        refuse(400, "INVALID_QUERY", "column given seems to be invalid", details)
    };
    let column = Column::find(module, name).ok_or_else(unknown)?;
    if column.joins() > DEPTH {
        return Err(exceeded(DEPTH as u64, "joins"));
    }
    let is_selectable = match column.kind {
        Kind::Subform | Kind::FileUpload => false,
        Kind::Json => matches!(column.own_field(), Some("Layout" | "Tag" | "Parent_Id")),
        _ => true,
    };
    if is_selectable { Ok(column) } else { Err(unsupported(name, clause)) }
}

fn select(module: &'static Module, items: &[Item]) -> Result<Vec<Selected>, Box<Answer>> {
    let mut columns: Vec<Selected> = Vec::new();
    let mut aliases = HashSet::new();
    for item in items {
        let column = column(module, &item.name, "select")?;
        if columns.iter().any(|known| known.column.name == item.name && known.function == item.function) {
            return Err(twice(&item.name));
        }
        if let Some(alias) = &item.alias
            && !aliases.insert(alias.as_str())
        {
            let details = json!({ "alias": alias, "column_name": item.name });
            return Err(refuse(400, "DUPLICATE_ALIAS", "duplicate alias", details));
        }
        let spelled = match item.function {
            Some(function) => format!("{}({})", format!("{function:?}").to_uppercase(), item.name),
            None => item.name.clone(),
        };
        columns.push(Selected { key: item.alias.clone().unwrap_or(spelled), column, function: item.function });
    }
    Ok(columns)
}

fn twice(name: &str) -> Box<Answer> {
    refuse(400, "DUPLICATE_DATA", "duplicate data", json!({ "column_name": name }))
}

fn refuse_twice<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Box<Answer>> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(twice(name));
        }
    }
    Ok(())
}

fn condition(
    module: &'static Module,
    clause: &Clause,
    limits: &Limits,
    criteria: &mut usize,
) -> Result<Condition, Box<Answer>> {
    let mut both = |parts: &[Clause; 2]| {
        parts.iter().map(|part| condition(module, part, limits, criteria)).collect::<Result<Vec<_>, _>>()
    };
    let (name, operator, spelling, values) = match clause {
        Clause::All(parts) => return Ok(Condition::All(both(parts)?)),
        Clause::Any(parts) => return Ok(Condition::Any(both(parts)?)),
        Clause::Test { name, operator, spelling, values } => (name, *operator, spelling, values),
    };
    *criteria += 1;
    check_number(values.len(), limits.values, "in")?;
    let column = column(module, name, "where")?;
    if !allows(column.kind, spelling) {
        let details = json!({ "column_name": name, "operator": spelling, "reason": "operator not supported" });
        return Err(invalid(details));
    }
    if let Some(value) = values.iter().find(|value| !is_value(column.kind, value)) {
        let details = json!({ "column_name": name, "value": value, "operator": spelling });
        let message = "value given seems to be invalid for the column";
        return Err(refuse(400, "INVALID_QUERY", message, details));
    }
    let values = values.clone();
    Ok(Condition::Test(Test { column, operator, values }))
}

/// Which operators a type of field takes.
fn allows(kind: Kind, operator: &str) -> bool {
    const TEXT: [&str; 7] = ["=", "!=", "like", "not like", "in", "not in", "is null"];
    const REFERENCE: [&str; 5] = ["=", "!=", "in", "not in", "is null"];
    match kind {
        // Long text can only be selected.
        Kind::TextArea | Kind::Json | Kind::Subform | Kind::FileUpload => false,
        Kind::Boolean => operator == "=",
        Kind::Lookup(_) | Kind::User | Kind::Anything => REFERENCE.contains(&operator),
        Kind::Id
        | Kind::Integer
        | Kind::Bigint
        | Kind::Double
        | Kind::Currency
        | Kind::Percent
        | Kind::Date
        | Kind::DateTime => !operator.contains("like"),
        _ => TEXT.contains(&operator),
    }
}

fn order(
    module: &'static Module,
    columns: &[Selected],
    items: &[(Item, bool)],
) -> Result<Vec<(Key, bool)>, Box<Answer>> {
    let key = |item: &Item| {
        let of_function = |known: &Selected| known.function == item.function && known.column.name == item.name;
        let selected = columns.iter().position(|known| {
            known.key == item.name && item.function.is_none() || item.function.is_some() && of_function(known)
        });
        match selected {
            Some(place) => Ok(Key::Selected(place)),
            None => column(module, &item.name, "order by").map(Key::Column),
        }
    };
    items.iter().map(|(item, descending)| Ok((key(item)?, *descending))).collect()
}

/// In a grouped query everything told is a group or a function.
fn check_groups(plan: &Plan) -> Result<(), Box<Answer>> {
    if !plan.is_grouped() {
        return Ok(());
    }
    let is_group = |column: &Column| plan.group_by.iter().any(|group| group.name == column.name);
    let stray = plan.columns.iter().find(|selected| selected.function.is_none() && !is_group(&selected.column));
    match stray {
        Some(stray) => Err(invalid(json!({ "column_name": stray.column.name, "clause": "group by" }))),
        None => Ok(()),
    }
}

fn check_joins(plan: &Plan, limits: &Limits) -> Result<(), Box<Answer>> {
    let selected = plan.columns.iter().map(|selected| &selected.column);
    let columns = selected.chain(plan.condition.tests().into_iter().map(|test| &test.column)).chain(&plan.group_by);
    let relations: HashSet<&str> = columns
        .filter(|column| column.joins() > 0)
        .filter_map(|column| column.name.rsplit_once('.'))
        .map(|(relation, _)| relation)
        .collect();
    check_number(relations.len(), limits.joins, "joins")
}
