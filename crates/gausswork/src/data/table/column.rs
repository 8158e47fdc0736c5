//! A column of text cells, and what typing makes of it.

use super::cells::Cells;
use super::date::DatePattern;
use super::missing::Nulls;
use super::number::{Spelled, parse_float};
use super::number_style::NumberStyle;
use super::schema::{Format, Kind, TickUnit};
use super::timestamp::TimestampPattern;

/// The usual spellings of false and true.
pub(super) const BOOLEANS: [[&str; 2]; 10] = [
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
    pub(super) fn typed_boolean(&self, pair: [&str; 2], reason: &str, missing: &[bool]) -> Typed {
        let values = self.cells.spellings().map(|(_, text)| text == pair[1].as_bytes()).collect();
        let mut typed = self.typed(Kind::Boolean, reason, Values::Booleans(values), missing.to_vec());
        typed.format.booleans = Some(pair.map(str::to_owned));
        typed
    }

    pub(super) fn typed_date(
        &self,
        pattern: DatePattern,
        reason: &str,
        missing: &[bool],
    ) -> Result<Typed, Fault> {
        let values = self.each(missing, "is not a date", |text| pattern.parse(text))?;
        let mut typed = self.typed(Kind::Date, reason, Values::Integers(values), missing.to_vec());
        typed.format.date = pattern;
        Ok(typed)
    }

    pub(super) fn typed_timestamp(
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
    pub(super) fn present<'b>(
        &self,
        missing: &'b [bool],
    ) -> impl Iterator<Item = (u32, &'a [u8])> + Clone + use<'a, 'b> {
        let spellings: &'a Cells = self.cells;
        spellings.spellings().filter(|(code, _)| !missing.get(*code as usize).copied().unwrap_or(false))
    }

    /// One value per spelling.
    pub(super) fn each<T: Default>(
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

    pub(super) fn integers(&self, missing: &[bool], point: u8) -> Result<Vec<i64>, Fault> {
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

    pub(super) fn floats(&self, missing: &[bool], point: u8) -> Result<Vec<f64>, Fault> {
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

    pub(super) fn count(&self, code: u32) -> u64 {
        self.counts.get(code as usize).copied().unwrap_or(0)
    }

    pub(super) fn style_numbers(&self, typed: &mut Typed, point: u8) {
        let texts = self.present(&typed.missing).map(|(_, text)| text);
        (typed.format.number, typed.format.decimals) = NumberStyle::detect(texts, point);
        typed.format.integer = typed.kind == Kind::Identifier;
    }

    pub(super) fn typed(&self, kind: Kind, reason: &str, values: Values, missing: Vec<bool>) -> Typed {
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
