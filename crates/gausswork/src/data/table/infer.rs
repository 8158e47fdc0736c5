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

use super::column::{BOOLEANS, Column, Fault, Typed, Values};
use super::date::{DatePattern, Found};
use super::number::{Spelled, is_not_finite_word};
use super::schema::Kind;
use super::shape::share_a_shape;
use super::timestamp::TimestampPattern;

/// Fewer rows than this prove nothing about sequences and uniqueness.
const FEW: u64 = 20;

impl Column<'_> {
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
        let Values::Integers(numbers) = &values else {
            return Err(Fault::Column(String::new()));
        };
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
            Found::One(pattern) => {
                return self.typed_date(pattern, "every value is a date", missing).ok();
            }
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
