mod merge;
mod paging;
mod query;
mod statement;
mod whole;

/// The text of the error for what must fail, after a look at its kind.
fn refusal<T: std::fmt::Debug>(result: crate::Result<T>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
    error.to_string()
}
