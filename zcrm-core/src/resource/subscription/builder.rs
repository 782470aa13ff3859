//! How a subscription is set up.

use std::time::Duration;

use super::reader::Subscription;
use super::settings::KINDS;
use crate::resource::notifications::EventKind;

impl Subscription {
    /// The fields of the records, by API name, in all modules; all when none is named. `id`, `Created_Time` and
    /// `Modified_Time` come anyway. The state belongs to them.
    pub fn fields<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.settings.fields.extend(names.into_iter().map(Into::into));
        self
    }

    /// Only some kinds of changes; all unless said otherwise. What a record was created or edited in between two passes
    /// is one change, a [`Create`](EventKind::Create) where it was created in between.
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = EventKind>) -> Self {
        let wanted: Vec<EventKind> = kinds.into_iter().collect();
        let is_wanted = |kind: &EventKind| wanted.contains(kind) || wanted.contains(&EventKind::All);
        self.settings.kinds = KINDS.into_iter().filter(is_wanted).collect();
        self
    }

    /// How often each module is swept at least, whatever notifications say; 5 minutes unless said otherwise.
    pub fn every(mut self, pause: Duration) -> Self {
        self.settings.every = pause;
        self
    }

    /// Lets Zoho tell of changes at this URL: a channel is enabled, renewed in time, and watched. Pass what comes in to
    /// [`Hints::receive`](super::Hints::receive). Without it the modules are only swept.
    pub fn notify_url(mut self, url: impl Into<String>) -> Self {
        self.settings.notify_url = Some(url.into());
        self
    }

    /// How long the channel is asked to live from each renewal on; as long as Zoho lets it unless said otherwise.
    pub fn channel_life(mut self, life: Duration) -> Self {
        self.settings.life = Some(life);
        self
    }
}
