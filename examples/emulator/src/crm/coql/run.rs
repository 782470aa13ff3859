//! The rows that a query finds.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::group;
use super::plan::{Key, Plan, Selected};
use crate::crm::condition::{Column, World};
use crate::crm::metadata::Kind;
use crate::crm::org::Org;
use crate::crm::row::{Row, compare};
use crate::crm::store::{Order, Record, Shelf};
use crate::crm::visit::Visit;
use crate::version::Version;

/// The rows, and whether there are more of them.
pub(super) fn run(org: &Org, visit: &Visit<'_>, plan: &Plan) -> (Vec<Value>, bool) {
    let world = World { records: &org.records, users: &org.users };
    let with_converted = plan.condition.asks_for_converted();
    let lets_through = |record: &Record<'_>| {
        (with_converted || !record.is_converted())
            && plan.shows.holds(&visit.person.id, record)
            && plan.condition.holds(world, record)
    };
    let shelf = org.records.shelf(plan.module);
    if plan.is_grouped() {
        let records = walk(shelf, plan, None).filter(lets_through);
        return page(plan, sorted_groups(world, plan, records).into_iter());
    }
    let tell = |record: Record<'_>| present(world, visit, plan, &record);
    match store_order(plan) {
        Some(order) => page(plan, walk(shelf, plan, Some(order)).filter(lets_through).map(tell)),
        None => {
            let records = walk(shelf, plan, None).filter(lets_through);
            page(plan, sorted(world, plan, records).into_iter().map(tell))
        }
    }
}

/// The order that the store has ready, if it is the wanted one.
fn store_order(plan: &Plan) -> Option<(Order, bool)> {
    let own = |key: &Key| match key {
        Key::Column(column) => column.own_field().map(str::to_owned),
        Key::Selected(place) => plan.columns.get(*place)?.column.own_field().map(str::to_owned),
    };
    match plan.order_by.as_slice() {
        [] => Some((Order::Id, false)),
        [(key, descending)] => {
            let order = Order::by(&own(key)?)?;
            // Ties go up by id.
            (order == Order::Id || !descending).then_some((order, *descending))
        }
        [(first, descending), (second, also_descending)] if descending == also_descending => {
            let order = Order::by(&own(first)?).filter(|order| *order != Order::Id)?;
            (own(second)? == "id").then_some((order, *descending))
        }
        _ => None,
    }
}

fn walk<'a>(shelf: &'a Shelf, plan: &Plan, order: Option<(Order, bool)>) -> impl Iterator<Item = Record<'a>> {
    let (order, descending) = order.unwrap_or((Order::Id, false));
    shelf.ordered(order, descending, &plan.condition.bounds()).filter_map(|id| shelf.record(id))
}

/// Cuts the wanted rows out and looks whether one follows.
fn page(plan: &Plan, rows: impl Iterator<Item = Value>) -> (Vec<Value>, bool) {
    let mut rows = rows.skip(usize::try_from(plan.offset).unwrap_or(usize::MAX));
    let page: Vec<Value> = rows.by_ref().take(usize::try_from(plan.limit).unwrap_or(usize::MAX)).collect();
    (page, rows.next().is_some())
}

fn sorted<'a>(world: World<'_>, plan: &Plan, records: impl Iterator<Item = Record<'a>>) -> Vec<Record<'a>> {
    let key = |key: &Key, record: &Record<'_>| match key {
        Key::Column(column) => column.value(world, record),
        Key::Selected(place) => {
            plan.columns.get(*place).map(|known| known.column.value(world, record)).unwrap_or_default()
        }
    };
    let mut keyed: Vec<(Vec<Value>, Record<'a>)> =
        records.map(|record| (plan.order_by.iter().map(|(name, _)| key(name, &record)).collect(), record)).collect();
    keyed.sort_by(|(one, _), (other, _)| by_keys(plan, one, other));
    keyed.into_iter().map(|(_, record)| record).collect()
}

fn by_keys(plan: &Plan, one: &[Value], other: &[Value]) -> Ordering {
    let pairs = one.iter().zip(other).zip(&plan.order_by);
    let orders = pairs.map(|((one, other), (_, descending))| {
        let order = compare(one, other);
        if *descending { order.reverse() } else { order }
    });
    orders.fold(Ordering::Equal, Ordering::then)
}

fn sorted_groups<'a>(world: World<'_>, plan: &Plan, records: impl Iterator<Item = Record<'a>>) -> Vec<Value> {
    let mut rows = group::rows(world, plan, records);
    let key = |key: &Key, row: &Row| {
        let name = match key {
            Key::Column(column) => &column.name,
            Key::Selected(place) => plan.columns.get(*place).map_or("", |known| known.key.as_str()),
        };
        row.get(name).cloned().unwrap_or_default()
    };
    let keys = |row: &Row| plan.order_by.iter().map(|(name, _)| key(name, row)).collect::<Vec<_>>();
    rows.sort_by(|one, other| by_keys(plan, &keys(one), &keys(other)));
    rows.into_iter().map(Value::Object).collect()
}

fn present(world: World<'_>, visit: &Visit<'_>, plan: &Plan, record: &Record<'_>) -> Value {
    use crate::crm::row::Fields;
    let told =
        plan.columns.iter().map(|Selected { key, column, .. }| (key.clone(), told(world, visit, column, record)));
    let mut row: Row = told.collect();
    row.insert("id".to_owned(), record.value("id").into_owned());
    Value::Object(row)
}

/// A value as it is told: look-ups by their id, from v7 on with their name, which for users is the last one.
fn told(world: World<'_>, visit: &Visit<'_>, column: &Column, record: &Record<'_>) -> Value {
    let value = column.value(world, record);
    if !value.is_object() {
        return value;
    }
    let id = value["id"].clone();
    match column.kind {
        Kind::Lookup(_) if visit.version >= Version::V7 => json!({ "name": value["name"], "id": id }),
        Kind::User if visit.version >= Version::V7 => {
            let name = world.users.named(&value).and_then(|user| user.get("last_name")).unwrap_or(&value["name"]);
            json!({ "name": name, "id": id })
        }
        Kind::Lookup(_) | Kind::User | Kind::Anything | Kind::Json => json!({ "id": id }),
        _ => value,
    }
}
