//! Reading a query from its words.

use serde_json::{Value, json};

use super::syntax::{Clause, Function, Item, Query};
use super::words::{self, Word};
use crate::answer::Answer;
use crate::crm::condition::Operator;
use crate::verdict::refuse;

/// Rows of a query that names no limit.
const DEFAULT_LIMIT: u64 = 200;

/// Brackets within brackets.
const DEEPEST: usize = 50;

type Read<T> = Result<T, Box<Answer>>;

/// Reads a query.
pub(super) fn query(text: &str) -> Read<Query> {
    let words = words::cut(text).map_err(|place| error(json!({ "near": text.get(place..).unwrap_or_default() })))?;
    let mut reader = Reader { words: &words, at: 0, depth: 0 };
    if !reader.eat("select") {
        return Err(reader.syntax_error());
    }
    let columns = reader.items()?;
    if !reader.eat("from") {
        return Err(missing("from"));
    }
    let module = reader.name()?;
    let view = if reader.eat_sign("#") { Some(reader.name()?) } else { None };
    // Looked for before anything else is: a query without it is told so whatever its module.
    if !reader.eat("where") {
        return Err(missing("where"));
    }
    let condition = reader.condition()?;
    let group_by = if reader.eat_both("group", "by") { reader.names()? } else { Vec::new() };
    let order_by = if reader.eat_both("order", "by") { reader.order()? } else { Vec::new() };
    let (limit, offset) = if reader.eat("limit") { reader.limit()? } else { (DEFAULT_LIMIT, 0) };
    if reader.at < words.len() {
        return Err(reader.syntax_error());
    }
    Ok(Query { columns, module, view, condition, group_by, order_by, limit, offset })
}

fn error(details: Value) -> Box<Answer> {
    refuse(400, "SYNTAX_ERROR", "error occurred while parsing the query", details)
}

fn missing(clause: &str) -> Box<Answer> {
    refuse(400, "SYNTAX_ERROR", "missing clause", json!({ "clause": clause }))
}

struct Reader<'a> {
    words: &'a [(usize, Word)],
    at: usize,
    /// Brackets that are open.
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at).map(|(_, word)| word)
    }

    fn next(&mut self) -> Option<Word> {
        let word = self.peek().cloned();
        self.at += 1;
        word
    }

    fn syntax_error(&self) -> Box<Answer> {
        let near = match self.peek() {
            Some(Word::Bare(text) | Word::Quoted(text)) => text.clone(),
            Some(Word::Sign(sign)) => (*sign).to_owned(),
            None => String::new(),
        };
        let column = self.words.get(self.at).map_or(0, |(place, _)| place + 1);
        error(json!({ "line": 1, "column": column, "near": near }))
    }

    fn is(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(Word::Bare(text)) if text.eq_ignore_ascii_case(keyword))
    }

    fn eat(&mut self, keyword: &str) -> bool {
        let found = self.is(keyword);
        self.at += usize::from(found);
        found
    }

    fn eat_both(&mut self, first: &str, second: &str) -> bool {
        let start = self.at;
        let found = self.eat(first) && self.eat(second);
        if !found {
            self.at = start;
        }
        found
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Word::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    fn demand_sign(&mut self, sign: &str) -> Read<()> {
        if self.eat_sign(sign) { Ok(()) } else { Err(self.syntax_error()) }
    }

    /// A name, which may stand in quotation marks.
    fn name(&mut self) -> Read<String> {
        match self.peek() {
            Some(Word::Bare(name) | Word::Quoted(name)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.syntax_error()),
        }
    }

    fn names(&mut self) -> Read<Vec<String>> {
        let mut names = vec![self.name()?];
        while self.eat_sign(",") {
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn items(&mut self) -> Read<Vec<Item>> {
        let mut items = vec![self.item()?];
        while self.eat_sign(",") {
            items.push(self.item()?);
        }
        Ok(items)
    }

    fn item(&mut self) -> Read<Item> {
        let (function, name) = self.function()?;
        let named = self.eat("as");
        let alias = match self.peek() {
            Some(Word::Quoted(alias)) => Some(alias.clone()),
            Some(Word::Bare(alias)) if named || !self.is("from") => Some(alias.clone()),
            _ if named => return Err(self.syntax_error()),
            _ => None,
        };
        self.at += usize::from(alias.is_some());
        if alias.as_deref() == Some("") {
            let details = json!({ "alias": "", "column_name": name });
            return Err(refuse(400, "INVALID_ALIAS", "the alias is invalid", details));
        }
        Ok(Item { function, name, alias })
    }

    /// A column, perhaps within a function.
    fn function(&mut self) -> Read<(Option<Function>, String)> {
        let bare = matches!(self.peek(), Some(Word::Bare(_)));
        let name = self.name()?;
        if !bare || !self.eat_sign("(") {
            return Ok((None, name));
        }
        let Some(function) = Function::named(&name) else {
            self.at -= 2;
            return Err(self.syntax_error());
        };
        let column = self.name()?;
        self.demand_sign(")")?;
        Ok((Some(function), column))
    }

    fn order(&mut self) -> Read<Vec<(Item, bool)>> {
        let mut order = Vec::new();
        loop {
            let (function, name) = self.function()?;
            let descending = self.eat("desc");
            if !descending {
                self.eat("asc");
            }
            order.push((Item { function, name, alias: None }, descending));
            if !self.eat_sign(",") {
                return Ok(order);
            }
        }
    }

    /// `n`, `offset, n` or `n offset o`.
    fn limit(&mut self) -> Read<(u64, u64)> {
        let first = self.number()?;
        if self.eat_sign(",") {
            return Ok((self.number()?, first));
        }
        let offset = if self.eat("offset") { self.number()? } else { 0 };
        Ok((first, offset))
    }

    fn number(&mut self) -> Read<u64> {
        match self.peek() {
            Some(Word::Bare(text)) => match text.parse() {
                Ok(number) => {
                    self.at += 1;
                    Ok(number)
                }
                Err(_) => Err(self.syntax_error()),
            },
            _ => Err(self.syntax_error()),
        }
    }

    /// One test, or two joined; more than two need brackets.
    fn condition(&mut self) -> Read<Clause> {
        let first = self.operand()?;
        let joined: fn(Box<[Clause; 2]>) -> Clause = if self.eat("and") {
            Clause::All
        } else if self.eat("or") {
            Clause::Any
        } else {
            return Ok(first);
        };
        let second = self.operand()?;
        if self.is("and") || self.is("or") {
            return Err(self.syntax_error());
        }
        Ok(joined(Box::new([first, second])))
    }

    fn operand(&mut self) -> Read<Clause> {
        if !self.eat_sign("(") {
            return self.test();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.syntax_error());
        }
        let inner = self.condition()?;
        self.demand_sign(")")?;
        self.depth -= 1;
        Ok(inner)
    }

    fn test(&mut self) -> Read<Clause> {
        let name = self.name()?;
        let start = self.at;
        let sign = match self.next() {
            Some(Word::Sign(sign)) => sign.to_owned(),
            Some(Word::Bare(word)) => word.to_ascii_lowercase(),
            _ => {
                self.at = start;
                return Err(self.syntax_error());
            }
        };
        let negated = sign == "not";
        let word = if negated { self.name()?.to_ascii_lowercase() } else { sign };
        let test = |operator, spelling: &str, values| Clause::Test {
            name: name.clone(),
            operator,
            spelling: spelling.to_owned(),
            values,
        };
        Ok(match (word.as_str(), negated) {
            ("=", false) => test(Operator::Equal, "=", vec![self.literal()?]),
            ("!=", false) => test(Operator::NotEqual, "!=", vec![self.literal()?]),
            ("<", false) => test(Operator::Less, "<", vec![self.literal()?]),
            ("<=", false) => test(Operator::LessEqual, "<=", vec![self.literal()?]),
            (">", false) => test(Operator::Greater, ">", vec![self.literal()?]),
            (">=", false) => test(Operator::GreaterEqual, ">=", vec![self.literal()?]),
            ("between", negated) => {
                let first = self.literal()?;
                if !self.eat("and") {
                    return Err(self.syntax_error());
                }
                let operator = if negated { Operator::NotBetween } else { Operator::Between };
                test(operator, if negated { "not between" } else { "between" }, vec![first, self.literal()?])
            }
            ("in", negated) => {
                self.demand_sign("(")?;
                let mut values = vec![self.literal()?];
                while self.eat_sign(",") {
                    values.push(self.literal()?);
                }
                self.demand_sign(")")?;
                let operator = if negated { Operator::NotIn } else { Operator::In };
                test(operator, if negated { "not in" } else { "in" }, values)
            }
            ("like", negated) => {
                let pattern = self.literal()?;
                let Some((operator, text)) = like(&pattern, negated) else {
                    return Err(error(json!({ "operator": "like" })));
                };
                test(operator, if negated { "not like" } else { "like" }, vec![text])
            }
            ("is", false) => {
                let negated = self.eat("not");
                if !self.eat("null") {
                    return Err(self.syntax_error());
                }
                test(if negated { Operator::IsNotNull } else { Operator::IsNull }, "is null", Vec::new())
            }
            _ => {
                self.at = start;
                return Err(self.syntax_error());
            }
        })
    }

    fn literal(&mut self) -> Read<String> {
        self.name()
    }
}

/// What a pattern with `%` at its ends asks for. Its negation needs both ends.
fn like(pattern: &str, negated: bool) -> Option<(Operator, String)> {
    let (start, end) = (pattern.starts_with('%'), pattern.len() > 1 && pattern.ends_with('%'));
    let text = pattern.strip_prefix('%').unwrap_or(pattern);
    let text = if end { text.strip_suffix('%').unwrap_or(text) } else { text };
    let operator = match (start, end, negated) {
        _ if text.contains('%') => return None,
        (true, true, true) => Operator::NotContains,
        (_, _, true) => return None,
        (true, true, _) => Operator::Contains,
        (true, false, _) => Operator::EndsWith,
        (false, true, _) => Operator::StartsWith,
        (false, false, _) => Operator::Equal,
    };
    Some((operator, text.to_owned()))
}
