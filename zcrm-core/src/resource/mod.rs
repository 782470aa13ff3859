//! What you ask: handles that know a path and a session.
//!
//! A noun gives a handle and sends nothing: [`client.users()`](crate::Client::users),
//! [`client.module("Leads")`](crate::Client::module), [`leads.record(id)`](ModuleHandle::record). A verb sends: `get`,
//! `create`, `update`, `delete`, `send`. A listing or a search is a builder, which is sent by `send`, `all` or by
//! iterating. What comes back is plain data in [`entity`](crate::entity).
//!
//! * `collection`: the verbs that all collections share.
//! * `organization`: users, roles, profiles, taxes, variables, notes.
//! * `module`: a module's records in bulk, its metadata, tags and custom views.
//! * `bulk`: whole modules by bulk read and bulk write (feature `bulk`).
//! * `mass`: mass operations: by ids, and as jobs.
//! * `record`: one record, and what belongs to it.
//! * `limits`: what the organization may spend, and what requests cost.
//! * `query`: queries in COQL. `composite`: several requests in one call.
//! * `scan`: a module of any size, by the cheapest of pages, COQL and bulk read. `row`: rows as text.
//! * `changes`: what was created, modified and deleted in a module since a cursor.
//! * `notifications`: channels by which Zoho tells of changes.
//! * `subscription`: changes of several modules as they happen, by sweeps that notifications bring forward.

#[cfg(feature = "bulk")]
mod bulk;
mod changes;
mod collection;
mod composite;
mod limits;
mod mass;
mod module;
mod notifications;
mod organization;
mod query;
mod record;
mod row;
mod scan;
mod subscription;

#[cfg(feature = "bulk")]
pub use bulk::{
    BulkCallback, BulkCursor, BulkRead, BulkReadJob, BulkResult, BulkRows, BulkWrite, BulkWriteJob, BulkWriteOutcomes,
    BulkWritePlan, BulkWriteRows, Job, JobResult, JobState, JobStatus, ResultRows,
};
pub use changes::{Change, Changes, ChangesCursor, ChangesRows, DeletionKind};
pub use collection::{Collection, Create, Delete, Get, Resource, Update};
pub use composite::{Composite, CompositeResults, SubRequest};
pub use limits::{Edition, Limits, LimitsHandle};
pub use mass::{
    ChangeOwner, MassConvert, MassDelete, MassJob, MassJobHandle, MassOperation, MassState, MassStatus, MassUpdate,
    Merge, Merged,
};
pub use module::{DeletedKind, ModuleHandle, SearchBy, Which, Writer};
pub use notifications::{
    Affected, Channel, Condition, Event, EventKind, FieldSelection, ListedChannel, Notification, NotificationsHandle,
    Operation, Watch,
};
pub use organization::{OrganizationHandle, TaxesHandle, UserType};
pub use query::{QueryCursor, QueryHandle, QueryRows};
pub use record::{Conversion, Converted, PhotoHandle, RecordHandle, RelatedHandle};
pub use scan::{Prefer, Scan, ScanCursor, ScanPlan, ScanRows, Way};
pub use subscription::{Hints, Subscription, SubscriptionState, Told, ToldChange};
