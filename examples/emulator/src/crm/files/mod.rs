//! Files: attachments, photos, and those uploaded for file fields. Their content lies in temporary files.

mod attachments;
mod photo;
mod uploads;

pub(crate) use attachments::route as attachments;
pub(crate) use photo::{org_photo, route as photo};
pub(crate) use uploads::route as uploads;
