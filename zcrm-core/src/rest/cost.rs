//! What a request costs: credits, and a share of the concurrency.

/// What a request costs the organization, as far as that is known before it is sent.
///
/// The figures are those of Zoho's page *API limits* (v2, v4 and v8) and of its Kaizen posts, corrected by the prices
/// that Zoho itself tells once [`client.limits().read_prices()`](crate::resource::LimitsHandle::read_prices) was
/// called; its own count decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cost {
    credits: u32,
    heavy: bool,
    slots: u8,
}

impl Cost {
    /// One credit and one slot: what Zoho's page does not list otherwise.
    pub const ONE: Self = Self { credits: 1, heavy: false, slots: 1 };

    /// So many credits.
    #[must_use]
    pub const fn credits_of(credits: u32) -> Self {
        Self { credits, heavy: false, slots: 1 }
    }

    /// One credit for each `per` of `items`, and at least one.
    #[must_use]
    pub fn per_items(items: usize, per: usize) -> Self {
        Self::credits_of(u32::try_from(items.div_ceil(per.max(1))).unwrap_or(u32::MAX).max(1))
    }

    /// Inserting, updating or upserting so many records: one credit for ten, heavy beyond ten.
    #[must_use]
    pub fn records(records: usize) -> Self {
        let cost = Self::per_items(records, 10);
        if records > 10 { cost.heavy() } else { cost }
    }

    /// The same cost, counted against Zoho's sub-concurrency as well: records of a custom view or sorted ones, writes
    /// of more than ten records, searches, conversions, COQL, composite requests and mails.
    #[must_use]
    pub const fn heavy(self) -> Self {
        Self { heavy: true, ..self }
    }

    /// The same cost, with so many slots of the concurrency taken while the request is in flight.
    #[must_use]
    pub const fn with_slots(self, slots: u8) -> Self {
        Self { slots, ..self }
    }

    /// The same cost at Zoho's own price, which lies between these credits.
    pub(crate) fn within(self, bounds: Option<(u32, u32)>) -> Self {
        match bounds {
            Some((least, most)) if least <= most => Self { credits: self.credits.clamp(least, most), ..self },
            _ => self,
        }
    }

    /// The API credits, of which an organization has a budget for 24 hours.
    #[must_use]
    pub const fn credits(self) -> u32 {
        self.credits
    }

    /// Whether the request counts against the sub-concurrency, which Zoho limits to 10 in every edition.
    #[must_use]
    pub const fn is_heavy(self) -> bool {
        self.heavy
    }

    /// How many slots of the concurrency it takes while it is in flight: 5 for a composite request, else 1.
    #[must_use]
    pub const fn slots(self) -> u8 {
        self.slots
    }
}

#[cfg(test)]
mod tests {
    use super::Cost;

    #[test]
    fn ten_records_cost_a_credit_and_more_are_heavy() {
        let cost = |records| (Cost::records(records).credits(), Cost::records(records).is_heavy());
        assert_eq!([0, 1, 10, 11, 100].map(cost), [(1, false), (1, false), (1, false), (2, true), (10, true)]);
    }
}
