//! One column at a time.

mod coverage;
mod domain;
mod ks;
mod missing;
mod tv;
mod wasserstein;

pub use coverage::{category_coverage, range_coverage};
pub use domain::out_of_domain;
pub use ks::ks_complement;
pub use missing::missing_difference;
pub use tv::tv_complement;
pub use wasserstein::wasserstein;

use crate::frame::{MISSING, Values};

/// The numbers that are there, with the rows that they stand in, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted {
    /// Ascending.
    pub values: Vec<f64>,
    /// The row of each.
    pub rows: Vec<u32>,
    /// Rows of the table, missing ones included.
    pub of: usize,
}

impl Sorted {
    /// Sorts a column of numbers; rows that tie keep their order.
    #[must_use]
    pub fn new(numbers: &[f64]) -> Self {
        let mut pairs: Vec<(f64, u32)> =
            numbers.iter().copied().zip(0..).filter(|(value, _)| !value.is_nan()).collect();
        // −0 and 0 are the same value.
        for (value, _) in &mut pairs {
            *value += 0.0;
        }
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (values, rows) = pairs.into_iter().unzip();
        Self { values, rows, of: numbers.len() }
    }

    /// The share of values at most `x`.
    #[must_use]
    pub fn distribution(&self, x: f64) -> f64 {
        self.values.partition_point(|&value| value <= x) as f64 / self.values.len().max(1) as f64
    }

    /// The range; none where there is no value.
    #[must_use]
    pub fn range(&self) -> Option<[f64; 2]> {
        Some([*self.values.first()?, *self.values.last()?])
    }
}

/// How often each level occurs, missing cells left out.
#[must_use]
pub fn counts(codes: &[u32], levels: usize) -> Vec<u64> {
    let mut counts = vec![0; levels];
    for &code in codes {
        if code != MISSING {
            counts[code as usize] += 1;
        }
    }
    counts
}

/// Both samples of a column.
#[derive(Debug, Clone)]
pub enum Sample {
    /// Numbers, real and synthetic.
    Numbers(Box<[Sorted; 2]>),
    /// Labels: codes and counts, real and synthetic.
    Labels {
        /// Counts of each level.
        counts: [Vec<u64>; 2],
    },
}

impl Sample {
    /// Prepares a column for the metrics; `levels` as in [`crate::frame::Column::levels`].
    #[must_use]
    pub fn new(real: &Values, synthetic: &Values, levels: usize) -> Option<Self> {
        match (real, synthetic) {
            (Values::Numbers(a), Values::Numbers(b)) => {
                Some(Self::Numbers(Box::new([Sorted::new(a), Sorted::new(b)])))
            }
            (Values::Codes(a), Values::Codes(b)) => {
                Some(Self::Labels { counts: [counts(a, levels), counts(b, levels)] })
            }
            _ => None,
        }
    }

    /// The same synthetic sample beside another real one.
    #[must_use]
    pub fn against(self, real: &Values, levels: usize) -> Option<Self> {
        match (self, real) {
            (Self::Numbers(both), Values::Numbers(real)) => {
                let [_, synthetic] = *both;
                Some(Self::Numbers(Box::new([Sorted::new(real), synthetic])))
            }
            (Self::Labels { counts: [_, synthetic] }, Values::Codes(real)) => {
                Some(Self::Labels { counts: [counts(real, levels), synthetic] })
            }
            _ => None,
        }
    }
}
