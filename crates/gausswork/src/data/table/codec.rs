//! The codec of a whole table: columns to features and back, fitted on training rows, serialised with the model.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Table;
use super::category::{CategoryCodec, log_shares};
use super::identifier::IdentifierModel;
use super::numeric::{NumericCodec, Resolution};
use super::scale::Scale;
use super::{Dialect, FileFormat, Kind, TableSchema};
use crate::layout::{End, Features, Fixed, Layout, Order, Place, Real, Simplex, Span};

/// A table does not fit a codec.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// Every column is an identifier, a constant or free text.
    #[error(
        "no column can be modelled: all are identifiers, constants or free text; if one is not, say so with --types"
    )]
    NothingToModel,
    /// A category that no fitted row had.
    #[error("row {row}, column \"{column}\": the category \"{value}\" did not occur in the fitted table")]
    UnseenCategory {
        /// The 1-based data row.
        row: u64,
        /// The column's name.
        column: String,
        /// The category.
        value: String,
    },
    /// A missing cell in a column that was complete.
    #[error("row {row}, column \"{column}\": the cell is missing, and in the fitted table none was")]
    UnexpectedMissing {
        /// The 1-based data row.
        row: u64,
        /// The column's name.
        column: String,
    },
    /// The decoded columns do not form a batch.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
}

/// The codec of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ColumnCodec {
    /// Integers, floats, dates, timestamps.
    Numeric {
        /// The numbers.
        codec: NumericCodec,
        /// Training rows in which the value is missing; `None` where it never is.
        missing: Option<u64>,
    },
    /// Categories and booleans.
    Category(CategoryCodec),
    /// Columns that are regenerated, not modelled.
    Regenerated(IdentifierModel),
}

/// The codec of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableCodec {
    /// What the columns are and how they are written.
    pub schema: TableSchema,
    /// One codec per column.
    pub columns: Vec<ColumnCodec>,
}

impl TableCodec {
    /// The codec of no columns: of data that are no table.
    pub fn of_no_columns() -> Self {
        let (dialect, source) = (Dialect::default(), FileFormat::Csv);
        let schema = TableSchema { columns: Vec::new(), dialect, source, nulls: None, rows: 0 };
        Self { schema, columns: Vec::new() }
    }

    /// Learns a codec from the rows `train` of a table.
    ///
    /// Shares, atoms, bins and quantiles come from the training rows alone. The *support* (levels,
    /// ranges, decimal grid, whether a value can be missing) comes from all rows given.
    ///
    /// # Errors
    /// [`CodecError::NothingToModel`] where no column can be modelled.
    pub fn fit(table: &Table, train: &[u32], resolution: Resolution) -> Result<Self, CodecError> {
        let columns: Vec<ColumnCodec> = table
            .schema
            .columns
            .par_iter()
            .zip(table.batch.columns().par_iter())
            .map(|(column, array)| {
                ColumnCodec::fit(column.kind, column.format.decimals, array, train, resolution)
            })
            .collect();
        if columns.iter().all(|column| matches!(column, ColumnCodec::Regenerated(_))) {
            return Err(CodecError::NothingToModel);
        }
        Ok(Self { schema: table.schema.clone(), columns })
    }

    /// Checks that a codec read from a file is one that [`TableCodec::fit`] could have made.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        if self.columns.len() != self.schema.columns.len() {
            return Err("the codec and the schema differ in their number of columns".to_owned());
        }
        for (schema, column) in self.schema.columns.iter().zip(&self.columns) {
            let wrong = |what: &str| Err(format!("column \"{}\": {what}", schema.name));
            let regenerated = matches!(schema.kind, Kind::Identifier | Kind::Constant | Kind::Text);
            match column {
                ColumnCodec::Regenerated(_) if regenerated => {}
                ColumnCodec::Category(codec) if matches!(schema.kind, Kind::Category | Kind::Boolean) => {
                    let boolean = schema.kind == Kind::Boolean && codec.levels.len() != 2;
                    let sorted = codec.levels.is_sorted_by(|a, b| a < b);
                    if codec.levels.is_empty()
                        || codec.counts.len() != codec.levels.len()
                        || !sorted
                        || boolean
                    {
                        return wrong("its levels are inconsistent");
                    }
                }
                ColumnCodec::Numeric { codec, .. } if !regenerated => codec.check().or_else(|e| wrong(&e))?,
                _ => return wrong("its codec does not fit its kind"),
            }
        }
        Ok(())
    }

    /// Log-likelihood that the codec itself contributes to each column of a row whose likelihood there is the model's, nats.
    pub fn log_known(&self) -> Vec<f64> {
        self.columns
            .iter()
            .map(|column| match column {
                ColumnCodec::Numeric { codec, .. } => f64::from(codec.log_known()),
                ColumnCodec::Category(_) | ColumnCodec::Regenerated(_) => 0.0,
            })
            .collect()
    }

    /// The features that [`TableCodec::encode`] writes.
    pub fn layout(&self) -> Layout {
        let mut spans = Vec::new();
        let mut ends = Vec::new();
        for (column, codec) in self.columns.iter().enumerate() {
            match codec {
                ColumnCodec::Regenerated(_) => {}
                ColumnCodec::Category(category) => spans.extend(category.spans(column, spans.len())),
                ColumnCodec::Numeric { codec, missing } => {
                    let mut weights: Vec<f64> =
                        codec.counts.iter().map(|&count| count as f64 + 0.5).collect();
                    weights.extend(missing.map(|count| count as f64 + 0.5));
                    let span = spans.len();
                    let rare = codec.rare_ends().into_iter();
                    ends.extend(rare.map(|(code, score, every)| End { span, code, score, every }));
                    spans.push(Span::Simplex(Simplex {
                        column,
                        levels: weights.len(),
                        order: Order::Ordinal,
                        base: log_shares(&weights),
                        given: None,
                    }));
                    if codec.has_bins() {
                        let mut places = codec.places();
                        places.extend(missing.map(|_| Place::Point(0.0)));
                        spans.push(Span::Real(Real { column, places, support: codec.scale.support() }));
                    }
                }
            }
        }
        Layout { spans, ends, columns: self.columns.len() }
    }

    /// Encodes the rows of a table with this codec's columns, in its order.
    ///
    /// # Errors
    /// [`CodecError::UnseenCategory`] with row, column and value.
    pub fn encode(&self, batch: &RecordBatch) -> Result<Features, CodecError> {
        let rows = batch.num_rows();
        let encoded: Vec<EncodedColumn> = self
            .columns
            .par_iter()
            .enumerate()
            .map(|(c, codec)| codec.encode(c, &self.schema.columns[c].name, batch.column(c)))
            .collect::<Result<_, _>>()?;
        let digits: Vec<&[u16]> = encoded
            .iter()
            .flat_map(|e| e.digits.iter().map(Vec::as_slice))
            .filter(|d| !d.is_empty())
            .collect();
        let reals: Vec<&(Vec<f32>, Vec<f32>)> = encoded.iter().filter_map(|e| e.real.as_ref()).collect();
        let mut features = Features {
            rows,
            codes: Vec::with_capacity(rows * digits.len()),
            scores: Vec::with_capacity(rows * reals.len()),
            cells: Vec::with_capacity(rows * reals.len()),
            fixed: encoded.iter().flat_map(|e| e.fixed.iter().copied()).collect(),
        };
        for row in 0..rows {
            features.codes.extend(digits.iter().map(|digit| digit[row]));
            features.scores.extend(reals.iter().map(|(score, _)| score[row]));
            features.cells.extend(reals.iter().map(|(_, cell)| cell[row]));
        }
        features.fixed.sort_by_key(|fixed| (fixed.row, fixed.column));
        Ok(features)
    }

    /// Decodes rows: `codes` is `[rows, simplexes]`, `scores` `[rows, reals]`, as in [`Features`].
    ///
    /// `first_row` is the number of the first row within the whole sample, for regenerated columns;
    /// `words(row, slot)` is their source of randomness.
    ///
    /// # Errors
    /// [`CodecError::Arrow`] should the columns not form a batch.
    pub fn decode(
        &self,
        codes: &[u16],
        scores: &[f64],
        rows: usize,
        first_row: u64,
        words: &(dyn Fn(u64, u32) -> u32 + Sync),
    ) -> Result<RecordBatch, CodecError> {
        let (simplexes, reals) = (codes.len() / rows.max(1), scores.len() / rows.max(1));
        let (mut simplex, mut real, mut slot) = (0, 0, 0);
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (schema, codec) in self.schema.columns.iter().zip(&self.columns) {
            let first = |row: usize| codes[row * simplexes + simplex];
            let array: ArrayRef = match codec {
                ColumnCodec::Regenerated(model) => {
                    let base = slot;
                    slot += SLOTS_PER_COLUMN;
                    model.generate(first_row, rows, &|row, i| words(row, base + i % SLOTS_PER_COLUMN))
                }
                ColumnCodec::Category(category) => {
                    let second = |row: usize| codes[row * simplexes + simplex + 1];
                    let two = category.digits() == 2;
                    let level = |row: usize| category.decode(first(row), two.then(|| second(row)));
                    let array = category_array(schema.kind, category, (0..rows).map(level));
                    simplex += category.digits();
                    array
                }
                ColumnCodec::Numeric { codec, .. } => {
                    let bins = codec.has_bins();
                    let position = |row: usize| {
                        let code = first(row) as usize;
                        let score = if bins { scores[row * reals + real] } else { 0.0 };
                        (code < codec.codes.len()).then(|| codec.decode(code, score))
                    };
                    let array: ArrayRef = match schema.kind {
                        Kind::Float => Arc::new(Float64Array::from_iter(
                            (0..rows).map(|row| position(row).map(|at| codec.scale.float(at))),
                        )),
                        _ => Arc::new(Int64Array::from_iter(
                            (0..rows).map(|row| position(row).map(|at| codec.scale.integer(at))),
                        )),
                    };
                    simplex += 1;
                    real += usize::from(bins);
                    array
                }
            };
            fields.push(Field::new(&schema.name, array.data_type().clone(), true));
            arrays.push(array);
        }
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
    }

    /// Rows of a table of real numbers from those numbers, `[rows, columns]`; there are no codes in between.
    ///
    /// # Errors
    /// [`CodecError::Arrow`] should the columns not form a batch.
    pub fn of_points(&self, points: &[f64]) -> Result<RecordBatch, CodecError> {
        let columns = self.schema.columns.len();
        let field = |name: &String| Field::new(name, DataType::Float64, true);
        let fields: Vec<Field> = self.schema.columns.iter().map(|column| field(&column.name)).collect();
        let array = |c: usize| -> ArrayRef {
            Arc::new(points.iter().skip(c).step_by(columns).copied().collect::<Float64Array>())
        };
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), (0..columns).map(array).collect())?)
    }
}

/// Random words set aside for each regenerated column of a row.
const SLOTS_PER_COLUMN: u32 = 1 << 16;

/// One column's part of the features.
#[derive(Default)]
struct EncodedColumn {
    digits: [Vec<u16>; 2],
    real: Option<(Vec<f32>, Vec<f32>)>,
    fixed: Vec<Fixed>,
}

impl ColumnCodec {
    fn fit(
        kind: Kind,
        decimals: Option<u8>,
        array: &ArrayRef,
        train: &[u32],
        resolution: Resolution,
    ) -> Self {
        let missing = (array.null_count() > 0)
            .then(|| train.iter().filter(|&&row| array.is_null(row as usize)).count() as u64);
        match kind {
            Kind::Identifier | Kind::Constant | Kind::Text => Self::Regenerated(IdentifierModel::fit(array)),
            Kind::Boolean | Kind::Category => Self::Category(fit_category(array, train, missing)),
            Kind::Integer | Kind::Date | Kind::Timestamp | Kind::Float => {
                let scale = match as_numbers(array) {
                    Numbers::Integers(values) => Scale::of_integers(values.iter().flatten()),
                    Numbers::Floats(values) => Scale::of_decimals(values.iter().flatten(), decimals),
                };
                let position = |row: usize| match as_numbers(array) {
                    Numbers::Integers(values) => {
                        values.is_valid(row).then(|| scale.position_of_integer(values.value(row)))
                    }
                    Numbers::Floats(values) => {
                        values.is_valid(row).then(|| scale.position_of_float(values.value(row)))
                    }
                };
                let range = (0..array.len())
                    .filter_map(position)
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), at| (lo.min(at), hi.max(at)));
                let mut positions: Vec<f64> =
                    train.iter().filter_map(|&row| position(row as usize)).collect();
                if positions.is_empty() {
                    // Every value is held out: the support is all that is known.
                    positions = vec![range.0, range.1];
                }
                Self::Numeric { codec: NumericCodec::fit(scale, positions, range, resolution), missing }
            }
        }
    }

    fn encode(&self, column: usize, name: &str, array: &ArrayRef) -> Result<EncodedColumn, CodecError> {
        let rows = array.len();
        let mut out = EncodedColumn::default();
        match self {
            Self::Regenerated(_) => {}
            Self::Category(codec) => {
                let levels = level_of_row(codec, name, array)?;
                out.digits[0].reserve(rows);
                for level in levels {
                    let (first, second) = codec.encode(level);
                    out.digits[0].push(first);
                    out.digits[1].extend(second);
                }
            }
            Self::Numeric { codec, missing } => {
                let numbers = as_numbers(array);
                let (mut scores, mut cells) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
                for row in 0..rows {
                    let at = match &numbers {
                        Numbers::Integers(v) => {
                            v.is_valid(row).then(|| codec.scale.position_of_integer(v.value(row)))
                        }
                        Numbers::Floats(v) => {
                            v.is_valid(row).then(|| codec.scale.position_of_float(v.value(row)))
                        }
                    };
                    let Some(at) = at else {
                        if missing.is_none() {
                            return Err(CodecError::UnexpectedMissing {
                                row: row as u64 + 1,
                                column: name.to_owned(),
                            });
                        }
                        out.digits[0].push(codec.codes.len() as u16);
                        scores.push(0.0);
                        cells.push(0.0);
                        continue;
                    };
                    let encoded = codec.encode(at);
                    out.digits[0].push(encoded.code);
                    scores.push(encoded.score);
                    cells.push(encoded.cell);
                    out.fixed.extend(encoded.fixed.map(|log_prob| Fixed { row, column, log_prob }));
                }
                out.real = codec.has_bins().then_some((scores, cells));
            }
        }
        Ok(out)
    }
}

/// For each numeric column, a row that holds its least value and one that holds its greatest.
pub fn rows_of_extremes(batch: &RecordBatch) -> Vec<u32> {
    let mut rows = Vec::new();
    for array in batch.columns() {
        let value = |row: usize| -> Option<f64> {
            if let Some(integers) = array.as_any().downcast_ref::<Int64Array>() {
                return integers.is_valid(row).then(|| integers.value(row) as f64);
            }
            let floats = array.as_any().downcast_ref::<Float64Array>()?;
            floats.is_valid(row).then(|| floats.value(row))
        };
        let known = || (0..array.len()).filter_map(|row| Some((value(row)?, row as u32)));
        rows.extend(known().min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, row)| row));
        rows.extend(known().max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, row)| row));
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

enum Numbers<'a> {
    Integers(&'a Int64Array),
    Floats(&'a Float64Array),
}

/// A canonical numeric column is either of two types; see [`Table`].
fn as_numbers(array: &ArrayRef) -> Numbers<'_> {
    match array.as_any().downcast_ref::<Int64Array>() {
        Some(integers) => Numbers::Integers(integers),
        None => match array.as_any().downcast_ref::<Float64Array>() {
            Some(floats) => Numbers::Floats(floats),
            None => unreachable!("a numeric column is Int64 or Float64, not {}", array.data_type()),
        },
    }
}

fn as_dictionary(array: &ArrayRef) -> Option<(&Int32Array, &StringArray)> {
    let dictionary = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>()?;
    Some((dictionary.keys(), dictionary.values().as_any().downcast_ref::<StringArray>()?))
}

fn fit_category(array: &ArrayRef, train: &[u32], missing: Option<u64>) -> CategoryCodec {
    if let Some(flags) = array.as_any().downcast_ref::<BooleanArray>() {
        let mut counts = vec![0; 2];
        for row in train.iter().map(|&row| row as usize).filter(|&row| flags.is_valid(row)) {
            counts[usize::from(flags.value(row))] += 1;
        }
        return CategoryCodec { levels: vec!["false".into(), "true".into()], counts, missing };
    }
    let Some((keys, values)) = as_dictionary(array) else {
        unreachable!("a category column is a dictionary of strings, not {}", array.data_type())
    };
    // Only values that occur in some row are levels; a dictionary may carry others.
    let mut used = vec![false; values.len()];
    keys.iter().flatten().for_each(|key| used[key as usize] = true);
    let mut order: Vec<usize> = (0..values.len()).filter(|&key| used[key]).collect();
    order.sort_by_key(|&key| values.value(key));
    let mut level_of_key = vec![usize::MAX; values.len()];
    order.iter().enumerate().for_each(|(level, &key)| level_of_key[key] = level);
    let mut counts = vec![0; order.len()];
    for row in train.iter().map(|&row| row as usize).filter(|&row| keys.is_valid(row)) {
        counts[level_of_key[keys.value(row) as usize]] += 1;
    }
    let levels = order.into_iter().map(|key| values.value(key).to_owned()).collect();
    CategoryCodec { levels, counts, missing }
}

fn level_of_row(
    codec: &CategoryCodec,
    name: &str,
    array: &ArrayRef,
) -> Result<Vec<Option<usize>>, CodecError> {
    let unseen = |row: usize, value: &str| CodecError::UnseenCategory {
        row: row as u64 + 1,
        column: name.to_owned(),
        value: value.to_owned(),
    };
    let missing = |row: usize| match codec.missing {
        Some(_) => Ok(None),
        None => Err(CodecError::UnexpectedMissing { row: row as u64 + 1, column: name.to_owned() }),
    };
    if let Some(flags) = array.as_any().downcast_ref::<BooleanArray>() {
        return (0..flags.len())
            .map(
                |row| {
                    if flags.is_valid(row) { Ok(Some(usize::from(flags.value(row)))) } else { missing(row) }
                },
            )
            .collect();
    }
    let Some((keys, values)) = as_dictionary(array) else {
        unreachable!("a category column is a dictionary of strings, not {}", array.data_type())
    };
    let levels: Vec<Option<usize>> = (0..values.len())
        .map(|key| codec.levels.binary_search_by(|level| level.as_str().cmp(values.value(key))).ok())
        .collect();
    (0..keys.len())
        .map(|row| {
            if keys.is_null(row) {
                return missing(row);
            }
            let key = keys.value(row) as usize;
            levels[key].map(Some).ok_or_else(|| unseen(row, values.value(key)))
        })
        .collect()
}

fn category_array(
    kind: Kind,
    codec: &CategoryCodec,
    levels: impl Iterator<Item = Option<usize>>,
) -> ArrayRef {
    if kind == Kind::Boolean {
        return Arc::new(BooleanArray::from_iter(levels.map(|level| level.map(|level| level == 1))));
    }
    let keys = Int32Array::from_iter(levels.map(|level| level.map(|level| level as i32)));
    let values = Arc::new(StringArray::from_iter_values(&codec.levels));
    debug_assert_eq!(values.data_type(), &DataType::Utf8);
    // Keys come from `CategoryCodec::decode`, which stays below the number of levels.
    Arc::new(DictionaryArray::<Int32Type>::new(keys, values))
}
