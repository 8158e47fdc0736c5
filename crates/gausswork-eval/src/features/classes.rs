//! The classes that a classifier sees in images.

use super::error::FeatureError;
use super::extractor::Extractor;
use super::score::FeatureScore;
use crate::score::{Metric, Score, Z95};

/// The share of unseen real images that reach the level by which images are recognised.
const REACHED: f64 = 0.95;
/// Real images of which one is below the level.
const FEWEST: usize = 20;

/// The class of an image that a classifier finds most probable, and its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Top {
    /// The class.
    pub class: u32,
    /// Its probability.
    pub probability: f64,
}

/// What a classifier sees in a set of images.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// The probability from which on an image is recognised.
    pub level: f64,
    /// [`Metric::Recognised`] and [`Metric::ClassShares`].
    pub scores: [FeatureScore; 2],
    /// The share of each class in the unseen real images, as the classifier sees them.
    pub real: Vec<f64>,
    /// The same in the set.
    pub synthetic: Vec<f64>,
    /// How many images of each class are recognised in the set.
    pub recognised: Vec<u64>,
}

/// Holds what a classifier of `classes` classes says of a set of images against what it says of real images that it was not trained on.
///
/// An image is *recognised* where its greatest probability reaches the level that 95 % of those real images reach, so of a perfect
/// generator 95 % are, whatever the classifier's confidence is worth.
///
/// # Errors
/// If there are fewer than 20 real images, or no others.
pub fn classes(
    extractor: &Extractor,
    classes: usize,
    real: &[Top],
    synthetic: &[Top],
) -> Result<Classes, FeatureError> {
    if real.len() < FEWEST || synthetic.is_empty() {
        let (real, synthetic) = (real.len(), synthetic.len());
        return Err(FeatureError::TooFewRows {
            real,
            synthetic,
            needed: FEWEST,
            figure: "recognised images",
        });
    }
    let sizes = [real.len(), synthetic.len()];
    let [n, m] = sizes.map(|size| size as f64);
    let mut confidence: Vec<f64> = real.iter().map(|top| top.probability).collect();
    confidence.sort_unstable_by(f64::total_cmp);
    let below = (1.0 - REACHED) * n;
    let at = |rank: f64| confidence[(rank.max(0.0) as usize).min(confidence.len() - 1)];
    let reach = |level: f64| synthetic.iter().filter(|top| top.probability >= level).count() as f64;
    let level = at(below);
    // The rank of the true level is binomial.
    let spread = Z95 * (n * REACHED * (1.0 - REACHED)).sqrt();
    let of_level = (reach(at(below - spread)) - reach(at(below + spread))) / m / (2.0 * Z95);
    let share = Score::share(Metric::Recognised, reach(level), synthetic.len(), sizes);
    let error = share.standard_error.unwrap_or(0.0).hypot(of_level);
    let [low, high] = share.interval.unwrap_or([0.0, 1.0]);
    let value = share.value;
    let wide =
        |side: f64, end: f64| (value + side * (value - end).abs().hypot(Z95 * of_level)).clamp(0.0, 1.0);
    let recognised =
        Score { standard_error: Some(error), interval: Some([wide(-1.0, low), wide(1.0, high)]), ..share };

    let shares = |tops: &[Top]| {
        let mut shares = vec![0.0; classes];
        for top in tops {
            if let Some(share) = shares.get_mut(top.class as usize) {
                *share += 1.0 / tops.len() as f64;
            }
        }
        shares
    };
    let [of_real, of_synthetic] = [real, synthetic].map(shares);
    let distance: f64 = of_real.iter().zip(&of_synthetic).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0;
    let sign = |(p, q): (&f64, &f64)| if p == q { 0.0 } else { (q - p).signum() / 2.0 };
    let signs: Vec<f64> = of_real.iter().zip(&of_synthetic).map(sign).collect();
    let variance = |shares: &[f64]| {
        let mean: f64 = shares.iter().zip(&signs).map(|(share, sign)| share * sign).sum();
        shares.iter().zip(&signs).map(|(share, sign)| share * (sign - mean).powi(2)).sum::<f64>()
    };
    let error = (variance(&of_real) / n + variance(&of_synthetic) / m).sqrt();
    let alike = Score::with_error(Metric::ClassShares, 1.0 - distance, error, sizes);
    let interval = alike.interval.map(|[low, high]| [low.max(0.0), high.min(1.0)]);
    let alike = Score { interval, ..alike };

    let mut counts = vec![0; classes];
    for top in synthetic.iter().filter(|top| top.probability >= level) {
        if let Some(count) = counts.get_mut(top.class as usize) {
            *count += 1;
        }
    }
    Ok(Classes {
        level,
        scores: [recognised, alike].map(|score| FeatureScore::new(score, extractor)),
        real: of_real,
        synthetic: of_synthetic,
        recognised: counts,
    })
}

/// The share of images that a classifier takes for what their labels say; `real` is how many images it was trained on.
///
/// # Errors
/// If there are no images.
pub fn as_labelled(
    extractor: &Extractor,
    seen: &[Top],
    labels: &[u32],
    real: usize,
) -> Result<FeatureScore, FeatureError> {
    let figure = Metric::AsLabelled.title();
    if seen.is_empty() {
        return Err(FeatureError::TooFewRows { real, synthetic: 0, needed: 1, figure });
    }
    let hits = seen.iter().zip(labels).filter(|(top, label)| top.class == **label).count();
    let score = Score::share(Metric::AsLabelled, hits as f64, seen.len(), [real, seen.len()]);
    Ok(FeatureScore::new(score, extractor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Draws, Purpose};
    use rand::RngExt as _;

    /// Images whose classes have these shares and whose probability is `u^power`.
    fn tops(draws: &mut Draws, images: usize, shares: &[f64], power: f64) -> Vec<Top> {
        let mut one = || {
            let mut left: f64 = draws.rng.random();
            let class = shares.iter().position(|share| {
                left -= share;
                left < 0.0
            });
            let u: f64 = draws.rng.random();
            Top { class: class.unwrap_or(0) as u32, probability: u.powf(power) }
        };
        (0..images).map(|_| one()).collect()
    }

    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        // P(u² ≥ c) where P(u ≥ c) = 0.95: 1 − √0.05; TV of the shares: 0.2.
        let truth = [1.0 - 0.05_f64.sqrt(), 0.8];
        let trials = 400;
        let mut held = [0; 2];
        for seed in 0..trials {
            let mut draws = Draws::new(seed, Purpose::Neighbours);
            let real = tops(&mut draws, 900, &[0.5, 0.3, 0.2], 1.0);
            let synthetic = tops(&mut draws, 600, &[0.3, 0.5, 0.2], 2.0);
            let found = classes(&Extractor::Pixels, 3, &real, &synthetic).unwrap();
            for (held, (score, truth)) in held.iter_mut().zip(found.scores.iter().zip(truth)) {
                let [low, high] = score.score().interval.unwrap();
                *held += u32::from((low..=high).contains(&truth));
            }
            let sum: f64 = found.real.iter().sum();
            assert!((sum - 1.0).abs() < 1e-9);
        }
        // Binomial: 400 trials of 0.95 have a standard error of 0.011; the third class, equal in both, moves the second score's mean a
        // little.
        for held in held.map(|held| f64::from(held) / trials as f64) {
            assert!((held - 0.95).abs() < 4.0 * 0.011, "{held}");
        }
    }

    #[test]
    fn of_the_real_images_themselves_as_many_are_recognised_as_reach_the_level() {
        let real: Vec<Top> =
            (0..100).map(|i| Top { class: i % 4, probability: f64::from(i) / 100.0 }).collect();
        let found = classes(&Extractor::Pixels, 4, &real, &real).unwrap();
        assert_eq!(found.level, 0.05);
        assert_eq!(found.scores[0].score().value, 0.95);
        assert_eq!(found.scores[1].score().value, 1.0);
        assert_eq!(found.recognised, [23, 24, 24, 24]);
        let error = classes(&Extractor::Pixels, 4, &real[..19], &real).unwrap_err().to_string();
        assert!(error.contains("19 real and 100 synthetic rows; 20 of each"), "{error}");
    }

    #[test]
    fn images_are_as_labelled_where_class_and_label_agree() {
        let tops = [0, 1, 2, 2].map(|class| Top { class, probability: 0.9 });
        let found = as_labelled(&Extractor::Pixels, &tops, &[0, 1, 1, 2], 50).unwrap();
        let score = found.score();
        assert_eq!((score.metric, score.value), (Metric::AsLabelled, 0.75));
        assert!((score.standard_error.unwrap() - (0.75f64 * 0.25 / 4.0).sqrt()).abs() < 1e-12);
        assert!(as_labelled(&Extractor::Pixels, &[], &[], 50).is_err());
    }
}
