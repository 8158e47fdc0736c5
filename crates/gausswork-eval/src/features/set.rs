//! Features of two samples that can be compared.

use super::error::FeatureError;
use super::extractor::{Extractor, Inception};

/// A number of a feature: `f32` or `f64`.
pub trait Number: Copy + Into<f64> + Send + Sync {}

impl Number for f32 {}
impl Number for f64 {}

/// Sixth powers of scalar products stay below the largest number up to here.
const GREATEST: f64 = 1e25;

/// The features of a sample, `[rows, width]`, row after row.
#[derive(Debug, Clone, Copy)]
pub struct Features<'a, T> {
    extractor: &'a Extractor,
    width: usize,
    values: &'a [T],
}

impl<'a, T: Number> Features<'a, T> {
    /// `values` as rows of `width` features that `extractor` made.
    ///
    /// # Errors
    /// If they are no whole rows, if one is not finite or is larger than 10²⁵, or if those of Inception-v3 are not of its last pooling.
    pub fn new(extractor: &'a Extractor, width: usize, values: &'a [T]) -> Result<Self, FeatureError> {
        if width == 0 || !values.len().is_multiple_of(width) {
            return Err(FeatureError::Ragged { values: values.len(), width });
        }
        if matches!(extractor, Extractor::Inception(_)) && width != Inception::WIDTH {
            return Err(FeatureError::NotPooled { width, expected: Inception::WIDTH });
        }
        let fits = |&value: &T| value.into().abs() <= GREATEST;
        match values.iter().position(|value| !fits(value)) {
            Some(at) => {
                Err(FeatureError::Value { row: at / width, column: at % width, value: values[at].into() })
            }
            None => Ok(Self { extractor, width, values }),
        }
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len() / self.width
    }

    /// How many features a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// One row.
    pub(super) fn row(&self, row: usize) -> impl ExactSizeIterator<Item = f64> {
        self.values[row * self.width..(row + 1) * self.width].iter().map(|&value| value.into())
    }

    /// Some rows, one after the other.
    pub(super) fn gather(&self, rows: impl IntoIterator<Item = usize>) -> Vec<f64> {
        rows.into_iter().flat_map(|row| self.row(row)).collect()
    }
}

/// Real and synthetic features by the same extractor.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a, T> {
    pub(super) real: Features<'a, T>,
    pub(super) synthetic: Features<'a, T>,
}

impl<'a, T: Number> Pair<'a, T> {
    /// Both.
    ///
    /// # Errors
    /// If they are of different extractors, or rows have different lengths.
    pub fn new(real: Features<'a, T>, synthetic: Features<'a, T>) -> Result<Self, FeatureError> {
        if real.extractor != synthetic.extractor {
            let [real, synthetic] = [real, synthetic].map(|side| Box::new(side.extractor.clone()));
            return Err(FeatureError::Extractors { real, synthetic });
        }
        if real.width != synthetic.width {
            return Err(FeatureError::Widths { real: real.width, synthetic: synthetic.width });
        }
        Ok(Self { real, synthetic })
    }

    /// What made them.
    #[must_use]
    pub fn extractor(&self) -> &'a Extractor {
        self.real.extractor
    }

    /// How many rows there are, real ones first.
    #[must_use]
    pub fn sizes(&self) -> [usize; 2] {
        [self.real.rows(), self.synthetic.rows()]
    }

    /// Refuses samples of fewer than `needed` rows.
    pub(super) fn at_least(&self, needed: usize, figure: &'static str) -> Result<[usize; 2], FeatureError> {
        match self.sizes() {
            [real, synthetic] if real.min(synthetic) < needed => {
                Err(FeatureError::TooFewRows { real, synthetic, needed, figure })
            }
            sizes => Ok(sizes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let of =
            |width, values: &[f32]| Features::new(&Extractor::Pixels, width, values).map(|_| ()).unwrap_err();
        assert_eq!(of(3, &[0.0; 7]), FeatureError::Ragged { values: 7, width: 3 });
        assert_eq!(of(0, &[]), FeatureError::Ragged { values: 0, width: 0 });
        let error = of(2, &[0.0, 1.0, 2.0, f32::NAN]).to_string();
        assert!(error.starts_with("row 1, feature 1 is NaN; features must be numbers"), "{error}");
        assert!(of(1, &[f32::INFINITY]).to_string().contains("is inf"));
        assert_eq!(
            of(1, &[0.0, 1e30]),
            FeatureError::Value { row: 1, column: 0, value: f64::from(1e30_f32) }
        );

        let values = [0.0_f32; 12];
        let [two, three] = [2, 3].map(|width| Features::new(&Extractor::Pixels, width, &values).unwrap());
        assert_eq!(Pair::new(two, three).unwrap_err(), FeatureError::Widths { real: 2, synthetic: 3 });
        let other = Extractor::Other("a network of chance".to_owned());
        let other = Features::new(&other, 2, &values).unwrap();
        let error = Pair::new(two, other).unwrap_err().to_string();
        assert!(error.contains("those of pixels and synthetic ones of a network of chance"), "{error}");

        let inception = Extractor::Inception(Inception::verified(Inception::SHA256).unwrap());
        let error = Features::new(&inception, 2, &values).unwrap_err();
        assert_eq!(error, FeatureError::NotPooled { width: 2, expected: 2048 });
    }
}
