//! Distributions as people write them: `normal(0, 1)`, `gamma(shape=2, rate=1/3)`, `categorical([0.2, 0.8])`,
//! `mixture(0.3*normal(-1, 0.5) + 0.7*normal(2, 1))`.
//!
//! ```text
//! distribution = name "(" [ argument { "," argument } ] ")" | "mixture" "(" term { "+" term } ")"
//! term         = [ number "*" ] distribution
//! argument     = [ name "=" ] ( number | vector | matrix )
//! vector       = "[" number { "," number } "]"
//! matrix       = "[" vector { "," vector } "]"
//! number       = [ sign ] literal [ "/" literal ],   literal = decimal | "pi" | "inf" | "nan"
//! ```
//!
//! Space may stand between any two of these; names are read without regard to case, `-` and `_`.

mod build;
mod error;
mod names;

use std::str::FromStr;

pub use error::{ExpressionError, ExpressionProblem};

use crate::{distribution::Distribution, families::Mixture};
use names::Head;

/// Mixtures within mixtures; each costs a frame of the stack.
const MAX_DEPTH: usize = 16;
/// A covariance of 200 dimensions, at full precision, is about as long.
const MAX_LENGTH: usize = 1 << 20;

impl FromStr for Distribution {
    type Err = ExpressionError;

    /// ```
    /// use gausswork_divergence::{Distribution, Normal};
    ///
    /// let d: Distribution = "Normal(mu = 0, sigma = 1/2)".parse()?;
    /// assert_eq!(d, Normal::new(0.0, 0.5)?.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, ExpressionError> {
        let mut parser = Parser { text, at: 0 };
        parser.whole().map_err(|Stop { at, problem }| ExpressionError {
            text: text.to_owned(),
            // A position in bytes lies between two characters, whatever the text.
            at: text.get(..at).map_or(0, |before| before.chars().count()),
            problem,
        })
    }
}

/// Where reading stopped, in bytes, and why.
#[derive(Debug)]
struct Stop {
    at: usize,
    problem: ExpressionProblem,
}

impl Stop {
    fn expected(at: usize, what: &'static str) -> Self {
        Self { at, problem: ExpressionProblem::Expected(what) }
    }
}

/// What a parameter may be given as.
#[derive(Debug)]
enum Value {
    Number(f64),
    Vector(Vec<f64>),
    /// By rows; also how many there are.
    Matrix(Vec<f64>, usize),
}

/// One argument of a family.
#[derive(Debug)]
struct Argument<'a> {
    at: usize,
    name: Option<&'a str>,
    value: Value,
}

#[derive(Debug)]
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn whole(&mut self) -> Result<Distribution, Stop> {
        if self.text.len() > MAX_LENGTH {
            return Err(Stop { at: 0, problem: ExpressionProblem::TooLong(MAX_LENGTH) });
        }
        let distribution = self.distribution(0)?;
        self.skip_space();
        if self.at < self.text.len() {
            return Err(Stop::expected(self.at, "the end"));
        }
        Ok(distribution)
    }

    fn distribution(&mut self, depth: usize) -> Result<Distribution, Stop> {
        self.skip_space();
        let at = self.at;
        let name = self.name().ok_or_else(|| Stop::expected(at, "a distribution, as normal(0, 1)"))?;
        let head = names::head(name).map_err(|problem| Stop { at, problem })?;
        self.need(b'(', "\"(\"")?;
        if head == Head::Mixture {
            if depth == MAX_DEPTH {
                return Err(Stop { at, problem: ExpressionProblem::TooDeep(MAX_DEPTH) });
            }
            return self.mixture(at, depth + 1);
        }
        let arguments = self.arguments()?;
        build::build(head, at, arguments)
    }

    fn mixture(&mut self, start: usize, depth: usize) -> Result<Distribution, Stop> {
        let mut components: Vec<(f64, Distribution)> = Vec::new();
        // Where the first component without a weight stands.
        let mut bare = None;
        loop {
            self.skip_space();
            let at = self.at;
            let weight = if self.begins_number() {
                let weight = self.number()?;
                self.need(b'*', "\"*\" and a distribution")?;
                weight
            } else {
                bare = bare.or(Some(at));
                1.0
            };
            components.push((weight, self.distribution(depth)?));
            if self.take(b'+') {
                continue;
            }
            self.need(b')', "\"+\" or \")\"")?;
            break;
        }
        match bare {
            Some(at) if components.len() > 1 => Err(Stop { at, problem: ExpressionProblem::Weight }),
            _ => Mixture::new(components)
                .map(Distribution::Mixture)
                .map_err(|error| Stop { at: start, problem: ExpressionProblem::Parameter(error) }),
        }
    }

    /// What stands between the parentheses, the second of which is read.
    fn arguments(&mut self) -> Result<Vec<Argument<'a>>, Stop> {
        let mut arguments: Vec<Argument<'a>> = Vec::with_capacity(3);
        if self.take(b')') {
            return Ok(arguments);
        }
        loop {
            self.skip_space();
            let at = self.at;
            let name = if self.begins_number() { None } else { self.name() };
            match (name, arguments.last()) {
                (Some(_), _) => self.need(b'=', "\"=\" and a value")?,
                (None, Some(Argument { name: Some(_), .. })) => {
                    return Err(Stop::expected(at, "the name of a parameter, as the one before has"));
                }
                (None, _) => {}
            }
            arguments.push(Argument { at, name, value: self.value()? });
            if !self.take(b',') {
                self.need(b')', "\",\" or \")\"")?;
                return Ok(arguments);
            }
        }
    }

    fn value(&mut self) -> Result<Value, Stop> {
        if !self.take(b'[') {
            return self.number().map(Value::Number);
        }
        if self.peek() != Some(b'[') {
            let mut numbers = Vec::new();
            self.numbers(&mut numbers)?;
            return Ok(Value::Vector(numbers));
        }
        let (mut numbers, mut rows, mut width) = (Vec::new(), 0, 0);
        loop {
            self.need(b'[', "\"[\"")?;
            let (at, before) = (self.at - 1, numbers.len());
            self.numbers(&mut numbers)?;
            let found = numbers.len() - before;
            if rows > 0 && found != width {
                return Err(Stop { at, problem: ExpressionProblem::Ragged { first: width, found } });
            }
            (rows, width) = (rows + 1, found);
            if !self.take(b',') {
                self.need(b']', "\",\" or \"]\"")?;
                return Ok(Value::Matrix(numbers, rows));
            }
        }
    }

    /// Numbers up to the bracket that ends them.
    fn numbers(&mut self, numbers: &mut Vec<f64>) -> Result<(), Stop> {
        loop {
            numbers.push(self.number()?);
            if !self.take(b',') {
                return self.need(b']', "\",\" or \"]\"");
            }
        }
    }

    fn number(&mut self) -> Result<f64, Stop> {
        let sign = if self.take(b'-') {
            -1.0
        } else {
            self.take(b'+');
            1.0
        };
        let value = sign * self.literal()?;
        if self.take(b'/') { Ok(value / self.literal()?) } else { Ok(value) }
    }

    fn literal(&mut self) -> Result<f64, Stop> {
        self.skip_space();
        let at = self.at;
        let bytes = &self.text.as_bytes()[at..];
        let mut length = 0;
        while let Some(&byte) = bytes.get(length) {
            // A sign belongs to the number right after the e of an exponent.
            let exponent = length > 0 && matches!(bytes[length - 1], b'e' | b'E');
            let sign = exponent && matches!(byte, b'+' | b'-') && !bytes[0].is_ascii_alphabetic();
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || sign) {
                break;
            }
            length += 1;
        }
        let word = &self.text[at..at + length];
        if word.is_empty() {
            return Err(Stop::expected(at, "a number"));
        }
        self.at += length;
        if word.eq_ignore_ascii_case("pi") {
            return Ok(std::f64::consts::PI);
        }
        let wrong = || Stop { at, problem: ExpressionProblem::Number(word.to_owned()) };
        word.parse().map_err(|_| wrong())
    }

    /// Whether a number comes next, rather than a name.
    fn begins_number(&mut self) -> bool {
        matches!(self.peek(), Some(b'0'..=b'9' | b'.' | b'-' | b'+'))
            || Self { text: self.text, at: self.at }.name().is_some_and(names::is_constant)
    }

    /// A name: a letter, then letters, digits, `_` and `-`.
    fn name(&mut self) -> Option<&'a str> {
        self.skip_space();
        let rest = &self.text[self.at..];
        let belongs = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let name = &rest[..length];
        if !name.starts_with(char::is_alphabetic) {
            return None;
        }
        self.at += length;
        Some(name)
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, byte: u8, what: &'static str) -> Result<(), Stop> {
        if self.take(byte) { Ok(()) } else { Err(Stop::expected(self.at, what)) }
    }
}

#[cfg(test)]
mod tests;
