//! A query from its words.

use crate::criteria::tokens::{Token, Tokens};
use crate::criteria::{Literal, check_literal, check_name, literal_text, parse_condition, quoted};
use crate::error::Result;

use super::query::{Condition, Order, is_module};
use super::{Aggregate, Column, Direction, Query};

/// Words that end a clause; none of them is an alias.
const CLAUSES: [&str; 6] = ["from", "where", "group", "order", "limit", "offset"];

pub(super) fn query(tokens: &mut Tokens) -> Result<Query> {
    match tokens.peek() {
        Some(Token::Word(word)) if !word.eq_ignore_ascii_case("select") => {
            let reason = format!("a query only reads: it begins with select, not \"{word}\"");
            return Err(tokens.refused(&reason));
        }
        _ => tokens.expect_word("select")?,
    }
    let columns = comma_separated(tokens, column)?;
    tokens.expect_word("from")?;
    let (module, view) = source(tokens)?;
    let condition = if tokens.eat_word("where") { condition(tokens)? } else { Condition::Absent };
    let group_by = if tokens.eat_word("group") {
        tokens.expect_word("by")?;
        comma_separated(tokens, name)?
    } else {
        Vec::new()
    };
    let order_by = if tokens.eat_word("order") {
        tokens.expect_word("by")?;
        comma_separated(tokens, |tokens| order(tokens, &columns))?
    } else {
        Vec::new()
    };
    let (limit, offset) = limit(tokens)?;
    tokens.expect_end("where, group by, order by, limit")?;
    let query = Query { columns, module, view, condition, group_by, order_by, limit, offset };
    query.check_for_any_version()?;
    Ok(query)
}

fn comma_separated<T>(tokens: &mut Tokens, item: impl Fn(&mut Tokens) -> Result<T>) -> Result<Vec<T>> {
    let mut items = vec![item(tokens)?];
    while tokens.eat_symbol(",") {
        items.push(item(tokens)?);
    }
    Ok(items)
}

fn column(tokens: &mut Tokens) -> Result<Column> {
    let (field, aggregate) = expression(tokens)?;
    let alias = if tokens.eat_word("as") {
        Some(alias(tokens)?)
    } else {
        match tokens.peek() {
            Some(Token::Quoted(..)) => Some(alias(tokens)?),
            Some(Token::Word(word)) if !CLAUSES.iter().any(|clause| word.eq_ignore_ascii_case(clause)) => {
                Some(alias(tokens)?)
            }
            _ => None,
        }
    };
    Ok(Column::new(field, aggregate, alias))
}

/// A field, or an aggregate of one.
fn expression(tokens: &mut Tokens) -> Result<(String, Option<Aggregate>)> {
    if !tokens.ahead(1).is_some_and(|token| token.is_symbol("(")) {
        return Ok((name(tokens)?, None));
    }
    let aggregate = Aggregate::ALL.into_iter().find(|aggregate| tokens.eat_word(aggregate.as_str()));
    let aggregate = aggregate.ok_or_else(|| tokens.expected("COUNT, SUM, AVG, MIN or MAX before the bracket"))?;
    tokens.expect_symbol("(")?;
    let field = name(tokens)?;
    tokens.expect_symbol(")")?;
    Ok((field, Some(aggregate)))
}

fn alias(tokens: &mut Tokens) -> Result<String> {
    match tokens.peek() {
        Some(Token::Quoted(_, alias)) if alias.is_empty() => Err(tokens.refused("the alias is empty")),
        Some(Token::Word(alias) | Token::Quoted(_, alias)) => {
            let alias = alias.clone();
            tokens.take();
            Ok(alias)
        }
        _ => Err(tokens.expected("an alias")),
    }
}

fn name(tokens: &mut Tokens) -> Result<String> {
    let name = match tokens.peek() {
        Some(Token::Word(word)) if CLAUSES.iter().any(|clause| word.eq_ignore_ascii_case(clause)) => {
            return Err(tokens.expected("the name of a field"));
        }
        Some(Token::Word(word)) if word.eq_ignore_ascii_case("distinct") => {
            return Err(tokens.refused("COQL has no distinct; group by does the same"));
        }
        Some(Token::Word(name) | Token::Quoted(_, name)) => name.clone(),
        Some(Token::Bound(_)) => {
            return Err(tokens.refused("a parameter is a value after where, limit or offset, not a name"));
        }
        _ => return Err(tokens.expected("the name of a field")),
    };
    check_name(&name).map_err(|error| tokens.refused(&error.to_string()))?;
    tokens.take();
    Ok(name)
}

/// A module, with or without the id of a custom view.
fn source(tokens: &mut Tokens) -> Result<(String, Option<String>)> {
    let Some(Token::Word(source)) = tokens.peek() else { return Err(tokens.expected("the name of a module")) };
    let (module, view) = match source.split_once('#') {
        Some((module, view)) => (module.to_owned(), Some(view.to_owned())),
        None => (source.clone(), None),
    };
    if !is_module(&module) || view.as_deref().is_some_and(|view| !view.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(tokens.expected("the name of a module, such as Leads, or a custom view of it, such as Leads#123"));
    }
    tokens.take();
    Ok((module, view))
}

fn condition(tokens: &mut Tokens) -> Result<Condition> {
    let start = tokens.clone();
    let mut clause = tokens.take_until(|token| CLAUSES.iter().any(|clause| token.is_word(clause)))?;
    if clause.rest().any(|token| token.is_word("select")) {
        return text(&clause);
    }
    *tokens = start;
    let criteria = parse_condition(tokens)?;
    // A text that goes on with neither the next clause nor its end is no condition as a whole.
    clause.skip(tokens);
    clause.expect_end("and, or, group by, order by, limit")?;
    Ok(Condition::Criteria(criteria))
}

/// A condition with sub-queries, which is sent as it stands.
fn text(clause: &Tokens) -> Result<Condition> {
    let mut text = String::new();
    let mut conditions = 0;
    let mut sub_queries = 0;
    let mut outer = Vec::new();
    let mut tokens = clause.clone();
    while let Some(token) = tokens.peek().cloned() {
        check_bound(&token).map_err(|reason| tokens.refused(reason))?;
        tokens.take();
        sub_queries += usize::from(token.is_word("select"));
        if token.is_symbol("(") {
            let selects = tokens.peek().is_some_and(|next| next.is_word("select"));
            outer.push(selects || outer.last().copied().unwrap_or_default());
        } else if token.is_symbol(")") {
            outer.pop();
        }
        let compares = ["in", "like", "between", "is"].iter().any(|word| token.is_word(word))
            || ["=", "!=", "<", "<=", ">", ">="].iter().any(|symbol| token.is_symbol(symbol));
        if compares && !outer.last().copied().unwrap_or_default() {
            conditions += 1;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&written(&token));
    }
    Ok(Condition::Text { text, conditions, sub_queries })
}

/// Why the value of a parameter cannot stand in a condition that is sent as it stands.
fn check_bound(token: &Token) -> Result<(), &'static str> {
    let Token::Bound(value) = token else { return Ok(()) };
    let values = if let Literal::List(values) = value { values.as_slice() } else { std::slice::from_ref(value) };
    if values.is_empty() {
        return Err("the list of values is empty");
    }
    if values.iter().any(|value| matches!(value, Literal::Null | Literal::List(_))) {
        return Err("this parameter is null or has lists in its list; write is null or is not null");
    }
    if values.iter().filter_map(Literal::text).any(|text| text.chars().any(char::is_control)) {
        return Err("a text in COQL has no control characters such as line breaks");
    }
    values.iter().try_for_each(check_literal)
}

fn written(token: &Token) -> String {
    match token {
        Token::Word(text) | Token::Number(text) => text.clone(),
        Token::Quoted('"', text) => format!("\"{}\"", text.replace('"', "\"\"")),
        Token::Quoted(_, text) => quoted(text),
        Token::Symbol(symbol) => (*symbol).to_owned(),
        Token::Parameter(name) => format!(":{name}"),
        Token::Bound(value) => literal_text(value),
    }
}

fn order(tokens: &mut Tokens, columns: &[Column]) -> Result<Order> {
    let alias = match tokens.peek() {
        Some(Token::Word(name) | Token::Quoted(_, name)) if columns.iter().any(|column| column.has_alias(name)) => {
            Some(name.clone())
        }
        _ => None,
    };
    let (name, aggregate) = match alias {
        Some(alias) => {
            tokens.take();
            (alias, None)
        }
        None => expression(tokens)?,
    };
    let descending = tokens.eat_word("desc");
    if !descending {
        tokens.eat_word("asc");
    }
    let direction = if descending { Direction::Descending } else { Direction::Ascending };
    Ok(Order { column: Column::new(name, aggregate, None), direction })
}

/// `limit n`, `limit n offset o`, or `limit o, n`.
fn limit(tokens: &mut Tokens) -> Result<(Option<u64>, u64)> {
    if !tokens.eat_word("limit") {
        return Ok((None, if tokens.eat_word("offset") { number(tokens)? } else { 0 }));
    }
    let first = number(tokens)?;
    if tokens.eat_symbol(",") {
        return Ok((Some(number(tokens)?), first));
    }
    Ok((Some(first), if tokens.eat_word("offset") { number(tokens)? } else { 0 }))
}

fn number(tokens: &mut Tokens) -> Result<u64> {
    let number = match tokens.peek() {
        Some(Token::Number(digits) | Token::Bound(Literal::Number(digits))) => digits.parse().ok(),
        _ => None,
    };
    let number = number.ok_or_else(|| tokens.expected("a whole number"))?;
    tokens.take();
    Ok(number)
}
