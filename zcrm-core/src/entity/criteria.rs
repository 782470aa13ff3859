//! Criteria as Zoho tells them.

use super::json::Json;

use super::define::entity;
use super::reference::FieldRef;

entity! {
    /// A condition, or several that an operator joins: which records a custom view or a lookup selects.
    ///
    /// To *search*, build criteria with [`resource`](crate::resource) instead.
    #[doc(alias = "ZCRMCustomViewCriteria")]
    pub struct CustomViewCriteria {
        /// The field, for one condition.
        field: FieldRef = "field",
        /// How it is compared, such as `equal`, `contains`, `between`.
        comparator: String = "comparator",
        /// What it is compared with.
        value: Json = "value",
        /// `and` or `or`, for several conditions.
        group_operator: String = "group_operator",
        /// The conditions that are joined, any number of them.
        group: Vec<CustomViewCriteria> = "group",
    }
}

impl CustomViewCriteria {
    /// The tree in one line: `((City:equal:Oslo)and(Company:starts_with:A))`.
    #[must_use]
    pub fn condition(&self) -> String {
        self.written('(', ')', &mut |leaf| {
            let field = leaf.field.as_ref().and_then(|field| field.api_name.as_deref()).unwrap_or_default();
            let text = |value: &Json| value.text_lossy().map_or_else(|| value.compact(), Into::into);
            let value = leaf.value.as_ref().map(text).unwrap_or_default();
            format!("({field}:{}:{value})", leaf.comparator.as_deref().unwrap_or_default())
        })
    }

    /// How the conditions hang together, numbered from 0 as they stand: `{0and1}`.
    #[must_use]
    pub fn pattern(&self) -> String {
        let mut next = 0..;
        self.written('{', '}', &mut |_| next.next().map(|number: u32| number.to_string()).unwrap_or_default())
    }

    fn written(&self, open: char, close: char, leaf: &mut impl FnMut(&Self) -> String) -> String {
        match self.group.as_deref() {
            None | Some([]) => leaf(self),
            Some(group) => {
                let parts: Vec<_> = group.iter().map(|part| part.written(open, close, leaf)).collect();
                format!("{open}{}{close}", parts.join(self.group_operator.as_deref().unwrap_or("and")))
            }
        }
    }
}
