//! Plain data of Ruby's Marshal format 4.8.
//!
//! Written here because the crates that read it can be made to panic, or to overflow the stack, by a planted file.

/// More nesting than a token file has.
const DEEPEST: usize = 16;

type Parsed<T> = Result<T, &'static str>;

/// A value; texts, lists and objects lie in the document, so that links to them, also in circles, are harmless.
#[derive(Clone, Copy)]
pub(super) enum Value {
    Integer(i64),
    Object(usize),
    /// Nil, a boolean, a symbol: nothing that a token file needs.
    Other,
}

enum Object<'a> {
    Text(&'a [u8]),
    Integer(i64),
    List(Vec<Value>),
    Instance { class: usize, variables: Vec<(usize, Value)> },
    Other,
}

pub(super) struct Document<'a> {
    objects: Vec<Object<'a>>,
    symbols: Vec<&'a str>,
    root: Value,
}

impl<'a> Document<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Parsed<Self> {
        let rest = bytes.strip_prefix(&[4, 8]).ok_or("it does not begin as Ruby's Marshal format 4.8 does")?;
        let mut parser = Parser { rest, objects: Vec::new(), symbols: Vec::new() };
        let root = parser.value(DEEPEST)?;
        Ok(Self { objects: parser.objects, symbols: parser.symbols, root })
    }

    pub(super) fn root(&self) -> &Value {
        &self.root
    }

    fn object(&self, value: &Value) -> Option<&Object<'a>> {
        match value {
            Value::Object(index) => self.objects.get(*index),
            _ => None,
        }
    }

    pub(super) fn list(&self, value: &Value) -> Option<&[Value]> {
        match self.object(value)? {
            Object::List(values) => Some(values),
            _ => None,
        }
    }

    pub(super) fn text(&self, value: &Value) -> Option<&'a str> {
        match self.object(value)? {
            Object::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    pub(super) fn integer(&self, value: &Value) -> Option<i64> {
        match (value, self.object(value)) {
            (Value::Integer(number), _) | (_, Some(Object::Integer(number))) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn class(&self, value: &Value) -> Option<&'a str> {
        match self.object(value)? {
            Object::Instance { class, .. } => self.symbols.get(*class).copied(),
            _ => None,
        }
    }

    pub(super) fn variable(&self, value: &Value, name: &str) -> Option<&Value> {
        let Object::Instance { variables, .. } = self.object(value)? else { return None };
        let named = variables.iter().find(|(symbol, _)| self.symbols.get(*symbol) == Some(&name));
        named.map(|(_, value)| value)
    }
}

struct Parser<'a> {
    rest: &'a [u8],
    objects: Vec<Object<'a>>,
    symbols: Vec<&'a str>,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Parsed<Value> {
        let depth = depth.checked_sub(1).ok_or("it is nested too deeply")?;
        match self.byte()? {
            b'0' | b'T' | b'F' => Ok(Value::Other),
            b'i' => Ok(Value::Integer(self.fixnum()?)),
            b':' => self.new_symbol().map(|_| Value::Other),
            b';' => self.length().map(|_| Value::Other),
            b'@' => Ok(Value::Object(self.length()?)),
            b'"' => {
                let text = self.counted()?;
                Ok(self.keep(Object::Text(text)))
            }
            b'f' => {
                self.counted()?;
                Ok(self.keep(Object::Other))
            }
            b'l' => {
                let number = self.bignum()?;
                Ok(self.keep(number))
            }
            // A text with its encoding; the text is the object.
            b'I' => {
                let value = self.value(depth)?;
                self.variables(depth)?;
                Ok(value)
            }
            b'[' => {
                let place = self.place();
                let values = (0..self.length()?).map(|_| self.value(depth)).collect::<Parsed<_>>()?;
                Ok(self.fill(place, Object::List(values)))
            }
            b'{' => {
                let place = self.place();
                for _ in 0..self.length()? {
                    self.value(depth)?;
                    self.value(depth)?;
                }
                Ok(self.fill(place, Object::Other))
            }
            b'o' => {
                let place = self.place();
                let class = self.symbol()?;
                let variables = self.variables(depth)?;
                Ok(self.fill(place, Object::Instance { class, variables }))
            }
            _ => Err("it holds what no token file holds"),
        }
    }

    /// Objects are numbered by where they begin, before what they hold.
    fn place(&mut self) -> usize {
        self.objects.push(Object::Other);
        self.objects.len() - 1
    }

    fn fill(&mut self, place: usize, object: Object<'a>) -> Value {
        if let Some(kept) = self.objects.get_mut(place) {
            *kept = object;
        }
        Value::Object(place)
    }

    fn keep(&mut self, object: Object<'a>) -> Value {
        let place = self.place();
        self.fill(place, object)
    }

    fn variables(&mut self, depth: usize) -> Parsed<Vec<(usize, Value)>> {
        (0..self.length()?).map(|_| Ok((self.symbol()?, self.value(depth)?))).collect()
    }

    fn symbol(&mut self) -> Parsed<usize> {
        match self.byte()? {
            b':' => self.new_symbol(),
            b';' => self.length(),
            _ => Err("a name is missing in it"),
        }
    }

    fn new_symbol(&mut self) -> Parsed<usize> {
        let name = std::str::from_utf8(self.counted()?).map_err(|_| "a name in it is no text")?;
        self.symbols.push(name);
        Ok(self.symbols.len() - 1)
    }

    fn bignum(&mut self) -> Parsed<Object<'a>> {
        let negative = self.byte()? == b'-';
        let length = self.length()?.checked_mul(2).ok_or("it is cut off")?;
        let digits = self.bytes(length)?;
        let (low, high) = digits.split_at(digits.len().min(8));
        if high.iter().any(|digit| *digit != 0) {
            return Ok(Object::Other);
        }
        let magnitude = low.iter().rev().fold(0_u64, |number, digit| number << 8 | u64::from(*digit));
        let number = i64::try_from(magnitude).ok().map(|number| if negative { -number } else { number });
        Ok(number.map_or(Object::Other, Object::Integer))
    }

    /// The packed form of small numbers: one byte for the smallest, else a count of bytes and these, little end first.
    fn fixnum(&mut self) -> Parsed<i64> {
        let first = self.byte()?.cast_signed();
        match first {
            0 => Ok(0),
            5.. => Ok(i64::from(first) - 5),
            ..=-5 => Ok(i64::from(first) + 5),
            _ => {
                let count = usize::from(first.unsigned_abs());
                let magnitude =
                    self.bytes(count)?.iter().rev().fold(0_i64, |number, byte| number << 8 | i64::from(*byte));
                Ok(if first > 0 { magnitude } else { magnitude - (1_i64 << (8 * count)) })
            }
        }
    }

    fn length(&mut self) -> Parsed<usize> {
        usize::try_from(self.fixnum()?).map_err(|_| "a length in it is negative")
    }

    fn counted(&mut self) -> Parsed<&'a [u8]> {
        let length = self.length()?;
        self.bytes(length)
    }

    fn byte(&mut self) -> Parsed<u8> {
        let (first, rest) = self.rest.split_first().ok_or("it is cut off")?;
        self.rest = rest;
        Ok(*first)
    }

    fn bytes(&mut self, count: usize) -> Parsed<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("it is cut off")?;
        self.rest = rest;
        Ok(taken)
    }
}
