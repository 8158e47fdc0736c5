//! Conditions as they are typed: `sex=Female, age>40`.
//!
//! A clause is a column, a relation and a value; commas stand between clauses. A column or value that holds a comma,
//! a relation or blanks at its ends stands in quotes, `"` or `'`, a quote inside doubled. Nothing behind `=` or `!=`
//! means a missing cell; an empty text is `""`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::error::ConditionError;

/// How a cell is compared with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// `=`
    Equal,
    /// `!=`
    Different,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Relation {
    /// Every relation, those of two characters first.
    pub const ALL: [Self; 6] =
        [Self::Different, Self::AtMost, Self::AtLeast, Self::Equal, Self::Less, Self::Greater];

    /// How it is typed.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Different => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    /// Whether it holds of a cell that compares with the value like this.
    #[must_use]
    pub fn holds(self, cell: Ordering) -> bool {
        match self {
            Self::Equal => cell.is_eq(),
            Self::Different => cell.is_ne(),
            Self::Less => cell.is_lt(),
            Self::AtMost => cell.is_le(),
            Self::Greater => cell.is_gt(),
            Self::AtLeast => cell.is_ge(),
        }
    }

    /// The first one in a text, with where it stands.
    fn first_in(text: &str) -> Option<(usize, Self)> {
        text.char_indices().find_map(|(at, _)| {
            let rest = text.get(at..)?;
            Self::ALL.into_iter().find(|relation| rest.starts_with(relation.sign())).map(|found| (at, found))
        })
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sign())
    }
}

/// A value as it was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Written {
    /// Without quotes.
    Bare(String),
    /// In quotes, which are taken off: the text itself, never a missing cell.
    Quoted(String),
}

impl Written {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Bare(text) | Self::Quoted(text) => text,
        }
    }
}

/// One comparison, not yet held against any table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clause {
    /// The column's name.
    pub column: String,
    /// How its cells are compared.
    pub relation: Relation,
    /// With what.
    pub value: Written,
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |text: &str| {
            !text.is_empty()
                && text.trim() == text
                && !text.contains(',')
                && !text.starts_with(['"', '\''])
                && Relation::first_in(text).is_none()
        };
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let column = if plain(&self.column) { self.column.clone() } else { quoted(&self.column) };
        match &self.value {
            Written::Bare(value) => write!(f, "{column}{}{value}", self.relation),
            Written::Quoted(value) => write!(f, "{column}{}{}", self.relation, quoted(value)),
        }
    }
}

/// One or more clauses, all of which are to hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clauses(pub Vec<Clause>);

impl FromStr for Clauses {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let wrong = |problem| ConditionError::Syntax { text: text.to_owned(), problem };
        let (mut clauses, mut rest) = (Vec::new(), text);
        loop {
            let (column, behind) = column(rest).map_err(wrong)?;
            let (relation, behind) = Relation::ALL
                .into_iter()
                .find_map(|relation| Some((relation, behind.strip_prefix(relation.sign())?)))
                .ok_or_else(|| wrong("there is no relation behind the column"))?;
            let (value, behind) = value(behind).map_err(wrong)?;
            clauses.push(Clause { column, relation, value });
            match behind.strip_prefix(',') {
                Some(more) => rest = more,
                None => return Ok(Self(clauses)),
            }
        }
    }
}

/// The column at the start of a text, and what follows, from the relation on.
fn column(text: &str) -> Result<(String, &str), &'static str> {
    let text = text.trim_start();
    if let Some((column, rest)) = quoted(text)? {
        return Ok((column, rest));
    }
    let end = Relation::first_in(text).map_or(text.len(), |(at, _)| at);
    let (column, rest) = text.split_at(end);
    match column.trim() {
        "" => Err("a column is missing"),
        column if column.contains(',') => Err("a part between commas has no relation"),
        column => Ok((column.to_owned(), rest)),
    }
}

/// The value at the start of a text, and what follows, from the comma on.
fn value(text: &str) -> Result<(Written, &str), &'static str> {
    let text = text.trim_start();
    if let Some((value, rest)) = quoted(text)? {
        let ended = rest.is_empty() || rest.starts_with(',');
        return if ended { Ok((Written::Quoted(value), rest)) } else { Err("text follows a closing quote") };
    }
    let (value, rest) = text.split_at(text.find(',').unwrap_or(text.len()));
    match Relation::first_in(value) {
        Some(_) => Err("a value holds a relation; if that is meant, put the value in quotes"),
        None => Ok((Written::Bare(value.trim_end().to_owned()), rest)),
    }
}

/// The quoted text at the start of a text, if it starts with a quote, and what follows behind blanks.
fn quoted(text: &str) -> Result<Option<(String, &str)>, &'static str> {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return Ok(None) };
    let mut found = String::new();
    let mut rest = text.get(1..).unwrap_or_default();
    loop {
        let (part, behind) = rest.split_once(quote).ok_or("a quote is not closed")?;
        found.push_str(part);
        match behind.strip_prefix(quote) {
            Some(more) => {
                found.push(quote);
                rest = more;
            }
            None => return Ok(Some((found, behind.trim_start()))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn clause(column: &str, relation: Relation, value: Written) -> Clause {
        Clause { column: column.to_owned(), relation, value }
    }

    fn bare(text: &str) -> Written {
        Written::Bare(text.to_owned())
    }

    fn in_quotes(text: &str) -> Written {
        Written::Quoted(text.to_owned())
    }

    #[test]
    fn clauses_are_read_and_told_again() {
        let cases = [
            ("age>40", vec![clause("age", Relation::Greater, bare("40"))]),
            (
                " sex = Female , hours per week >=-3.5",
                vec![
                    clause("sex", Relation::Equal, bare("Female")),
                    clause("hours per week", Relation::AtLeast, bare("-3.5")),
                ],
            ),
            (
                "city=\"Bergen, north\",income='>50K'",
                vec![
                    clause("city", Relation::Equal, in_quotes("Bergen, north")),
                    clause("income", Relation::Equal, in_quotes(">50K")),
                ],
            ),
            ("'a=b'!=\"say \"\"hm\"\"\"", vec![clause("a=b", Relation::Different, in_quotes("say \"hm\""))]),
            (
                "a=,b!=,c=\"\"",
                vec![
                    clause("a", Relation::Equal, bare("")),
                    clause("b", Relation::Different, bare("")),
                    clause("c", Relation::Equal, in_quotes("")),
                ],
            ),
            ("wow!<=5!", vec![clause("wow!", Relation::AtMost, bare("5!"))]),
            ("Größe<1", vec![clause("Größe", Relation::Less, bare("1"))]),
        ];
        for (text, expected) in cases {
            let Clauses(read) = text.parse().unwrap();
            assert_eq!(read, expected, "{text}");
            let told: Vec<String> = read.iter().map(ToString::to_string).collect();
            assert_eq!(told.join(",").parse::<Clauses>().unwrap().0, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_condition() {
        for (text, words) in [
            ("", "a column is missing"),
            ("age", "no relation behind"),
            ("age>40,", "a column is missing"),
            ("age,sex=Female", "between commas"),
            (">40", "a column is missing"),
            ("sex==Female", "in quotes"),
            ("income=>50K", "in quotes"),
            ("city=\"Oslo", "not closed"),
            ("city=\"Oslo\"x", "follows a closing quote"),
            ("\"city\"", "no relation behind"),
        ] {
            let error = text.parse::<Clauses>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
