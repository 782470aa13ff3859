//! Criteria with fewer conditions and the same meaning.

use super::{Condition, Criteria, Joint, Literal, Node, Operator};

impl Criteria {
    /// The same criteria, where several conditions on one field are one: `A != 1 and A != 2` is `A not in (1, 2)`, and
    /// `A = 1 or A = 2` is `A in (1, 2)`.
    pub(crate) fn merged(&self) -> Self {
        let Node::Group(joint, members) = &self.0 else { return self.clone() };
        let mut merged: Vec<Self> = Vec::new();
        for member in members.iter().map(Self::merged) {
            let twin = merged.iter_mut().find_map(|other| other.with(&member, *joint).map(|both| (other, both)));
            match twin {
                Some((other, both)) => *other = both,
                None => merged.push(member),
            }
        }
        Self::group(*joint, merged)
    }

    /// Both conditions as one, where they are about the values of one field.
    fn with(&self, other: &Self, joint: Joint) -> Option<Self> {
        let (Node::Condition(one), Node::Condition(other)) = (&self.0, &other.0) else { return None };
        if one.field != other.field {
            return None;
        }
        let mut values = one.values(joint)?.to_vec();
        for value in other.values(joint)? {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        let operator = if joint == Joint::And { Operator::NotIn } else { Operator::In };
        Some(Self::condition(&one.field, operator, Literal::List(values)))
    }
}

impl Condition {
    /// The values that an `and` excludes, or that an `or` allows; none where a list cannot have them.
    fn values(&self, joint: Joint) -> Option<&[Literal]> {
        let (one, several) = match joint {
            Joint::And => (Operator::NotEqual, Operator::NotIn),
            Joint::Or => (Operator::Equals, Operator::In),
        };
        match &self.value {
            Literal::List(values) if self.operator == several => Some(values),
            Literal::List(_) | Literal::Null | Literal::Boolean(_) => None,
            value => (self.operator == one).then(|| std::slice::from_ref(value)),
        }
    }
}
