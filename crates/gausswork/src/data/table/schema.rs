//! What a table is: its columns, their kinds, and how their cells are spelled.

use std::str::FromStr;

use arrow::datatypes::DataType;
use serde::{Deserialize, Deserializer, Serialize};

use super::arrow_type;
use super::date::DatePattern;
use super::file::FileFormat;
use super::number_style::NumberStyle;
use super::timestamp::TimestampPattern;

/// The finest decimal grid that is looked for in a column of numbers.
pub const MAX_DECIMALS: u8 = 9;

/// What the cells of a column mean.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Real numbers.
    Float,
    /// Two truth values, in any of the usual spellings.
    Boolean,
    /// One of a set of levels.
    Category,
    /// A day.
    Date,
    /// An instant.
    Timestamp,
    /// A name for a row: it says nothing about the rest of the row, and is made anew.
    Identifier,
    /// The same in every row.
    Constant,
    /// Free text.
    Text,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Integer,
        Self::Float,
        Self::Boolean,
        Self::Category,
        Self::Date,
        Self::Timestamp,
        Self::Identifier,
        Self::Constant,
        Self::Text,
    ];

    /// The name, as it is given on the command line and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Category => "category",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Identifier => "identifier",
            Self::Constant => "constant",
            Self::Text => "text",
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no [`Kind`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("\"{name}\" is not a kind of column; known are {}", Kind::ALL.map(Kind::name).join(", "))]
pub struct UnknownKind {
    /// The name given.
    pub name: String,
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let wanted = name.trim().to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|kind| kind.name() == wanted);
        found.ok_or_else(|| UnknownKind { name: name.to_owned() })
    }
}

/// The unit of a timestamp's ticks.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum TickUnit {
    /// Seconds.
    #[default]
    Second,
    /// Milliseconds.
    Millisecond,
    /// Microseconds.
    Microsecond,
    /// Nanoseconds.
    Nanosecond,
}

impl TickUnit {
    /// Ticks in a second.
    #[must_use]
    pub const fn per_second(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Millisecond => 1_000,
            Self::Microsecond => 1_000_000,
            Self::Nanosecond => 1_000_000_000,
        }
    }

    /// An instant in ticks; `None` where 64 bits do not hold it. Finer fractions are cut off.
    pub(super) fn ticks(self, seconds: i64, nanos: u32) -> Option<i64> {
        let part = i64::from(nanos) / (1_000_000_000 / self.per_second());
        seconds.checked_mul(self.per_second())?.checked_add(part)
    }

    /// Seconds and nanoseconds of a number of ticks.
    pub(super) fn split(self, ticks: i64) -> (i64, u32) {
        let nanos = ticks.rem_euclid(self.per_second()) * (1_000_000_000 / self.per_second());
        (ticks.div_euclid(self.per_second()), u32::try_from(nanos).unwrap_or(0))
    }
}

/// How the cells of a column are spelled: everything needed to write one back as it was.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Default, Debug)]
#[serde(default)]
pub struct Format {
    /// The spelling of a missing cell, the most common one in the column.
    pub null: String,
    /// Whether a missing cell is quoted.
    pub null_quoted: bool,
    /// Whether cells are quoted even where they need not be.
    pub quoted: bool,
    /// For an identifier: whether it is a column of whole numbers rather than of text.
    pub integer: bool,
    /// The finest decimal grid on which every value lies, up to [`MAX_DECIMALS`]; `None` for truly
    /// continuous numbers, and for columns that are not floats.
    #[serde(deserialize_with = "decimals")]
    pub decimals: Option<u8>,
    /// How numbers are spelled.
    pub number: NumberStyle,
    /// The spellings of false and true.
    pub booleans: Option<[String; 2]>,
    /// How dates are spelled.
    pub date: DatePattern,
    /// How timestamps are spelled.
    pub timestamp: TimestampPattern,
    /// The unit of a timestamp's ticks.
    pub unit: TickUnit,
    /// The column's type in Parquet and Arrow, if that is where it came from, or if it follows from
    /// the cells alone.
    #[serde(with = "arrow_type")]
    pub arrow: Option<DataType>,
}

fn decimals<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let decimals = Option::<u8>::deserialize(deserializer)?;
    match decimals {
        Some(n) if n > MAX_DECIMALS => {
            Err(serde::de::Error::custom(format!("more than {MAX_DECIMALS} decimals: {n}")))
        }
        decimals => Ok(decimals),
    }
}

/// One column.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct ColumnSchema {
    /// Its name.
    pub name: String,
    /// What its cells mean.
    pub kind: Kind,
    /// One plain sentence: why this kind.
    pub reason: String,
    /// How its cells are spelled.
    pub format: Format,
    /// How many cells are missing.
    pub missing: u64,
    /// How many different values there are, the missing one not counted.
    pub distinct: u64,
}

impl ColumnSchema {
    /// The canonical Arrow type of the column in memory: whole numbers, days and ticks are `Int64`,
    /// reals `Float64`, truth values `Boolean`, everything else a dictionary of text.
    #[must_use]
    pub fn canonical_type(&self) -> DataType {
        match self.kind {
            Kind::Integer | Kind::Date | Kind::Timestamp => DataType::Int64,
            Kind::Identifier if self.format.integer => DataType::Int64,
            Kind::Float => DataType::Float64,
            Kind::Boolean => DataType::Boolean,
            Kind::Category | Kind::Identifier | Kind::Constant | Kind::Text => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
        }
    }
}

/// How lines end.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum LineEnding {
    /// `\n`.
    #[default]
    Lf,
    /// `\r\n`.
    CrLf,
    /// `\r`.
    Cr,
}

impl LineEnding {
    /// The bytes.
    #[must_use]
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
            Self::Cr => b"\r",
        }
    }
}

/// How a CSV file is laid out. Which columns are quoted is each column's own [`Format::quoted`].
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(default)]
pub struct Dialect {
    /// What stands between fields: one ASCII byte.
    #[serde(deserialize_with = "ascii")]
    pub delimiter: u8,
    /// Whether a space follows each delimiter.
    pub space: bool,
    /// What stands around fields that need it; 0 where nothing does.
    #[serde(deserialize_with = "ascii")]
    pub quote: u8,
    /// Whether the names in the header are quoted.
    pub header_quoted: bool,
    /// How lines end.
    pub line_ending: LineEnding,
    /// Whether the last line ends like the others.
    pub final_newline: bool,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            space: false,
            quote: b'"',
            header_quoted: false,
            line_ending: LineEnding::default(),
            final_newline: true,
            byte_order_mark: false,
        }
    }
}

fn ascii<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        byte if byte.is_ascii() && !matches!(byte, b'\n' | b'\r') => Ok(byte),
        byte => Err(serde::de::Error::custom(format!("byte {byte} cannot stand between or around fields"))),
    }
}

/// What a table is.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct TableSchema {
    /// Its columns, in order.
    pub columns: Vec<ColumnSchema>,
    /// How its CSV is laid out; the default for a table that came from elsewhere.
    #[serde(default)]
    pub dialect: Dialect,
    /// What kind of file it came from.
    pub source: FileFormat,
    /// The spellings of a missing cell, where they were given rather than recognised.
    #[serde(default)]
    pub nulls: Option<Vec<String>>,
    /// How many rows it has.
    pub rows: u64,
}

impl TableSchema {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnSchema> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The Arrow schema of the canonical batches of this table.
    #[must_use]
    pub fn canonical(&self) -> arrow::datatypes::Schema {
        let field =
            |column: &ColumnSchema| arrow::datatypes::Field::new(&column.name, column.canonical_type(), true);
        arrow::datatypes::Schema::new(self.columns.iter().map(field).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn kinds_know_their_names() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse::<Kind>().unwrap(), kind);
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        let error = "number".parse::<Kind>().unwrap_err().to_string();
        assert!(error.contains("integer, float"), "{error}");
    }

    #[test]
    fn schemas_survive_json_and_refuse_nonsense() {
        let format = Format {
            decimals: Some(2),
            arrow: Some("Timestamp(Microsecond, Some(\"Europe/Berlin\"))".parse().unwrap()),
            booleans: Some(["no".into(), "yes".into()]),
            ..Format::default()
        };
        let json = serde_json::to_string(&format).unwrap();
        assert_eq!(serde_json::from_str::<Format>(&json).unwrap(), format);
        assert!(serde_json::from_str::<Format>(&json.replace("\"decimals\":2", "\"decimals\":200")).is_err());
        assert!(serde_json::from_str::<Format>(r#"{"arrow":"List(Int32)"}"#).is_err());
        assert!(serde_json::from_str::<Format>(r#"{"arrow":"nonsense"}"#).is_err());
        assert!(serde_json::from_str::<Format>(r#"{"number":{"min_decimals":255}}"#).is_err());
        assert!(serde_json::from_str::<Dialect>(r#"{"delimiter":10}"#).is_err());
    }

    #[test]
    fn ticks_split_and_join() {
        for unit in [TickUnit::Second, TickUnit::Millisecond, TickUnit::Microsecond, TickUnit::Nanosecond] {
            for ticks in [0, 1, -1, 1_234_567_890_123, -1_234_567_890_123, i64::MIN, i64::MAX] {
                let (seconds, nanos) = unit.split(ticks);
                if ticks != i64::MIN {
                    assert_eq!(unit.ticks(seconds, nanos), Some(ticks));
                }
            }
        }
        assert_eq!(TickUnit::Nanosecond.ticks(i64::MAX, 0), None);
    }
}
