//! Aggregates: one row for each group.

use serde_json::{Value, json};

use super::plan::{Plan, Selected};
use super::syntax::Function;
use crate::crm::condition::World;
use crate::crm::row::{Row, compare};
use crate::crm::store::Record;

/// What a function has seen so far.
#[derive(Clone, Debug, Default)]
struct Seen {
    count: u64,
    sum: f64,
    least: Value,
    most: Value,
}

impl Seen {
    fn add(&mut self, value: Value) {
        if value.is_null() {
            return;
        }
        self.count += 1;
        self.sum += value.as_f64().unwrap_or_default();
        if self.least.is_null() || compare(&value, &self.least).is_lt() {
            self.least = value.clone();
        }
        if self.most.is_null() || compare(&value, &self.most).is_gt() {
            self.most = value;
        }
    }

    fn result(&self, function: Function) -> Value {
        match function {
            Function::Count => json!(self.count),
            Function::Sum => number(self.sum),
            Function::Avg if self.count == 0 => Value::Null,
            Function::Avg => number(self.sum / self.count as f64),
            Function::Min => self.least.clone(),
            Function::Max => self.most.clone(),
        }
    }
}

/// A sum without a fraction is a whole number.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// One row for each group, in the order in which the groups come up.
pub(super) fn rows<'a>(world: World<'_>, plan: &Plan, records: impl Iterator<Item = Record<'a>>) -> Vec<Row> {
    let mut places = std::collections::HashMap::<String, usize>::new();
    let mut groups: Vec<(Vec<Value>, Vec<Seen>)> = Vec::new();
    if plan.group_by.is_empty() {
        groups.push((Vec::new(), vec![Seen::default(); plan.columns.len()]));
        places.insert("[]".to_owned(), 0);
    }
    for record in records {
        let keys: Vec<Value> = plan.group_by.iter().map(|column| column.value(world, &record)).collect();
        let place = *places.entry(json!(keys).to_string()).or_insert_with(|| {
            groups.push((keys, vec![Seen::default(); plan.columns.len()]));
            groups.len() - 1
        });
        let Some((_, seen)) = groups.get_mut(place) else {
            continue;
        };
        for (selected, seen) in plan.columns.iter().zip(seen).filter(|(selected, _)| selected.function.is_some()) {
            seen.add(selected.column.value(world, &record));
        }
    }
    groups.into_iter().map(|(keys, seen)| row(plan, &keys, &seen)).collect()
}

fn row(plan: &Plan, keys: &[Value], seen: &[Seen]) -> Row {
    let told = plan.columns.iter().zip(seen).map(|(Selected { key, column, function }, seen)| {
        let group = || {
            let place = plan.group_by.iter().position(|group| group.name == column.name);
            place.and_then(|place| keys.get(place)).cloned().unwrap_or_default()
        };
        (key.clone(), function.map_or_else(group, |function| seen.result(function)))
    });
    told.collect()
}
