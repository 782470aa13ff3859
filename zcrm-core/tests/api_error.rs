//! What Zoho says of a failure, and how a program gets at it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::value::RawValue;
use serde_json::{Value, json};
use zcrm_core::ApiError;

fn error(code: &str, details: Value) -> ApiError {
    ApiError::new(code, "message", details)
}

#[test]
fn only_duplicates_name_another_record() {
    for (code, details, id) in [
        ("DUPLICATE_DATA", json!({"id": "1"}), Some("1")),
        ("DUPLICATE_DATA", json!({"id": 3_652_397_000_000_190_001_u64}), Some("3652397000000190001")),
        ("DUPLICATE_DATA", json!({"duplicate_record": {"id": "2"}, "id": "1"}), Some("2")),
        ("DUPLICATE_DATA", json!({"api_name": "Email"}), None),
        ("DUPLICATE_DATA", json!([]), None),
        ("INVALID_DATA", json!({"id": "1"}), None),
        ("INVALID_DATA", json!({"duplicate_record": {"id": "2"}}), None),
    ] {
        assert_eq!(error(code, details.clone()).duplicate_id().as_deref(), id, "{code} {details}");
    }
}

#[test]
fn details_keep_their_digits() {
    let sent = r#"{"id":12345678901234567890123,"amount":0.10,"of":1e999,"text":"\ud83d"}"#;
    let details: Box<RawValue> = serde_json::from_str(sent).unwrap();
    let error = ApiError::new("DUPLICATE_DATA", "", details);
    assert_eq!(error.details(), sent);
    assert_eq!(error.to_string(), format!("DUPLICATE_DATA {sent}"));
    assert_eq!(error.duplicate_id().as_deref(), Some("12345678901234567890123"));
}

#[test]
fn errors_within_an_error_are_reached() {
    let several = error(
        "MULTIPLE_OR_MULTI_ERRORS",
        json!({"errors": [
            {"code": "INVALID_DATA", "message": "invalid data", "status": "error",
                "details": {"id": "1", "expected_data_type": "boolean", "json_path": "$.data[0].Opt"}},
            {"code": "MULTIPLE_OR_MULTI_ERRORS", "details": {"errors": [
                {"code": "DUPLICATE_DATA", "message": "duplicate data",
                    "details": {"api_name": "Email", "duplicate_record": {"id": "9"}}}]}},
            "odd",
        ]}),
    );
    let codes: Vec<_> = several.errors().into_iter().map(|error| error.code).collect();
    assert_eq!(codes, ["INVALID_DATA", "MULTIPLE_OR_MULTI_ERRORS", "DUPLICATE_DATA"]);
    assert_eq!(several.field().as_deref(), Some("Email"));
    assert_eq!(several.json_path().as_deref(), Some("$.data[0].Opt"));
    assert_eq!(several.expected_data_type().as_deref(), Some("boolean"));
    assert_eq!(several.duplicate_id().as_deref(), Some("9"));
    for details in [json!(null), json!(""), json!([]), json!({"errors": {}}), json!({"errors": [1, {"code": 5}]})] {
        let error = error("OTHER", details);
        assert_eq!((error.field(), error.duplicate_id()), (None, None));
        assert!(error.errors().len() <= 1);
    }
}
