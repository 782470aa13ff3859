//! Criteria within an endpoint's limits, with the same meaning.

use crate::error::{Error, Result};

use super::{Condition, Criteria, Joint, Literal, Node, Operator, invalid};

/// Queries that one set of criteria may be split into.
const PARTS: usize = 64;

impl Criteria {
    /// Splits the criteria into several of at most `limit` conditions each. Whatever fits one of them fits the
    /// criteria, and whatever fits the criteria fits at least one of them: a record may fit several, so that who sends
    /// them as several queries drops what came twice, by id.
    ///
    /// This is exact because only an `or` is taken apart: `a and (b or c)` finds the records of `a and b` and those of
    /// `a and c`, also where fields are empty. An `and` cannot be taken apart.
    ///
    /// ```
    /// use zcrm_core::criteria::Criteria;
    ///
    /// let criteria = Criteria::parse("City = 'Oslo' and (Stage = 'A' or Stage = 'B')")?;
    /// let parts: Vec<_> = criteria.split(2)?.iter().map(ToString::to_string).collect();
    /// assert_eq!(parts, ["City = 'Oslo' and Stage = 'A'", "City = 'Oslo' and Stage = 'B'"]);
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): more than `limit` conditions hold at the same time, or there
    /// would be more than 64 parts.
    pub fn split(&self, limit: usize) -> Result<Vec<Self>> {
        self.parts(limit).map_err(Error::logged)
    }

    /// As [`split`](Self::split), where failing is no error of the caller's.
    pub(crate) fn parts(&self, limit: usize) -> Result<Vec<Self>> {
        let needed = self.together();
        if needed > limit {
            return Err(invalid(format!(
                "these criteria cannot be split: {needed} of their conditions belong together, and {limit} are allowed"
            )));
        }
        let mut done = Vec::new();
        let mut open = vec![self.clone()];
        while let Some(criteria) = open.pop() {
            if criteria.conditions() <= limit {
                done.push(criteria);
            } else {
                match criteria.halves() {
                    Some((left, right)) => open.extend([right, left]),
                    None => done.push(criteria),
                }
            }
            if done.len() + open.len() > PARTS {
                return Err(invalid(format!(
                    "these criteria would be more than {PARTS} queries of {limit} conditions"
                )));
            }
        }
        Ok(done)
    }

    /// The same criteria, with no `in` of more than `values` values.
    pub(crate) fn fitted(&self, values: usize) -> Self {
        match &self.0 {
            Node::Group(joint, members) => Self::group(*joint, members.iter().map(|member| member.fitted(values))),
            Node::Condition(condition) => condition.fitted(values),
        }
    }

    /// How many conditions the largest part has when every `or` is taken apart.
    fn together(&self) -> usize {
        match &self.0 {
            Node::Condition(_) => 1,
            Node::Group(Joint::And, members) => members.iter().map(Self::together).sum(),
            Node::Group(Joint::Or, members) => members.iter().map(Self::together).max().unwrap_or_default(),
        }
    }

    /// The criteria with one half of their largest `or` each.
    fn halves(&self) -> Option<(Self, Self)> {
        match &self.0 {
            Node::Condition(_) => None,
            Node::Group(Joint::Or, members) => {
                let (left, right) = members.split_at(middle(members));
                Some((Self::group(Joint::Or, left.to_vec()), Self::group(Joint::Or, right.to_vec())))
            }
            Node::Group(Joint::And, members) => {
                let (place, _) = members
                    .iter()
                    .enumerate()
                    .filter(|(_, member)| member.largest_or() > 0)
                    .max_by_key(|(_, member)| member.largest_or())?;
                let (left, right) = members.get(place)?.halves()?;
                let with = |half: Self| {
                    let others = members.iter().enumerate();
                    let parts = others.map(|(at, member)| if at == place { half.clone() } else { member.clone() });
                    Self::group(Joint::And, parts.collect::<Vec<_>>())
                };
                Some((with(left), with(right)))
            }
        }
    }

    fn largest_or(&self) -> usize {
        match &self.0 {
            Node::Condition(_) => 0,
            Node::Group(Joint::Or, _) => self.conditions(),
            Node::Group(Joint::And, members) => members.iter().map(Self::largest_or).max().unwrap_or_default(),
        }
    }
}

/// Where to cut two or more members so that both sides have about as many conditions.
fn middle(members: &[Criteria]) -> usize {
    let all: usize = members.iter().map(Criteria::conditions).sum();
    let mut left = 0;
    let before = members.iter().take_while(|member| {
        left += member.conditions();
        left * 2 <= all
    });
    before.count().clamp(1, members.len().saturating_sub(1).max(1))
}

impl Condition {
    fn fitted(&self, limit: usize) -> Criteria {
        match &self.value {
            Literal::List(values) if self.operator.takes_list() && values.len() > limit => {
                let joint = if self.operator == Operator::In { Joint::Or } else { Joint::And };
                let chunks = values.chunks(limit.max(1));
                Criteria::group(
                    joint,
                    chunks.map(|chunk| Criteria::condition(&self.field, self.operator, Literal::List(chunk.to_vec()))),
                )
            }
            _ => Criteria(Node::Condition(self.clone())),
        }
    }
}
