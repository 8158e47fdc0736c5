//! Samples as rows of features: images seen through a network, or anything that is numbers.
//!
//! A score of features means nothing without the name of what made them, so [`Extractor`] goes in with the numbers and comes out with
//! every [`FeatureScore`]. All is computed in double precision, in blocks, with memory for one block of pairs and not for all of them, and
//! gives the same bits on any number of threads.
//!
//! | to get | use |
//! |---|---|
//! | the distance of two normal distributions with the samples' moments, which over Inception-v3 is FID | [`frechet`] |
//! | maximum mean discrepancy by a cubic kernel, KID | [`kernel`] |
//! | precision, recall, density, coverage | [`manifold`] |
//! | all of them | [`evaluate`] |
//! | the share of images that a classifier recognises, and of which classes they are | [`classes`] |
//! | the share of images that it takes for what their labels say | [`as_labelled`] |
//!
//! ```
//! use gausswork_eval::features::{Extractor, Features, Pair, evaluate};
//!
//! let rows = |shift: u32| -> Vec<f32> { (0..400).map(|i| (i * 7919 % (101 + shift)) as f32 / 101.0).collect() };
//! let (real, synthetic) = (rows(0), rows(2));
//! let real = Features::new(&Extractor::Pixels, 4, &real)?;
//! let synthetic = Features::new(&Extractor::Pixels, 4, &synthetic)?;
//! let scores = evaluate(&Pair::new(real, synthetic)?)?;
//! assert!(scores[0].to_string().starts_with("Fréchet distance over pixels: "));
//! # Ok::<(), gausswork_eval::features::FeatureError>(())
//! ```

mod classes;
mod distances;
mod error;
mod extractor;
mod frechet;
mod kernel;
mod manifold;
mod neighbours;
mod scatter;
mod score;
mod set;
#[cfg(test)]
mod trials;

pub use classes::{Classes, Top, as_labelled, classes};
pub use error::FeatureError;
pub use extractor::{Extractor, Inception, WrongWeights};
pub use frechet::frechet;
pub use kernel::kernel;
pub use manifold::{coverage_of_equals, manifold};
pub use score::FeatureScore;
pub use set::{Features, Number, Pair};

/// Every score of [`Family::Features`](crate::metric::Family::Features) that the samples are large enough for.
///
/// # Errors
/// As [`frechet`], [`kernel`] and [`manifold`].
pub fn evaluate<T: Number>(pair: &Pair<'_, T>) -> Result<Vec<FeatureScore>, FeatureError> {
    Ok([frechet(pair)?, kernel(pair)?, manifold(pair)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Draws, Purpose};

    fn all<T: Number>(width: usize, rows: [&[T]; 2]) -> Vec<FeatureScore> {
        let [real, synthetic] = rows.map(|rows| Features::new(&Extractor::Pixels, width, rows).unwrap());
        evaluate(&Pair::new(real, synthetic).unwrap()).unwrap()
    }

    #[test]
    fn any_number_of_threads_and_either_type_give_the_same_bits() {
        let mut draws = Draws::new(1, Purpose::Neighbours);
        let [real, synthetic] = [700, 550].map(|rows| -> Vec<f32> {
            trials::normal(&mut draws, rows, &[[0.1, 1.0]; 40]).into_iter().map(|x| x as f32).collect()
        });
        let threads = |count: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
            pool.install(|| all(40, [&real, &synthetic]))
        };
        let one = threads(1);
        assert_eq!(one.len(), 7);
        assert_eq!(one, threads(3));
        let [real, synthetic] =
            [&real, &synthetic].map(|rows| rows.iter().copied().map(f64::from).collect::<Vec<_>>());
        assert_eq!(one, all(40, [&real, &synthetic]));
        let names: Vec<&str> = one.iter().map(|score| score.score().metric.name()).collect();
        let of_family = |metric: &&crate::score::Metric| metric.family() == crate::metric::Family::Features;
        let listed: Vec<&str> =
            crate::score::Metric::ALL.iter().filter(of_family).map(|metric| metric.name()).collect();
        assert_eq!(names, listed);
    }
}
