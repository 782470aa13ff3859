//! What a record may hold, as the value of a field.

use super::{LineItem, Lookup, Participant, PricingDetail, Record, RecordFile, RecordTax};
use crate::entity::json::write;
use crate::entity::{Date, DateTime, Json, LayoutRef, Tag, UserRef};

macro_rules! values {
    ($($name:ident),* $(,)?) => {$(
        impl From<$name> for Json {
            /// As it stands in a record.
            fn from(value: $name) -> Self {
                Self::from_written(write(&value))
            }
        }
    )*};
}

values!(
    Date,
    DateTime,
    LayoutRef,
    LineItem,
    Lookup,
    Participant,
    PricingDetail,
    Record,
    RecordFile,
    RecordTax,
    Tag,
    UserRef
);
