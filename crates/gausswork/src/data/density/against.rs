//! A model's sample beside a fresh sample of the truth.

use super::{DensitySource, Measured, measure};
use crate::noise::Noise;

/// Most points of a model that are held against its density.
pub const MOST_POINTS: u64 = 100_000;
/// The first row of the fresh sample; no source has so many rows.
const FRESH: u64 = 1 << 62;

/// A sample and as many fresh draws of the density, both held against it: what the second scores is the best there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Against {
    /// Modes of the density.
    pub modes_of: usize,
    /// Whether the density is 0 somewhere.
    pub bounded: bool,
    /// The sample.
    pub sample: Measured,
    /// The fresh draws.
    pub fresh: Measured,
}

impl Against {
    /// Holds a sample, whoever made it, against the density of a source.
    #[must_use]
    pub fn new(source: &DensitySource, points: &[[f64; 2]]) -> Self {
        let exact = source.density.exact();
        let fresh = exact.draw(&Noise::new(source.seed), FRESH..FRESH + points.len() as u64);
        let (sample, fresh) = rayon::join(|| measure(&exact, points), || measure(&exact, &fresh));
        Self { modes_of: exact.mode_count(), bounded: exact.is_bounded(), sample, fresh }
    }

    /// As figures of a run; those that are not finite are left out, and `outside` stands where the density is 0 somewhere.
    #[must_use]
    pub fn figures(&self) -> Vec<(String, f64)> {
        let Self { modes_of, bounded, sample, fresh } = self;
        let kl = |measured: &Measured| measured.reverse_kl.unwrap_or(f64::INFINITY);
        let mut named = vec![
            ("modes", sample.modes as f64),
            ("modes_of", *modes_of as f64),
            ("high_quality", sample.high_quality),
            ("high_quality_of_truth", fresh.high_quality),
            ("reverse_kl", kl(sample)),
            ("reverse_kl_of_truth", kl(fresh)),
            ("jsd", sample.jsd),
            ("jsd_floor", fresh.jsd),
            ("mean_log_density", sample.mean_log_density),
            ("mean_log_density_of_truth", fresh.mean_log_density),
        ];
        if *bounded {
            named.push(("outside", sample.outside));
        }
        let finite = named.into_iter().filter(|(_, value)| value.is_finite());
        finite.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
