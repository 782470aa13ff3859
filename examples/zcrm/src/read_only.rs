//! Which fields Zoho takes no values for.

use zcrm_core::entity::Field;

/// Whether nobody, or not this user, can write the field.
#[must_use]
pub fn is_read_only(field: &Field) -> bool {
    let by_operation =
        field.operation_type.as_ref().is_some_and(|may| may.api_create == Some(false) && may.api_update == Some(false));
    let is_computed = matches!(field.data_type.as_deref(), Some("formula" | "autonumber" | "rollup_summary"));
    by_operation || is_computed || field.read_only == Some(true) || field.field_read_only == Some(true)
}
