//! A density as data: so many rows drawn from it, always the same.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::{Density, DensityError};
use crate::noise::Noise;

/// Rows where a name gives no number of them: as many as PacGAN's experiments have (arXiv 1712.04086, §4.1).
pub const DEFAULT_ROWS: u64 = 100_000;
/// Most rows.
pub const MOST_ROWS: u64 = 100_000_000;
/// What begins the number of rows.
const ROWS: &str = "rows=";
/// What begins the seed.
const SEED: &str = "seed=";

/// A density, and which rows of it are the data: `NAME`, `NAME:rows=N`, `NAME:seed=N` or `NAME:rows=N:seed=N`.
///
/// The rows depend on nothing but the name; the columns are `x` and `y`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DensitySource {
    /// The density.
    pub density: Density,
    /// Rows.
    pub rows: u64,
    /// The seed of the rows: not that of a fit.
    pub seed: u64,
}

impl DensitySource {
    /// The names of the columns.
    pub const COLUMNS: [&str; 2] = ["x", "y"];

    /// The default rows of a density.
    #[must_use]
    pub fn new(density: Density) -> Self {
        Self { density, rows: DEFAULT_ROWS, seed: 0 }
    }

    /// What a path names, if it is not a file: a file that exists is one, and so is what has the looks of one.
    #[must_use]
    pub fn named(path: &Path) -> Option<Result<Self, DensityError>> {
        let text = path.to_str()?;
        let head = text.split(':').next().unwrap_or(text);
        let known = Density::ALL.iter().any(|density| density.name() == head);
        let file_like =
            text.is_empty() || text.contains(['/', '\\']) || (text.contains('.') && !text.contains(':'));
        if path.exists() || (file_like && !known) { None } else { Some(text.parse()) }
    }

    /// The rows.
    #[must_use]
    pub fn draw(&self) -> Vec<[f64; 2]> {
        self.density.exact().draw(&Noise::new(self.seed), 0..self.rows)
    }

    /// The name with nothing in it that a directory's name should not have: `ring-8`.
    #[must_use]
    pub fn directory_name(&self) -> String {
        self.to_string().replace([':', ',', '='], "-")
    }
}

impl fmt::Display for DensitySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.density)?;
        if self.rows != DEFAULT_ROWS {
            write!(f, ":{ROWS}{}", self.rows)?;
        }
        if self.seed != 0 {
            write!(f, ":{SEED}{}", self.seed)?;
        }
        Ok(())
    }
}

impl FromStr for DensitySource {
    type Err = DensityError;

    fn from_str(text: &str) -> Result<Self, DensityError> {
        let wrong = |value: &str, expected| DensityError::Parameter {
            name: text.to_owned(),
            value: value.to_owned(),
            expected,
        };
        let (mut rows, mut seed, mut name) = (DEFAULT_ROWS, 0, text);
        while let Some((before, last)) = name.rsplit_once(':') {
            if let Some(count) = last.strip_prefix(ROWS) {
                let count = count.parse().ok().filter(|count| (1..=MOST_ROWS).contains(count));
                rows = count.ok_or_else(|| wrong(last, "rows= and a whole number from 1 to 100000000"))?;
            } else if let Some(number) = last.strip_prefix(SEED) {
                seed = number.parse().map_err(|_| wrong(last, "seed= and a whole number below 2^64"))?;
            } else {
                break;
            }
            name = before;
        }
        Ok(Self { density: name.parse()?, rows, seed })
    }
}
