//! Relations between records that no look-up tells.

use crate::crm::row::Row;

/// Two records that were tied to each other, and what the tie itself holds, such as a list price.
#[derive(Clone, Debug)]
pub(crate) struct Tie {
    pub(crate) ends: [(&'static str, u64); 2],
    pub(crate) data: Row,
}

impl Tie {
    /// The record of a list at the other end, if this is one of the ends.
    pub(crate) fn other_end(&self, of: (&'static str, u64), list: &str) -> Option<u64> {
        let [one, other] = self.ends;
        let far = if one == of { other } else { one };
        (one == of || other == of).then_some(far).filter(|(module, _)| *module == list).map(|(_, id)| id)
    }
}
