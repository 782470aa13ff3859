//! A query with parameters.

use crate::criteria::tokens::{Token, Tokens, refused};
use crate::criteria::{Literal, check_literal, invalid};
use crate::error::{Error, Result};

use super::{Query, Select, parse};

/// The text of a query, and values for its parameters (`:name`).
///
/// A value becomes a value of the query whatever its characters are: it is never read as COQL. A list stands after
/// `in`, in brackets or without. Parameters are for values after `where`, and for numbers after `limit` and `offset`.
/// In `like :pattern` percent signs of the value are COQL's; for what a user typed use
/// [`Criteria::contains`](crate::criteria::Criteria::contains) and its kin in a [`Select`](super::Select).
///
/// ```
/// use zcrm_core::coql::Statement;
///
/// let text = "select Last_Name from Leads where City = :city";
/// assert!(Statement::new(text).bind("city", "Oslo' or 'a' = 'a").query().is_ok());
/// let error = Statement::new(text).query().unwrap_err();
/// assert_eq!(error.to_string(), "COQL, character 42: the parameter :city has no value; bind one");
/// let error = Statement::new(text).bind("city", "Oslo").bind("town", "Oslo").query().unwrap_err();
/// assert_eq!(error.to_string(), "the query has no parameter :town");
/// ```
///
/// A [`Query`] and a [`Select`] turn into a statement as well; they have no parameters.
#[derive(Debug, Clone)]
#[must_use]
pub struct Statement {
    source: Source,
    values: Vec<(String, Literal)>,
}

#[derive(Debug, Clone)]
enum Source {
    Text(String),
    Built(Result<Query>),
}

impl Statement {
    /// A query by its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { source: Source::Text(text.into()), values: Vec::new() }
    }

    /// Gives a parameter its value; the name has no colon here.
    pub fn bind(mut self, name: impl Into<String>, value: impl Into<Literal>) -> Self {
        self.values.push((name.into(), value.into()));
        self
    }

    /// Reads the text and puts the values in.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput): the text is no query, with the place of the fault; a parameter
    /// without a value, a value without a parameter, a name bound twice; a value that cannot be sent (NaN, no such
    /// date).
    pub fn query(&self) -> Result<Query> {
        self.read().map_err(Error::logged)
    }

    /// As [`query`](Self::query), for a request, which logs its errors itself.
    pub(crate) fn read(&self) -> Result<Query> {
        let text = match &self.source {
            Source::Text(text) => text,
            Source::Built(query) => {
                let unknown = self.values.first().map(|(name, _)| no_parameter(name));
                return unknown.map_or_else(|| query.clone(), Err);
            }
        };
        let mut tokens = Tokens::read(text)?;
        let mut used = vec![false; self.values.len()];
        for (place, token) in tokens.tokens_mut() {
            let Token::Parameter(name) = token else { continue };
            let value = self.values.iter().zip(&mut used).find(|((bound, _), _)| bound == name);
            let Some(((_, value), used)) = value else {
                return Err(refused(place, &format!("the parameter :{name} has no value; bind one")));
            };
            check_literal(value).map_err(|reason| refused(place, reason))?;
            *used = true;
            *token = Token::Bound(value.clone());
        }
        for (place, ((name, _), used)) in self.values.iter().zip(&used).enumerate() {
            if self.values.iter().take(place).any(|(other, _)| other == name) {
                return Err(invalid(format!("the parameter :{name} is bound twice")));
            }
            if !used {
                return Err(no_parameter(name));
            }
        }
        parse::query(&mut tokens)
    }
}

impl Query {
    /// Reads a query without parameters; [`Statement`] reads one with them.
    ///
    /// ```
    /// use zcrm_core::coql::Query;
    ///
    /// let query = Query::parse("select Last_Name, COUNT(id) from Leads where City = 'Oslo' group by Last_Name")?;
    /// assert_eq!((query.module(), query.is_aggregate()), ("Leads", true));
    ///
    /// let error = Query::parse("delete from Leads").unwrap_err();
    /// assert_eq!(error.to_string(), "COQL, character 1: a query only reads: it begins with select, not \"delete\"");
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the place of the fault, counted in characters from 1.
    pub fn parse(text: &str) -> Result<Self> {
        Statement::new(text).query()
    }
}

fn no_parameter(name: &str) -> Error {
    invalid(format!("the query has no parameter :{name}"))
}

impl From<&str> for Statement {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Statement {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Query> for Statement {
    fn from(query: Query) -> Self {
        Self { source: Source::Built(Ok(query)), values: Vec::new() }
    }
}

impl From<Select> for Statement {
    fn from(select: Select) -> Self {
        Self { source: Source::Built(select.checked()), values: Vec::new() }
    }
}
