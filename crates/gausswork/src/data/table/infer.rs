//! What kind a column of text cells is, and why.
//!
//! The rules, in order, each on the distinct spellings of a column:
//!
//! 1. Cells that spell a missing value are set aside ([`super::missing`] says which).
//! 2. Nothing is left, or one value: a constant.
//! 3. Numbers: whole ones are integers (a sequence, or unique under a name like `id`: an identifier),
//!    others floats. A leading zero makes them codes, not numbers. `NaN` and numbers that the model
//!    could not hold are errors, for they would otherwise silently turn the column into text.
//! 4. The usual pairs of truth values, dates, timestamps.
//! 5. Text: nearly all different is an identifier if the values share a shape and free text if not;
//!    long and varied is free text; everything else is a category.

use arrow::datatypes::DataType;

use super::cells::Cells;
use super::date::{DatePattern, Found, TimestampPattern};
use super::missing::Nulls;
use super::number::{NumberStyle, Spelled, is_not_finite_word, parse_float};
use super::schema::{Format, Kind, TickUnit};
use super::shape::share_a_shape;

/// Fewer rows than this prove nothing about sequences and uniqueness.
const FEW: u64 = 20;

/// The usual spellings of false and true.
const BOOLEANS: [[&str; 2]; 10] = [
    ["false", "true"],
    ["FALSE", "TRUE"],
    ["False", "True"],
    ["no", "yes"],
    ["NO", "YES"],
    ["No", "Yes"],
    ["f", "t"],
    ["F", "T"],
    ["n", "y"],
    ["N", "Y"],
];

/// A column to be typed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    pub(super) cells: &'a Cells,
    /// How often each spelling appears.
    pub(super) counts: &'a [u64],
    pub(super) nulls: Nulls<'a>,
    /// Whether a comma may be a decimal point (it is not the delimiter).
    pub(super) comma: bool,
}

/// The value of each distinct spelling; that of a missing one is anything.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Values {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Booleans(Vec<bool>),
    Text,
}

/// A typed column: its kind, and which spellings mean what.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Typed {
    pub(super) kind: Kind,
    pub(super) reason: String,
    pub(super) format: Format,
    pub(super) values: Values,
    /// Which spellings mean a missing cell.
    pub(super) missing: Vec<bool>,
}

/// Why a column cannot be typed.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Fault {
    /// One spelling is to blame.
    Cell { code: u32, problem: String },
    /// The column as a whole is.
    Column(String),
}

impl<'a> Column<'a> {
    /// The kind of a column of a text file, where numbers and dates are text too.
    pub(super) fn infer(&self) -> Result<Typed, Fault> {
        let missing = self.nulls.in_numbers(self.cells);
        let mut note = String::new();
        if self.present(&missing).next().is_none() && self.cells.distinct() <= 1 {
            return Ok(self.typed(Kind::Constant, "every cell is missing", Values::Text, missing));
        }
        if self.present(&missing).next().is_some() {
            let points: &[u8] = if self.comma { b".," } else { b"." };
            for &point in points {
                if let Some(typed) = self.infer_number(&missing, point, &mut note)? {
                    return Ok(typed);
                }
            }
            if let Some(typed) = self.infer_boolean(&missing) {
                return Ok(typed);
            }
            if let Some(typed) = self.infer_time(&missing, &mut note) {
                return Ok(typed);
            }
        }
        Ok(self.infer_text(&note))
    }

    fn infer_number(&self, missing: &[bool], point: u8, note: &mut String) -> Result<Option<Typed>, Fault> {
        let (mut numbers, mut whole, mut zeros) = (0u64, true, None);
        let (mut word, mut other) = (None, None);
        for (code, text) in self.present(missing) {
            match Spelled::of(text, point) {
                Some(number) => {
                    numbers += 1;
                    whole &= number.is_whole();
                    zeros = zeros.or(number.has_leading_zeros().then_some(code));
                }
                None if is_not_finite_word(text) => word = word.or(Some(code)),
                None => {
                    other = other.or(Some(code));
                    if numbers > 0 {
                        break;
                    }
                }
            }
        }
        match (numbers, word, other, zeros) {
            (0, ..) => return Ok(None),
            (_, _, Some(code), _) => {
                if note.is_empty() {
                    *note = format!(
                        "some cells are numbers, but \"{}\" is not; ",
                        shorten(self.cells.text(code))
                    );
                }
                return Ok(None);
            }
            (_, Some(code), None, _) => {
                let value = self.cells.text(code);
                return Err(Fault::Cell {
                    code,
                    problem: format!(
                        "is not a finite number, and the rest of the column is numbers; give --null {value} if it \
                         means a missing cell, or correct the file"
                    ),
                });
            }
            (_, None, None, Some(code)) => {
                *note = format!(
                    "codes, not numbers: \"{}\" has a leading zero; ",
                    shorten(self.cells.text(code))
                );
                return Ok(None);
            }
            _ => {}
        }
        if whole {
            self.infer_integer(missing, point).map(Some)
        } else {
            self.infer_float(missing, point).map(Some)
        }
    }

    fn infer_integer(&self, missing: &[bool], point: u8) -> Result<Typed, Fault> {
        let values = Values::Integers(self.integers(missing, point)?);
        let Values::Integers(numbers) = &values else { return Err(Fault::Column(String::new())) };
        let unique = self.is_unique(missing);
        let (kind, reason) = if self.present(missing).nth(1).is_none() {
            (Kind::Constant, "every cell is the same number".to_owned())
        } else if let Some(step) = unique.then(|| self.step(numbers)).flatten() {
            (Kind::Identifier, format!("numbers the rows in order, in steps of {step}"))
        } else if unique && is_id_like(self.name) {
            (Kind::Identifier, "whole numbers, all different, under the name of an identifier".to_owned())
        } else {
            (Kind::Integer, "every value is a whole number".to_owned())
        };
        if kind == Kind::Constant {
            let mut typed = self.typed(kind, &reason, Values::Text, missing.to_vec());
            typed.format.arrow = self.plain_constant(missing).then_some(DataType::Int64);
            return Ok(typed);
        }
        let mut typed = self.typed(kind, &reason, values, missing.to_vec());
        self.style_numbers(&mut typed, point);
        typed.format.decimals = None;
        Ok(typed)
    }

    fn infer_float(&self, missing: &[bool], point: u8) -> Result<Typed, Fault> {
        let values = Values::Floats(self.floats(missing, point)?);
        let (kind, reason, values) = if self.present(missing).nth(1).is_none() {
            (Kind::Constant, "every cell is the same number", Values::Text)
        } else if self.is_unique(missing) && is_id_like(self.name) {
            (Kind::Identifier, "numbers, all different, under the name of an identifier", Values::Text)
        } else {
            (Kind::Float, "every value is a number, and not every one is whole", values)
        };
        let mut typed = self.typed(kind, reason, values, missing.to_vec());
        match kind {
            Kind::Float => self.style_numbers(&mut typed, point),
            Kind::Constant if point == b'.' && self.plain_constant(missing) => {
                typed.format.arrow = Some(DataType::Float64)
            }
            _ => {}
        }
        Ok(typed)
    }

    /// Whether a constant number has neither blanks nor a plus, so that any reader takes it.
    fn plain_constant(&self, missing: &[bool]) -> bool {
        self.present(missing).all(|(_, text)| text.trim_ascii() == text && !text.starts_with(b"+"))
    }

    fn infer_boolean(&self, missing: &[bool]) -> Option<Typed> {
        let mut present = self.present(missing).map(|(code, _)| self.cells.text(code));
        let two = [present.next()?, present.next()?];
        if present.next().is_some() {
            return None;
        }
        let pair = BOOLEANS.into_iter().find(|pair| two.iter().all(|text| pair.contains(text)))?;
        let reason = format!("every value is \"{}\" or \"{}\"", pair[1], pair[0]);
        Some(self.typed_boolean(pair, &reason, missing))
    }

    fn infer_time(&self, missing: &[bool], note: &mut String) -> Option<Typed> {
        // One value is a constant, whatever it says.
        self.present(missing).nth(1)?;
        let texts = self.present(missing).map(|(_, text)| text);
        let unclear =
            "dates whose day and month cannot be told apart (give --types to read them month first); ";
        match DatePattern::detect(texts.clone()) {
            Found::One(pattern) => return self.typed_date(pattern, "every value is a date", missing).ok(),
            Found::Ambiguous(_) => unclear.clone_into(note),
            Found::None => {}
        }
        match TimestampPattern::detect(texts) {
            Found::One(pattern) => {
                return self.typed_timestamp(pattern, None, "every value is a timestamp", missing).ok();
            }
            Found::Ambiguous(_) => unclear.clone_into(note),
            Found::None => {}
        }
        None
    }

    /// The kind of a column that is text, as all string columns of Parquet and Arrow files are.
    pub(super) fn infer_text(&self, note: &str) -> Typed {
        let missing = self.nulls.in_text(self.cells);
        let (mut distinct, mut rows, mut bytes, mut spaced) = (0u64, 0u64, 0u64, 0u64);
        for (code, text) in self.present(&missing) {
            let count = self.count(code);
            distinct += 1;
            rows += count;
            bytes += text.len() as u64;
            spaced += u64::from(text.contains(&b' '));
        }
        let shaped = || share_a_shape(self.present(&missing).map(|(_, text)| text));
        let (kind, why) = if distinct == 0 {
            (Kind::Constant, "every cell is missing".to_owned())
        } else if distinct == 1 {
            (Kind::Constant, "every cell is the same".to_owned())
        } else if distinct == rows && is_id_like(self.name) {
            (Kind::Identifier, "all different, under the name of an identifier".to_owned())
        } else if rows >= FEW && distinct * 100 >= rows * 95 {
            match shaped() {
                Some(shape) => (Kind::Identifier, format!("nearly all different, and all {shape}")),
                None => (Kind::Text, "nearly all different, without a common shape".to_owned()),
            }
        } else if distinct * 2 > rows && distinct > 1_000 && (bytes > 20 * distinct || spaced * 2 > distinct)
        {
            (Kind::Text, format!("long text, {distinct} different values in {rows} rows"))
        } else {
            (Kind::Category, format!("{distinct} levels"))
        };
        self.typed(kind, &format!("{note}{why}"), Values::Text, missing)
    }

    /// The column as the kind asked for. `fitted` is how a column of that name was spelled before:
    /// its spellings are tried first, and its unit is kept.
    pub(super) fn force(&self, kind: Kind, fitted: Option<&Format>) -> Result<Typed, Fault> {
        let reason = if fitted.is_some() { "as in the fitted table" } else { "asked for" };
        let missing = self.nulls.in_numbers(self.cells);
        let texts = self.present(&missing).map(|(_, text)| text);
        match kind {
            Kind::Integer => self.force_integer(reason),
            Kind::Float => {
                let point = self.point(&missing, |text, point| Spelled::of(text, point).is_some());
                let values = Values::Floats(self.floats(&missing, point)?);
                let mut typed = self.typed(kind, reason, values, missing.clone());
                self.style_numbers(&mut typed, point);
                Ok(typed)
            }
            Kind::Boolean => self.force_boolean(fitted, reason, &missing),
            Kind::Date => {
                let known = fitted.map(|format| format.date);
                match DatePattern::detect(texts) {
                    _ if texts_fit(&self.present(&missing), |text| known?.parse(text)) => {
                        self.typed_date(known.unwrap_or_default(), reason, &missing)
                    }
                    Found::One(pattern) | Found::Ambiguous(pattern) => {
                        self.typed_date(pattern, reason, &missing)
                    }
                    Found::None => {
                        Err(self.first_bad(&missing, "is not a date, or not one like the others", |text| {
                            !matches!(DatePattern::detect(std::iter::once(text)), Found::None)
                        }))
                    }
                }
            }
            Kind::Timestamp => {
                let unit = fitted.map(|format| format.unit);
                let known = fitted.map(|format| format.timestamp);
                match TimestampPattern::detect(texts) {
                    _ if texts_fit(&self.present(&missing), |text| known?.parse(text)) => {
                        self.typed_timestamp(known.unwrap_or_default(), unit, reason, &missing)
                    }
                    Found::One(pattern) | Found::Ambiguous(pattern) => {
                        self.typed_timestamp(pattern, unit, reason, &missing)
                    }
                    Found::None => Err(self.first_bad(
                        &missing,
                        "is not a timestamp, or not one like the others",
                        |text| !matches!(TimestampPattern::detect(std::iter::once(text)), Found::None),
                    )),
                }
            }
            Kind::Identifier => {
                let wanted = fitted.map(|format| format.integer);
                let plain =
                    |text| Spelled::of(text, b'.').is_some_and(|n| n.is_whole() && !n.has_leading_zeros());
                let whole = self.present(&missing).all(|(_, text)| plain(text));
                if wanted.unwrap_or(whole && self.present(&missing).next().is_some()) {
                    let mut typed = self.force_integer(reason)?;
                    typed.kind = kind;
                    typed.format.integer = true;
                    return Ok(typed);
                }
                Ok(self.typed(kind, reason, Values::Text, self.nulls.in_text(self.cells)))
            }
            Kind::Constant => {
                let missing = self.nulls.in_text(self.cells);
                let second = self.present(&missing).nth(1);
                match second {
                    Some((code, _)) if fitted.is_none() => Err(Fault::Cell {
                        code,
                        problem: "is a second value in a column that is to be constant".to_owned(),
                    }),
                    _ => Ok(self.typed(kind, reason, Values::Text, missing)),
                }
            }
            Kind::Category | Kind::Text => {
                Ok(self.typed(kind, reason, Values::Text, self.nulls.in_text(self.cells)))
            }
        }
    }

    fn force_integer(&self, reason: &str) -> Result<Typed, Fault> {
        let missing = self.nulls.in_numbers(self.cells);
        let point = self
            .point(&missing, |text, point| Spelled::of(text, point).is_some_and(|n| n.integer().is_some()));
        let values = Values::Integers(self.integers(&missing, point)?);
        let mut lengths = self.present(&missing).map(|(_, text)| text.trim_ascii().len());
        let length = lengths.next().unwrap_or(0);
        let same = lengths.all(|other| other == length);
        let padded = self
            .present(&missing)
            .any(|(_, text)| Spelled::of(text, point).is_some_and(|n| n.has_leading_zeros()));
        let mut typed = self.typed(Kind::Integer, reason, values, missing.clone());
        self.style_numbers(&mut typed, point);
        typed.format.decimals = None;
        if same && padded {
            typed.format.number.width = u8::try_from(length).unwrap_or(0).min(20);
        }
        Ok(typed)
    }

    fn force_boolean(&self, fitted: Option<&Format>, reason: &str, missing: &[bool]) -> Result<Typed, Fault> {
        let known = fitted.and_then(|format| format.booleans.as_ref());
        let known = known.map(|[no, yes]| [no.as_str(), yes.as_str()]);
        let pairs = known.into_iter().chain(BOOLEANS).chain([["0", "1"]]);
        let fits =
            |pair: &[&str; 2]| self.present(missing).all(|(code, _)| pair.contains(&self.cells.text(code)));
        if let Some(pair) = pairs.clone().find(fits) {
            return Ok(self.typed_boolean(pair, reason, missing));
        }
        let start = self.present(missing).next().map(|(code, _)| self.cells.text(code));
        let pair = pairs.clone().find(|pair| start.is_some_and(|text| pair.contains(&text)));
        Err(self.first_bad(
            missing,
            "is not one of two truth values (true/false, yes/no, t/f, y/n, 1/0)",
            |text| pair.is_some_and(|pair| pair.iter().any(|known| known.as_bytes() == text)),
        ))
    }

    fn typed_boolean(&self, pair: [&str; 2], reason: &str, missing: &[bool]) -> Typed {
        let values = self.cells.spellings().map(|(_, text)| text == pair[1].as_bytes()).collect();
        let mut typed = self.typed(Kind::Boolean, reason, Values::Booleans(values), missing.to_vec());
        typed.format.booleans = Some(pair.map(str::to_owned));
        typed
    }

    fn typed_date(&self, pattern: DatePattern, reason: &str, missing: &[bool]) -> Result<Typed, Fault> {
        let values = self.each(missing, "is not a date", |text| pattern.parse(text))?;
        let mut typed = self.typed(Kind::Date, reason, Values::Integers(values), missing.to_vec());
        typed.format.date = pattern;
        Ok(typed)
    }

    fn typed_timestamp(
        &self,
        pattern: TimestampPattern,
        unit: Option<TickUnit>,
        reason: &str,
        missing: &[bool],
    ) -> Result<Typed, Fault> {
        let problem = "is not a timestamp, or too far from 1970 for its fraction";
        let instants =
            self.each(missing, problem, |text| pattern.parse(text).map(|at| (at.seconds, at.nanos)))?;
        let unit = unit.unwrap_or_else(|| {
            let units = [TickUnit::Second, TickUnit::Millisecond, TickUnit::Microsecond];
            let holds = |unit: TickUnit| {
                let size = 1_000_000_000 / unit.per_second();
                instants.iter().all(|&(_, nanos)| i64::from(nanos) % size == 0)
            };
            units.into_iter().find(|&unit| holds(unit)).unwrap_or(TickUnit::Nanosecond)
        });
        let values = self.each(missing, problem, |text| {
            let at = pattern.parse(text)?;
            unit.ticks(at.seconds, at.nanos)
        })?;
        let mut typed = self.typed(Kind::Timestamp, reason, Values::Integers(values), missing.to_vec());
        typed.format.timestamp = pattern;
        typed.format.unit = unit;
        Ok(typed)
    }

    /// The spellings that are not missing.
    fn present<'b>(
        &self,
        missing: &'b [bool],
    ) -> impl Iterator<Item = (u32, &'a [u8])> + Clone + use<'a, 'b> {
        let spellings: &'a Cells = self.cells;
        spellings.spellings().filter(|(code, _)| !missing.get(*code as usize).copied().unwrap_or(false))
    }

    /// The first of the decimal points with which every value fits.
    fn point(&self, missing: &[bool], fits: impl Fn(&[u8], u8) -> bool) -> u8 {
        let comma = self.comma && !self.present(missing).all(|(_, text)| fits(text, b'.'));
        if comma && self.present(missing).all(|(_, text)| fits(text, b',')) { b',' } else { b'.' }
    }

    /// One value per spelling.
    fn each<T: Default>(
        &self,
        missing: &[bool],
        problem: &str,
        parse: impl Fn(&'a [u8]) -> Option<T>,
    ) -> Result<Vec<T>, Fault> {
        let value = |(code, text)| {
            if missing.get(code as usize).copied().unwrap_or(false) {
                return Ok(T::default());
            }
            parse(text).ok_or_else(|| Fault::Cell { code, problem: problem.to_owned() })
        };
        self.cells.spellings().map(value).collect()
    }

    fn integers(&self, missing: &[bool], point: u8) -> Result<Vec<i64>, Fault> {
        self.each(missing, "", |text| Spelled::of(text, point)?.integer()).map_err(|fault| {
            let Fault::Cell { code, .. } = fault else { return fault };
            let large = Spelled::of(self.cells.spelling(code), point).is_some_and(|number| number.is_whole());
            let problem = if large {
                format!(
                    "is beyond the whole numbers of 64 bits; if these are codes, give --types {}=category",
                    self.name
                )
            } else {
                "is not a whole number".to_owned()
            };
            Fault::Cell { code, problem }
        })
    }

    fn floats(&self, missing: &[bool], point: u8) -> Result<Vec<f64>, Fault> {
        let held = |value: f64| value.abs() <= f64::from(f32::MAX);
        self.each(missing, "", |text| parse_float(text, point).filter(|&value| held(value))).map_err(|fault| {
            let Fault::Cell { code, .. } = fault else { return fault };
            let problem = if parse_float(self.cells.spelling(code), point).is_some() {
                format!(
                    "is beyond the numbers of single precision (3.4e38); if these are codes, give --types {}=category",
                    self.name
                )
            } else {
                "is not a number".to_owned()
            };
            Fault::Cell { code, problem }
        })
    }

    /// The first spelling that is not good, or the last one if each is by itself.
    fn first_bad(&self, missing: &[bool], problem: &str, good: impl Fn(&[u8]) -> bool) -> Fault {
        let bad =
            self.present(missing).find(|(_, text)| !good(text)).or_else(|| self.present(missing).last());
        match bad {
            Some((code, _)) => Fault::Cell { code, problem: problem.to_owned() },
            None => Fault::Column("every cell is missing".to_owned()),
        }
    }

    fn count(&self, code: u32) -> u64 {
        self.counts.get(code as usize).copied().unwrap_or(0)
    }

    /// Whether no two rows that have a value have the same one.
    fn is_unique(&self, missing: &[bool]) -> bool {
        self.present(missing).all(|(code, _)| self.count(code) == 1)
    }

    /// The step of the arithmetic progression that the rows are, if they are one.
    fn step(&self, values: &[i64]) -> Option<i64> {
        let mut rows = self.cells.codes().iter().map(|&code| values.get(code as usize).copied());
        if (self.cells.codes().len() as u64) < FEW || self.cells.distinct() != self.cells.codes().len() {
            return None;
        }
        let (mut last, second) = (rows.next()??, rows.next()??);
        let step = second.checked_sub(last).filter(|&step| step != 0)?;
        last = second;
        for value in rows {
            if last.checked_add(step)? != value? {
                return None;
            }
            last = value?;
        }
        Some(step)
    }

    fn style_numbers(&self, typed: &mut Typed, point: u8) {
        let texts = self.present(&typed.missing).map(|(_, text)| text);
        (typed.format.number, typed.format.decimals) = NumberStyle::detect(texts, point);
        typed.format.integer = typed.kind == Kind::Identifier;
    }

    fn typed(&self, kind: Kind, reason: &str, values: Values, missing: Vec<bool>) -> Typed {
        let (mut present, mut quoted) = (0, 0);
        let (mut null, mut most) = (None, 0);
        for (code, _) in self.cells.spellings() {
            let count = self.count(code);
            if !missing.get(code as usize).copied().unwrap_or(false) {
                present += count;
                quoted += self.cells.times_quoted(code);
            } else if count > most {
                (null, most) = (Some(code), count);
            }
        }
        let format = Format {
            null: null.map(|code| self.cells.text(code).to_owned()).unwrap_or_default(),
            null_quoted: null.is_some_and(|code| self.cells.times_quoted(code) * 2 > most),
            quoted: quoted * 2 > present,
            ..Format::default()
        };
        Typed { kind, reason: reason.to_owned(), format, values, missing }
    }
}

fn texts_fit<'a, T>(
    present: &(impl Iterator<Item = (u32, &'a [u8])> + Clone),
    parse: impl Fn(&'a [u8]) -> Option<T>,
) -> bool {
    present.clone().all(|(_, text)| parse(text).is_some())
}

/// Whether a name is that of an identifier: `id`, `user_id`, `userId`, `uuid`, `key` …
pub(super) fn is_id_like(name: &str) -> bool {
    let lower = name.trim().to_ascii_lowercase();
    let words = ["id", "uuid", "guid", "key", "index", "rowid"];
    let last = lower.rsplit(['_', '-', ' ', '.']).next().unwrap_or_default();
    words.contains(&last) || name.ends_with("Id") || (name.ends_with("ID") && name.len() > 2)
}

/// The start of a text, for messages.
fn shorten(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}
