//! Line items. v2 has them in `Product_Details`; from v2.1 on they are a subform with a name of its own in each module
//! and capitalised members. They are kept in the form of v2.

use serde_json::{Value, json};

use super::check::Refused;
use crate::crm::metadata::{self, Module};
use crate::crm::row::{Row, id_of};
use crate::crm::store::Store;
use crate::crm::visit::Visit;
use crate::verdict::{failure, mandatory};
use crate::version::Version;

const IN_V2: &str = "Product_Details";

/// Members of a line: in v2, and later.
const MEMBERS: [(&str, &str); 11] = [
    ("product", "Product_Name"),
    ("quantity", "Quantity"),
    ("list_price", "List_Price"),
    ("total", "Total"),
    ("total_after_discount", "Total_After_Discount"),
    ("net_total", "Net_Total"),
    ("product_description", "Description"),
    ("book", "Price_Book_Name"),
    ("line_tax", "Line_Tax"),
    ("unit_price", "Unit_Price"),
    ("quantity_in_stock", "Quantity_in_Stock"),
];

/// A record as the version of the call has it.
pub(super) fn outward(visit: &Visit<'_>, module: &Module, row: &mut Row) {
    let Some(later) = module.line_items().filter(|_| visit.version >= Version::V2_1) else {
        return;
    };
    let Some(mut lines) = row.remove(IN_V2) else {
        return;
    };
    rename(&mut lines, |(old, new)| (old, new));
    row.insert(later.to_owned(), lines);
}

/// A record as it is kept.
pub(super) fn inward(visit: &Visit<'_>, module: &Module, row: &mut Row) {
    let Some(later) = module.line_items().filter(|_| visit.version >= Version::V2_1) else {
        return;
    };
    row.remove(IN_V2);
    if let Some(mut lines) = row.remove(later) {
        rename(&mut lines, |(old, new)| (new, old));
        row.insert(IN_V2.to_owned(), lines);
    }
}

fn rename(lines: &mut Value, direction: impl Fn((&'static str, &'static str)) -> (&'static str, &'static str)) {
    for line in lines.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        for (from, to) in MEMBERS.map(&direction) {
            if let Some(value) = line.remove(from) {
                line.insert(to.to_owned(), value);
            }
        }
    }
}

/// Checks the lines, looks their products up, and works the sums out.
pub(super) fn reckon(store: &Store, module: &Module, row: &mut Row) -> Result<(), Refused> {
    if module.line_items().is_none() {
        return Ok(());
    }
    let Some(Value::Array(lines)) = row.get_mut(IN_V2) else {
        return Ok(());
    };
    let mut sum = 0.0;
    for line in lines.iter_mut() {
        sum += reckon_line(store, line)?;
    }
    let number = |name: &str| row.get(name).and_then(Value::as_f64).unwrap_or_default();
    let grand_total = sum - number("Discount") + number("Adjustment");
    row.insert("Sub_Total".to_owned(), json!(sum));
    row.insert("Grand_Total".to_owned(), json!(grand_total));
    Ok(())
}

fn reckon_line(store: &Store, line: &mut Value) -> Result<f64, Refused> {
    let refuse = |member: &str| failure("INVALID_DATA", "invalid data", json!({ "api_name": member }));
    let missing = |member: &str| mandatory(member);
    if !line.is_object() {
        return Err(refuse(IN_V2));
    }
    let products = metadata::find("Products").ok_or_else(|| refuse("product"))?;
    let id = id_of(&line["product"]).ok_or_else(|| missing("product"))?;
    let product_row = store.shelf(products).row(id).ok_or_else(|| refuse("product"))?;
    let quantity = line["quantity"].as_f64().ok_or_else(|| missing("quantity"))?;
    let price = line["list_price"].as_f64().or_else(|| product_row.get("Unit_Price")?.as_f64()).unwrap_or_default();
    let total = quantity * price;
    let discount = match &line["Discount"] {
        Value::String(percent) => percent.trim_end_matches('%').parse::<f64>().unwrap_or_default() * total / 100.0,
        other => other.as_f64().unwrap_or_default(),
    };
    let taxes = line["line_tax"].as_array().into_iter().flatten();
    let taxes = taxes.map(|tax| tax["percentage"].as_f64().unwrap_or_default() * (total - discount) / 100.0);
    // Not `sum`, which is -0.0 where there is none.
    let tax = taxes.fold(0.0, |sum, tax| sum + tax);
    let product = json!({
        "Product_Code": product_row.get("Product_Code"),
        "name": product_row.get("Product_Name"),
        "id": id.to_string(),
    });
    if line["line_tax"].is_null() {
        line["line_tax"] = json!([]);
    }
    // Zoho names them in every line, and its own SDKs cannot do without.
    for member in ["product_description", "book"] {
        if line[member].is_null() {
            line[member] = Value::Null;
        }
    }
    for (member, value) in [
        ("product", product),
        ("list_price", json!(price)),
        ("total", json!(total)),
        ("Discount", json!(discount)),
        ("total_after_discount", json!(total - discount)),
        ("Tax", json!(tax)),
        ("unit_price", product_row.get("Unit_Price").cloned().unwrap_or_default()),
        ("quantity_in_stock", product_row.get("Qty_in_Stock").cloned().unwrap_or_default()),
        ("net_total", json!(total - discount + tax)),
    ] {
        line[member] = value;
    }
    Ok(total - discount + tax)
}
