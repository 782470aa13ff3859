//! Ids of records, close together.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Ids, two bytes each where they lie close together. Written down as the first one, and how far each other one is from
/// the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ids(BTreeMap<u64, Vec<u16>>);

impl Ids {
    /// Remembers an id; whether it is new.
    pub(super) fn insert(&mut self, id: u64) -> bool {
        let [high, low] = [id >> 16, id & 0xffff];
        let low = u16::try_from(low).unwrap_or_default();
        let near = self.0.entry(high).or_default();
        match near.binary_search(&low) {
            Ok(_) => false,
            Err(place) => {
                near.insert(place, low);
                true
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.iter().flat_map(|(high, near)| near.iter().map(move |low| (high << 16) | u64::from(*low)))
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut before = 0;
        serializer.collect_seq(self.iter().map(|id| id.saturating_sub(std::mem::replace(&mut before, id))))
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut ids = Self::default();
        let mut id: u64 = 0;
        for distance in Vec::<u64>::deserialize(deserializer)? {
            id = id.saturating_add(distance);
            ids.insert(id);
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_when_they_were_written_down() {
        let mut ids = Ids::default();
        for id in [3_652_397_000_000_186_017, 0, u64::MAX, 65_535, 65_536, 3_652_397_000_000_186_018] {
            assert!(ids.insert(id) && !ids.insert(id));
        }
        let text = serde_json::to_string(&ids).unwrap();
        assert_eq!(text, "[0,65535,1,3652397000000120481,1,14794347073709365597]");
        assert_eq!(serde_json::from_str::<Ids>(&text).unwrap(), ids);
    }
}
