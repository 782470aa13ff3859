//! Mass operations: what Zoho does to many records at once, by their ids or by a custom view.
//!
//! * [`update`], [`delete`], [`owner`]: by ids, with an outcome for each record; by a view, as a job.
//! * [`convert`], [`tags`]: jobs. [`merge`]: at once, or as a job.
//! * [`view`]: the records of a job. [`start`]: starting one, when another one is not over.
//! * [`job`]: a job as data. [`handle`]: to ask and to wait; [`status`]: how far it is.

mod convert;
mod delete;
mod handle;
mod job;
mod merge;
mod owner;
mod start;
mod status;
mod tags;
mod update;
mod view;

pub use convert::MassConvert;
pub use delete::MassDelete;
pub use handle::MassJobHandle;
pub use job::{MassJob, MassOperation};
pub use merge::{Merge, Merged};
pub use owner::ChangeOwner;
pub use status::{MassState, MassStatus};
pub use update::MassUpdate;
