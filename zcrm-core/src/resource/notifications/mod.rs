//! Notifications: channels by which Zoho calls a URL when records change.
//!
//! * [`handle`]: enabling, listing, changing, renewing and stopping channels.
//! * [`watch`]: what a channel is to tell; [`event`]: of which modules; [`condition`]: at which fields.
//! * [`channel`]: a channel as it was granted; [`listed`]: as Zoho lists it.
//! * [`notification`]: what Zoho sends to the URL.

mod channel;
mod condition;
mod event;
mod handle;
mod listed;
mod notification;
mod watch;

pub use channel::Channel;
pub use condition::{Condition, FieldSelection};
pub use event::{Event, EventKind};
pub use handle::NotificationsHandle;
pub use listed::ListedChannel;
pub use notification::{Affected, Notification, Operation};
pub use watch::Watch;
