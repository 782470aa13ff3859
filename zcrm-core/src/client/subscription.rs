//! Changes as they happen.

use super::Client;
use crate::resource::{Subscription, SubscriptionState};

impl Client {
    /// The changes of some modules, as they happen: from the state that was kept, or from a new one with a cursor for
    /// each module. Sends nothing.
    ///
    /// ```no_run
    /// # fn run(client: zcrm_core::Client) -> zcrm_core::Result<()> {
    /// use zcrm_core::resource::{ChangesCursor, SubscriptionState, Told};
    ///
    /// let state = SubscriptionState::new().with("Leads", ChangesCursor::from_now());
    /// let mut leads = client.subscription(state).fields(["Last_Name"]);
    /// while let Told::Change(told) = leads.read()? {
    ///     println!("{:?}", told.id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn subscription(&self, state: SubscriptionState) -> Subscription {
        Subscription::new(&self.session, state)
    }
}
