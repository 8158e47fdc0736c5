//! Tables as metrics see them: columns of numbers or of codes into levels that all tables share.

use std::collections::HashMap;

use rayon::prelude::*;

/// The code of a missing label; a missing number is NaN.
pub const MISSING: u32 = u32::MAX;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Numbers.
    Number,
    /// Instants, in seconds since 1970.
    Time,
    /// Labels.
    Category,
}

/// A column as it comes from a file.
#[derive(Debug, Clone)]
pub enum Cells {
    /// Numbers; NaN is missing.
    Numbers(Vec<f64>),
    /// Codes into the column's own levels; [`MISSING`] is missing.
    Labels {
        /// A code for each row.
        codes: Vec<u32>,
        /// What each code means.
        levels: Vec<String>,
    },
}

/// A column of the tables that are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// The levels of all tables, sorted; empty for numbers.
    pub levels: Vec<String>,
}

/// The cells of a column in one table.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; NaN is missing.
    Numbers(Vec<f64>),
    /// Codes into [`Column::levels`]; [`MISSING`] is missing.
    Codes(Vec<u32>),
}

/// A table whose columns are those of a [`Domain`].
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// How many rows.
    pub rows: usize,
    /// Their cells, column by column.
    pub columns: Vec<Values>,
}

/// The columns that several tables have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// In order.
    pub columns: Vec<Column>,
}

/// Tables that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A table has another number of columns, or columns of different lengths.
    #[error(
        "table {table}, column {column}: the tables do not have the same columns, or a column is cut short"
    )]
    Ragged {
        /// Which table, from 0.
        table: usize,
        /// Which column, from 0.
        column: usize,
    },
    /// Numbers in one table and labels in another.
    #[error("column \"{column}\" holds numbers in one table and labels in another")]
    Kinds {
        /// Its name.
        column: String,
    },
    /// A code without a level.
    #[error("column \"{column}\" has a code without a level")]
    Code {
        /// Its name.
        column: String,
    },
}

impl Domain {
    /// Gives the tables one set of levels per column, sorted by their bytes.
    ///
    /// # Errors
    /// See [`FrameError`].
    pub fn align(
        names: Vec<(String, Kind)>,
        tables: Vec<Vec<Cells>>,
    ) -> Result<(Self, Vec<Frame>), FrameError> {
        let rows: Vec<usize> = tables.iter().map(|table| table.first().map_or(0, Cells::len)).collect();
        for (table, cells) in tables.iter().enumerate() {
            let cut = |cells: &Cells| cells.len() != rows[table];
            if cells.len() != names.len() || cells.iter().any(cut) {
                let column = cells.iter().position(cut).unwrap_or(cells.len());
                return Err(FrameError::Ragged { table, column });
            }
        }
        let mut by_column: Vec<Vec<Cells>> = names.iter().map(|_| Vec::new()).collect();
        for table in tables {
            for (column, cells) in by_column.iter_mut().zip(table) {
                column.push(cells);
            }
        }
        let aligned = names
            .into_par_iter()
            .zip(by_column)
            .map(|((name, kind), cells)| align_column(name, kind, cells))
            .collect::<Result<Vec<_>, _>>()?;
        let mut frames: Vec<Frame> = rows.iter().map(|&rows| Frame { rows, columns: Vec::new() }).collect();
        let mut columns = Vec::with_capacity(aligned.len());
        for (column, values) in aligned {
            columns.push(column);
            for (frame, values) in frames.iter_mut().zip(values) {
                frame.columns.push(values);
            }
        }
        Ok((Self { columns }, frames))
    }
}

fn align_column(name: String, kind: Kind, tables: Vec<Cells>) -> Result<(Column, Vec<Values>), FrameError> {
    if kind != Kind::Category {
        let numbers = tables.into_iter().map(|cells| match cells {
            Cells::Numbers(values) => Ok(Values::Numbers(values)),
            Cells::Labels { .. } => Err(FrameError::Kinds { column: name.clone() }),
        });
        let values = numbers.collect::<Result<_, _>>()?;
        return Ok((Column { name, kind, levels: Vec::new() }, values));
    }
    let mut levels: Vec<String> = Vec::new();
    for cells in &tables {
        match cells {
            Cells::Labels { levels: own, .. } => levels.extend(own.iter().cloned()),
            Cells::Numbers(_) => return Err(FrameError::Kinds { column: name }),
        }
    }
    levels.par_sort_unstable();
    levels.dedup();
    let place: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
    let recode = |cells: &Cells| -> Option<Values> {
        let Cells::Labels { codes, levels } = cells else { return None };
        let map: Vec<u32> =
            levels.iter().map(|level| place.get(level.as_str()).copied()).collect::<Option<_>>()?;
        let shared =
            |&code: &u32| if code == MISSING { Some(MISSING) } else { map.get(code as usize).copied() };
        codes.iter().map(shared).collect::<Option<_>>().map(Values::Codes)
    };
    let values = tables.iter().map(recode).collect::<Option<_>>();
    let values = values.ok_or_else(|| FrameError::Code { column: name.clone() })?;
    Ok((Column { name, kind, levels }, values))
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Labels { codes, .. } => codes.len(),
        }
    }
}

impl Values {
    /// Whether a cell is missing.
    #[must_use]
    pub fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Numbers(values) => values[row].is_nan(),
            Self::Codes(codes) => codes[row] == MISSING,
        }
    }

    /// The cells of some rows.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Numbers(values) => Self::Numbers(rows.iter().map(|&row| values[row as usize]).collect()),
            Self::Codes(codes) => Self::Codes(rows.iter().map(|&row| codes[row as usize]).collect()),
        }
    }

    /// How many cells are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        match self {
            Self::Numbers(values) => values.iter().filter(|value| value.is_nan()).count(),
            Self::Codes(codes) => codes.iter().filter(|&&code| code == MISSING).count(),
        }
    }
}

impl Frame {
    /// Some rows, in the order given.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        let columns = self.columns.par_iter().map(|values| values.take(rows)).collect();
        Self { rows: rows.len(), columns }
    }

    /// At most `most` rows, chosen at random, in their order; the frame itself where it has no more.
    #[must_use]
    pub fn at_most(&self, most: usize, draws: &mut crate::random::Draws) -> std::borrow::Cow<'_, Self> {
        if self.rows <= most {
            return std::borrow::Cow::Borrowed(self);
        }
        std::borrow::Cow::Owned(self.take(&draws.subset(self.rows, most)))
    }
}
