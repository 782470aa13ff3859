//! Credits: spent by estimate, left by Zoho's word, and limited by the program.

use super::Cost;
use crate::error::{Error, ErrorKind, Result};

#[derive(Debug)]
pub(super) struct Credits {
    budget: Option<u64>,
    spent: u64,
    requests: u64,
    remaining: Option<u64>,
}

impl Credits {
    pub(super) fn new(budget: Option<u64>) -> Self {
        Self { budget, spent: 0, requests: 0, remaining: None }
    }

    /// Spends the credits of a request that is about to be sent.
    pub(super) fn spend(&mut self, cost: Cost) -> Result<()> {
        let spent = self.spent.saturating_add(cost.credits().into());
        if let Some(budget) = self.budget.filter(|budget| spent > *budget) {
            return Err(Error::new(
                ErrorKind::CreditBudget,
                format!(
                    "{} of the {budget} credits that max_credits allows are spent, and the next request costs {}; \
                     nothing was sent",
                    self.spent,
                    cost.credits()
                ),
            ));
        }
        self.spent = spent;
        self.requests = self.requests.saturating_add(1);
        Ok(())
    }

    /// Takes back the credits of a request that Zoho did not do.
    pub(super) fn refund(&mut self, cost: Cost) {
        self.spent = self.spent.saturating_sub(cost.credits().into());
    }

    /// Takes back a request that was not sent after all.
    pub(super) fn cancel(&mut self, cost: Cost) {
        self.refund(cost);
        self.requests = self.requests.saturating_sub(1);
    }

    pub(super) fn observe(&mut self, remaining: u64) {
        self.remaining = Some(remaining);
    }

    pub(super) fn spent(&self) -> u64 {
        self.spent
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests
    }

    pub(super) fn remaining(&self) -> Option<u64> {
        self.remaining
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_never_passed_and_what_was_not_done_is_given_back() {
        let mut credits = Credits::new(Some(5));
        credits.spend(Cost::credits_of(3)).unwrap();
        let error = credits.spend(Cost::credits_of(3)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CreditBudget);
        credits.refund(Cost::credits_of(3));
        credits.spend(Cost::credits_of(5)).unwrap();
        assert_eq!((credits.spent(), credits.requests()), (5, 2));
    }
}
