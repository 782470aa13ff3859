//! What is checked before a text is made of criteria.

use crate::entity::{Date, DateTime};
use crate::error::{Error, Result};

use super::literal::is_number;
use super::{Condition, Criteria, Endpoint, Literal, Operator, invalid};

impl Criteria {
    /// Checks that the endpoint can say each condition, and that there are not too many.
    pub(super) fn check(&self, endpoint: Endpoint, limit: usize) -> Result<()> {
        let count = self.conditions();
        if count > limit {
            return Err(invalid(format!("{endpoint} takes at most {limit} conditions, these are {count}")));
        }
        self.leaves().into_iter().try_for_each(|condition| condition.check(endpoint))
    }
}

impl Condition {
    fn check(&self, endpoint: Endpoint) -> Result<()> {
        check_name(&self.field)?;
        if endpoint != Endpoint::Coql && self.field.contains(['!', '>']) {
            return Err(self.refused(&format!("only COQL knows such a name, {endpoint} does not")));
        }
        if !self.operator.known_to(endpoint) {
            let others = [Endpoint::Search, Endpoint::Coql, Endpoint::BulkRead].map(|other| {
                let able = self.operator.known_to(other);
                able.then(|| other.to_string())
            });
            let able = others.into_iter().flatten().collect::<Vec<_>>().join(" or ");
            return Err(self.refused(&format!("{endpoint} does not know the operator; {able} does")));
        }
        self.check_shape()?;
        self.scalars().try_for_each(|value| self.check_value(endpoint, value))
    }

    /// The operator has the right number of values.
    fn check_shape(&self) -> Result<()> {
        let operator = self.operator;
        let scalars = match &self.value {
            Literal::List(values) => values.as_slice(),
            other => std::slice::from_ref(other),
        };
        if operator.takes_nothing() {
            return Ok(());
        }
        if operator.takes_list() && scalars.is_empty() {
            return Err(self.refused("the list of values is empty"));
        }
        let is_list = matches!(self.value, Literal::List(_));
        if is_list && !operator.takes_list() && !operator.takes_range() {
            return Err(self.refused("it takes one value, not a list; use is_in or not_in"));
        }
        if scalars.iter().any(|value| matches!(value, Literal::Null | Literal::List(_))) {
            return Err(self.refused("neither null nor a list can be compared so; use is_null"));
        }
        if operator.matches_text() && self.value.text().is_none_or(str::is_empty) {
            return Err(self.refused("the text is empty"));
        }
        Ok(())
    }

    fn scalars(&self) -> impl Iterator<Item = &Literal> {
        match &self.value {
            Literal::List(values) => values.as_slice(),
            other => std::slice::from_ref(other),
        }
        .iter()
    }

    fn check_value(&self, endpoint: Endpoint, value: &Literal) -> Result<()> {
        check_literal(value).map_err(|reason| self.refused(reason))?;
        if matches!(value, Literal::Boolean(_)) && endpoint != Endpoint::Search && self.operator != Operator::Equals {
            return Err(self.refused(&format!("{endpoint} compares true and false by equals only")));
        }
        let Some(text) = value.text() else { return Ok(()) };
        match endpoint {
            Endpoint::Search if text.is_empty() => Err(self.refused("a search cannot look for an empty text")),
            Endpoint::Search => Ok(()),
            Endpoint::BulkRead if text == super::bulk_read::EMPTY => {
                Err(self.refused("bulk read takes this text for an empty field; use is_null"))
            }
            Endpoint::BulkRead if text.chars().count() > super::bulk_read::LONGEST_TEXT => Err(self
                .refused(&format!("bulk read takes texts of at most {} characters", super::bulk_read::LONGEST_TEXT))),
            Endpoint::BulkRead => Ok(()),
            Endpoint::Coql => self.check_coql(text),
        }
    }

    fn check_coql(&self, text: &str) -> Result<()> {
        if text.chars().any(char::is_control) {
            return Err(self.refused("a text in COQL has no control characters such as line breaks"));
        }
        if self.operator.matches_text() && text.contains('\\') {
            return Err(self.refused("whether COQL's like takes a backslash as itself is unknown; use equals"));
        }
        if self.operator.matches_text() && self.operator != Operator::Like && text.contains('%') {
            return Err(
                self.refused("COQL's like has no escape for a percent sign; use equals, or like with a pattern")
            );
        }
        Ok(())
    }

    fn refused(&self, reason: &str) -> Error {
        invalid(format!("the condition \"{} {}\": {reason}", self.field, self.operator))
    }
}

/// The names of a field: letters, digits, `_` and `$`, in parts that dots join (`Owner.email`). COQL has two more
/// forms: `!Leads.Owner.email`, qualified by the module, and `What_Id->Leads.Last_Name`, through a lookup of several
/// modules.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let parts = name.strip_prefix('!').unwrap_or(name).split("->").flat_map(|part| part.split('.'));
    for part in parts {
        let mut characters = part.chars();
        let starts = characters.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '$'));
        if !starts || !characters.all(|other| other.is_alphanumeric() || matches!(other, '_' | '$')) {
            let shown: String = name.chars().take(60).collect();
            return Err(invalid(format!("{shown:?} is not the API name of a field, such as Last_Name or Owner.email")));
        }
    }
    Ok(())
}

/// Why a value cannot be sent.
pub(crate) fn check_literal(value: &Literal) -> Result<(), &'static str> {
    match value {
        Literal::Number(digits) if !is_number(digits) => Err("the value is not a number such as -12.50"),
        Literal::Date(date) if !is_date(date) => Err("the value is not a date such as 2024-06-05"),
        Literal::DateTime(moment) if moment.unix_seconds().is_none() => {
            Err("the value is not a moment such as 2024-06-05T02:04:09+02:00")
        }
        Literal::DateTime(moment) if moment.as_str().contains('.') => Err("Zoho takes no fractions of a second"),
        Literal::Id(id) if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err("the value is not an id, which has digits only")
        }
        _ => Ok(()),
    }
}

fn is_date(date: &Date) -> bool {
    DateTime::new(format!("{date}T00:00:00Z")).unix_seconds().is_some()
}
