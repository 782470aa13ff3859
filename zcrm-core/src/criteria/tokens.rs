//! The words of a text in COQL, with their places.

use crate::error::{Error, Result};

use super::{Literal, invalid};

/// Brackets within brackets, and no deeper.
pub(crate) const DEEPEST: usize = 50;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A keyword or a name.
    Word(String),
    /// A text in quotes, which are doubled inside.
    Quoted(char, String),
    /// Digits.
    Number(String),
    /// A bracket, a comma, a comparison.
    Symbol(&'static str),
    /// `:name`
    Parameter(String),
    /// The value of a parameter.
    Bound(Literal),
}

impl Token {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }

    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self, Self::Symbol(own) if *own == symbol)
    }

    /// What it is, for an error; the texts, which may be personal data, are left out.
    fn described(&self) -> String {
        match self {
            Self::Word(word) => format!("\"{word}\""),
            Self::Quoted(..) => "a text in quotes".to_owned(),
            Self::Number(_) => "a number".to_owned(),
            Self::Symbol(symbol) => format!("\"{symbol}\""),
            Self::Parameter(name) => format!("the parameter :{name}"),
            Self::Bound(_) => "the value of a parameter".to_owned(),
        }
    }
}

/// A text in COQL while it is read.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    tokens: Vec<(usize, Token)>,
    next: usize,
    /// The place after the last character.
    end: usize,
}

impl Tokens {
    pub(crate) fn read(text: &str) -> Result<Self> {
        let characters: Vec<char> = text.chars().collect();
        let mut reader = Reader { characters: &characters, next: 0 };
        let mut tokens = Vec::new();
        while let Some((place, token)) = reader.token()? {
            tokens.push((place, token));
        }
        Ok(Self { tokens, next: 0, end: characters.len() })
    }

    pub(crate) fn tokens_mut(&mut self) -> impl Iterator<Item = (usize, &mut Token)> {
        self.tokens.iter_mut().map(|(place, token)| (*place, token))
    }

    pub(crate) fn peek(&self) -> Option<&Token> {
        self.ahead(0)
    }

    pub(crate) fn ahead(&self, count: usize) -> Option<&Token> {
        self.tokens.get(self.next.saturating_add(count)).map(|(_, token)| token)
    }

    pub(crate) fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += usize::from(token.is_some());
        token
    }

    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(word));
        self.next += usize::from(found);
        found
    }

    pub(crate) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.next += usize::from(found);
        found
    }

    pub(crate) fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.eat_word(word) { Ok(()) } else { Err(self.expected(&format!("\"{word}\""))) }
    }

    pub(crate) fn expect_symbol(&mut self, symbol: &str) -> Result<()> {
        if self.eat_symbol(symbol) { Ok(()) } else { Err(self.expected(&format!("\"{symbol}\""))) }
    }

    pub(crate) fn expect_end(&self, wanted: &str) -> Result<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.expected(&format!("{wanted} or the end"))) }
    }

    /// The next token is not what should stand there.
    pub(crate) fn expected(&self, wanted: &str) -> Error {
        let found = self.peek().map_or_else(|| "the end".to_owned(), Token::described);
        self.refused(&format!("expected {wanted}, found {found}"))
    }

    /// An error about the next token.
    pub(crate) fn refused(&self, reason: &str) -> Error {
        refused(self.tokens.get(self.next).map_or(self.end, |(place, _)| *place), reason)
    }

    /// Takes the tokens up to the first one outside of brackets for which `ends` holds.
    pub(crate) fn take_until(&mut self, ends: impl Fn(&Token) -> bool) -> Result<Self> {
        let first = self.next;
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.checked_sub(1).ok_or_else(|| self.refused("this bracket was not opened"))?;
            } else if depth == 0 && ends(token) {
                break;
            }
            self.next += 1;
        }
        if depth > 0 {
            return Err(self.expected("\")\""));
        }
        let tokens = self.tokens.get(first..self.next).unwrap_or_default().to_vec();
        let end = self.tokens.get(self.next).map_or(self.end, |(place, _)| *place);
        Ok(Self { tokens, next: 0, end })
    }

    /// Goes to where another reader of the same text is.
    pub(crate) fn skip(&mut self, other: &Self) {
        let place = other.tokens.get(other.next).map_or(other.end, |(place, _)| *place);
        self.next = self.tokens.partition_point(|(own, _)| *own < place);
    }

    pub(crate) fn rest(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().skip(self.next).map(|(_, token)| token)
    }
}

/// An error about the place behind `before` characters.
pub(crate) fn refused(before: usize, reason: &str) -> Error {
    invalid(format!("COQL, character {}: {reason}", before + 1))
}

struct Reader<'a> {
    characters: &'a [char],
    next: usize,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.next.saturating_add(ahead)).copied()
    }

    fn take_while(&mut self, holds: impl Fn(char) -> bool) -> String {
        let taken: String = self.characters.iter().skip(self.next).copied().take_while(|one| holds(*one)).collect();
        self.next += taken.chars().count();
        taken
    }

    fn token(&mut self) -> Result<Option<(usize, Token)>> {
        self.take_while(char::is_whitespace);
        let place = self.next;
        let Some(first) = self.peek(0) else { return Ok(None) };
        let second = self.peek(1);
        let token = match first {
            '\'' | '"' => self.quoted(first, place)?,
            '-' if second.is_some_and(|digit| digit.is_ascii_digit()) => self.number(),
            digit if digit.is_ascii_digit() => self.number(),
            ':' if second.is_some_and(starts_name) => {
                self.next += 1;
                Token::Parameter(self.take_while(|one| one.is_alphanumeric() || one == '_'))
            }
            '!' if second.is_some_and(starts_name) => self.word(),
            first if starts_name(first) => self.word(),
            _ => self.symbol(first, second, place)?,
        };
        Ok(Some((place, token)))
    }

    fn word(&mut self) -> Token {
        let mark = if self.peek(0) == Some('!') { "!" } else { "" };
        self.next += mark.len();
        let name = self.take_while(|one| one.is_alphanumeric() || matches!(one, '_' | '$' | '.' | '#'));
        Token::Word(format!("{mark}{name}"))
    }

    fn number(&mut self) -> Token {
        let sign = if self.peek(0) == Some('-') { "-" } else { "" };
        self.next += sign.len();
        let digits = self.take_while(|one| one.is_ascii_digit() || one == '.');
        Token::Number(format!("{sign}{digits}"))
    }

    fn quoted(&mut self, quote: char, place: usize) -> Result<Token> {
        self.next += 1;
        let mut text = String::new();
        loop {
            text.push_str(&self.take_while(|one| one != quote));
            match (self.peek(0), self.peek(1)) {
                (None, _) => return Err(refused(place, "the text that begins here has no closing quote")),
                (_, Some(next)) if next == quote => {
                    text.push(quote);
                    self.next += 2;
                }
                _ => {
                    self.next += 1;
                    return Ok(Token::Quoted(quote, text));
                }
            }
        }
    }

    fn symbol(&mut self, first: char, second: Option<char>, place: usize) -> Result<Token> {
        let symbol = match (first, second) {
            ('!', Some('=')) => "!=",
            ('<', Some('=')) => "<=",
            ('>', Some('=')) => ">=",
            ('<', Some('>')) => return Err(refused(place, "COQL writes != for \"another value\"")),
            ('<', _) => "<",
            ('>', _) => ">",
            ('=', Some('=')) => return Err(refused(place, "COQL writes one = for \"the same value\"")),
            ('=', _) => "=",
            ('(', _) => "(",
            (')', _) => ")",
            (',', _) => ",",
            ('*', _) => return Err(refused(place, "COQL has no *; name the fields")),
            (';', _) => return Err(refused(place, "one query at a time, without a semicolon")),
            ('-', Some('>')) => return Err(refused(place, "a name with -> stands in quotes, as a whole")),
            _ => return Err(refused(place, &format!("{first:?} cannot stand here; texts and dates stand in quotes"))),
        };
        self.next += symbol.len();
        Ok(Token::Symbol(symbol))
    }
}

fn starts_name(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '$')
}
