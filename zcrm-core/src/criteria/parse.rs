//! Criteria from COQL's condition syntax.

use std::str::FromStr;

use crate::error::{Error, Result};

use super::check::{check_literal, check_name};
use super::coql::is_keyword;
use super::tokens::{DEEPEST, Token, Tokens};
use super::{Criteria, Joint, Literal, Operator};

impl Criteria {
    /// Reads a condition in COQL's syntax, as it stands after `where`; the way for criteria from a command line.
    ///
    /// `and` binds more tightly than `or`, brackets decide otherwise. Texts and dates stand in quotes, single or
    /// double, with quotes inside doubled; a single word, a number, `true` and `false` need none.
    ///
    /// ```
    /// use zcrm_core::criteria::Criteria;
    ///
    /// let criteria = Criteria::parse("City in ('Oslo', 'Bergen') and not_before >= '2024-06-05' or Name like 'A%'")?;
    /// assert_eq!(criteria.conditions(), 3);
    ///
    /// let error = Criteria::parse("City == 'Oslo'").unwrap_err();
    /// assert_eq!(error.to_string(), "COQL, character 6: COQL writes one = for \"the same value\"");
    /// # Ok::<(), zcrm_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the place of the fault, counted in characters from 1.
    pub fn parse(text: &str) -> Result<Self> {
        whole(text).map_err(Error::logged)
    }
}

impl FromStr for Criteria {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

fn whole(text: &str) -> Result<Criteria> {
    let mut tokens = Tokens::read(text)?;
    let criteria = condition(&mut tokens)?;
    tokens.expect_end("and, or")?;
    Ok(criteria)
}

/// Reads as much as belongs to a condition.
pub(crate) fn condition(tokens: &mut Tokens) -> Result<Criteria> {
    any_of(tokens, 0)
}

fn any_of(tokens: &mut Tokens, depth: usize) -> Result<Criteria> {
    joined(tokens, Joint::Or, |tokens| joined(tokens, Joint::And, |tokens| one(tokens, depth)))
}

fn joined(tokens: &mut Tokens, joint: Joint, part: impl Fn(&mut Tokens) -> Result<Criteria>) -> Result<Criteria> {
    let mut parts = vec![part(tokens)?];
    while tokens.eat_word(joint.word()) {
        parts.push(part(tokens)?);
    }
    Ok(Criteria::group(joint, parts))
}

fn one(tokens: &mut Tokens, depth: usize) -> Result<Criteria> {
    if depth > DEEPEST {
        return Err(tokens.refused("the brackets are too deep"));
    }
    if tokens.eat_symbol("(") {
        let criteria = any_of(tokens, depth + 1)?;
        tokens.expect_symbol(")")?;
        return Ok(criteria);
    }
    let field = name(tokens)?;
    if tokens.eat_word("is") {
        let operator = if tokens.eat_word("not") { Operator::IsNotNull } else { Operator::IsNull };
        tokens.expect_word("null")?;
        return Ok(Criteria::condition(field, operator, Literal::Null));
    }
    if tokens.eat_word("not") {
        return negated(tokens, field);
    }
    if tokens.eat_word("in") {
        return Ok(Criteria::condition(field, Operator::In, list(tokens)?));
    }
    if tokens.eat_word("between") {
        return Ok(Criteria::condition(field, Operator::Between, range(tokens)?));
    }
    if tokens.eat_word("like") {
        return Ok(Criteria::like(field, pattern(tokens)?));
    }
    comparison(tokens, field)
}

fn negated(tokens: &mut Tokens, field: String) -> Result<Criteria> {
    if tokens.eat_word("in") {
        return Ok(Criteria::condition(field, Operator::NotIn, list(tokens)?));
    }
    if tokens.eat_word("between") {
        return Ok(Criteria::condition(field, Operator::NotBetween, range(tokens)?));
    }
    if !tokens.eat_word("like") {
        return Err(tokens.expected("in, between or like after not"));
    }
    let at = tokens.clone();
    match Criteria::like(field.as_str(), pattern(tokens)?).0 {
        super::Node::Condition(like) if like.operator == Operator::Contains => {
            Ok(Criteria::condition(field, Operator::NotContains, like.value))
        }
        _ => Err(at.refused("not like takes a text with % at both ends and none within")),
    }
}

fn comparison(tokens: &mut Tokens, field: String) -> Result<Criteria> {
    let operators = [
        ("=", Operator::Equals),
        ("!=", Operator::NotEqual),
        ("<", Operator::LessThan),
        ("<=", Operator::LessEqual),
        (">", Operator::GreaterThan),
        (">=", Operator::GreaterEqual),
    ];
    match operators.into_iter().find(|(symbol, _)| tokens.eat_symbol(symbol)) {
        Some((_, operator)) => Ok(Criteria::condition(field, operator, value(tokens)?)),
        None => Err(tokens.expected("an operator such as =, !=, in, like, between or is null")),
    }
}

fn name(tokens: &mut Tokens) -> Result<String> {
    let name = match tokens.peek() {
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("not") => {
            return Err(tokens.refused("COQL has no not before a condition; use the opposite operator"));
        }
        Some(Token::Word(name) | Token::Quoted(_, name)) => name.clone(),
        _ => return Err(tokens.expected("the name of a field")),
    };
    check_name(&name).map_err(|error| tokens.refused(&error.to_string()))?;
    tokens.take();
    Ok(name)
}

fn pattern(tokens: &mut Tokens) -> Result<String> {
    match tokens.peek() {
        Some(Token::Quoted(_, text) | Token::Bound(Literal::Text(text))) => {
            let text = text.clone();
            tokens.take();
            Ok(text)
        }
        _ => Err(tokens.expected("a text in quotes")),
    }
}

fn range(tokens: &mut Tokens) -> Result<Literal> {
    let from = value(tokens)?;
    tokens.expect_word("and")?;
    Ok(Literal::List(vec![from, value(tokens)?]))
}

fn list(tokens: &mut Tokens) -> Result<Literal> {
    if let Some(Token::Bound(Literal::List(values))) = tokens.peek() {
        let values = values.clone();
        if values.is_empty() {
            return Err(tokens.refused("the list of values is empty"));
        }
        tokens.take();
        return Ok(Literal::List(values));
    }
    tokens.expect_symbol("(")?;
    let mut values = Vec::new();
    loop {
        match tokens.peek() {
            Some(Token::Bound(Literal::List(_))) => match list(tokens)? {
                Literal::List(bound) => values.extend(bound),
                one => values.push(one),
            },
            _ => values.push(value(tokens)?),
        }
        if !tokens.eat_symbol(",") {
            break;
        }
    }
    tokens.expect_symbol(")")?;
    Ok(Literal::List(values))
}

fn value(tokens: &mut Tokens) -> Result<Literal> {
    let value = match tokens.peek() {
        Some(Token::Quoted('\'', text)) if text == "true" || text == "false" => Literal::Boolean(text == "true"),
        Some(Token::Quoted(_, text)) => Literal::Text(text.clone()),
        Some(Token::Number(digits)) => Literal::Number(digits.clone()),
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Literal::Boolean(true),
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Literal::Boolean(false),
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("null") => {
            return Err(tokens.refused("write is null or is not null"));
        }
        Some(Token::Bound(Literal::Null)) => {
            return Err(tokens.refused("this parameter is null; write is null or is not null"));
        }
        Some(Token::Bound(Literal::List(_))) => {
            return Err(tokens.refused("this parameter is a list, which stands after in only"));
        }
        Some(Token::Word(word)) if !is_keyword(word) => Literal::Text(word.clone()),
        Some(Token::Bound(value)) => value.clone(),
        Some(Token::Parameter(_)) => return Err(tokens.refused("parameters belong to a query, which binds them")),
        _ => return Err(tokens.expected("a value")),
    };
    check_literal(&value).map_err(|reason| tokens.refused(reason))?;
    tokens.take();
    Ok(value)
}
