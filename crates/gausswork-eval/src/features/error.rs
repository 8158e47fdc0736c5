use super::extractor::Extractor;

/// Features that no score can be made of.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FeatureError {
    /// No columns, or a last row that is cut short.
    #[error(
        "{values} numbers are no whole rows of {width}; give rows x features, row after row, with at least one feature"
    )]
    Ragged {
        /// How many numbers were given.
        values: usize,
        /// How many a row should have.
        width: usize,
    },
    /// A number that is none, or that no figure can be computed with.
    #[error(
        "row {row}, feature {column} is {value}; features must be numbers of at most 1e25 in size: look at the \
         extractor's input for missing or unscaled values"
    )]
    Value {
        /// The row, from 0.
        row: usize,
        /// The feature, from 0.
        column: usize,
        /// What stands there.
        value: f64,
    },
    /// Features of Inception-v3 that are not those of its last pooling.
    #[error(
        "Inception-v3 gave rows of {width} features, its last pooling layer has {expected}; extract from that one, or name the extractor otherwise"
    )]
    NotPooled {
        /// How many features a row has.
        width: usize,
        /// How many it should have.
        expected: usize,
    },
    /// Rows of different lengths.
    #[error(
        "real rows have {real} features and synthetic ones {synthetic}; extract both with the same network"
    )]
    Widths {
        /// Features of a real row.
        real: usize,
        /// Features of a synthetic row.
        synthetic: usize,
    },
    /// Features that do not mean the same.
    #[error(
        "real features are those of {real} and synthetic ones of {synthetic}; extract both with the same"
    )]
    Extractors {
        /// What gave the real ones.
        real: Box<Extractor>,
        /// What gave the synthetic ones.
        synthetic: Box<Extractor>,
    },
    /// A sample that is too small.
    #[error("{real} real and {synthetic} synthetic rows; {needed} of each are needed for {figure}")]
    TooFewRows {
        /// How many real ones there are.
        real: usize,
        /// How many synthetic ones there are.
        synthetic: usize,
        /// How many of each it takes.
        needed: usize,
        /// For what.
        figure: &'static str,
    },
    /// A decomposition that came to no end.
    #[error(
        "the singular values of the covariances' product did not converge; divide the features by their spread and try again"
    )]
    NoConvergence,
}
