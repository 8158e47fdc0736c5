//! The Fréchet distance of two samples of features.

use faer::linalg::solvers::Svd;
use faer::{Mat, MatRef};
use rayon::prelude::*;

use super::error::FeatureError;
use super::scatter::Scatter;
use super::score::FeatureScore;
use super::set::{Features, Number, Pair};
use crate::influence::Influence;
use crate::score::{Metric, Score};

/// Rows that are multiplied at once.
const BLOCK: usize = 256;
/// Rows that are decomposed at once: as many times the width, and no fewer than [`BLOCK`].
const TALL: usize = 2;

/// The squared Fréchet distance between the normal distributions that have the samples' moments, and what it tends to with the number
/// of rows.
///
/// `F = |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½)`, covariances by n − 1 (Dowson & Landau 1982; Heusel et al. 2017). With `Σᵢ = RᵢᵀRᵢ` from
/// QR decompositions of the centred rows, `tr(Σ₁Σ₂)^½` is the sum of the singular values of `R₁R₂ᵀ`.
///
/// `F` is too large by about `c/n`, by more the more features there are. Halves of both samples have twice that bias, so
/// `F∞ = 2F − (F' + F'')/2` (Quenouille 1949) is free of it to first order. It is given where a half has more rows than features.
///
/// Errors come from influence functions, `φ(x) = 2(μ₁ − μ₂)ᵀ(x − μ₁) + |x − μ₁|² − (x − μ₁)ᵀT(x − μ₁)` less its mean, with the matrix `T` that
/// transports one normal distribution into the other: no row is assumed to be normal. An interval is of the expectation of the
/// estimate, so that of `F` says nothing of `F`'s bias. Where the distributions are equal it is too wide, by √2 on average.
///
/// *Stability*: neither a square root of a matrix nor a covariance is computed; ranks below the width need nothing added to a
/// diagonal. The rounding error is about 10⁻¹⁶ of the traces times the square root of the width.
///
/// # Errors
/// If a sample has fewer than two rows, or singular values do not converge.
pub fn frechet<T: Number>(pair: &Pair<'_, T>) -> Result<Vec<FeatureScore>, FeatureError> {
    let sizes = pair.at_least(2, "a Fréchet distance")?;
    let sides = [&pair.real, &pair.synthetic];
    // By side and half.
    let halves: Vec<Scatter> =
        (0..4).into_par_iter().map(|part| moments(sides[part / 2], part % 2)).collect();
    let whole = [halves[0].and(&halves[1]), halves[2].and(&halves[3])];
    let mut compared = vec![[&whole[0], &whole[1]]];
    if sizes.iter().all(|rows| rows / 2 > pair.real.width()) {
        compared.extend([[&halves[0], &halves[2]], [&halves[1], &halves[3]]]);
    }
    let between: Vec<Between<'_>> = compared.into_par_iter().map(Between::new).collect::<Result<_, _>>()?;
    let influence = |between: &Between<'_>, first: usize, step: usize| {
        [0, 1].map(|side| between.influence(side, sides[side], (first..sizes[side]).step_by(step)))
    };
    let [of_real, of_synthetic] = influence(&between[0], 0, 1);
    let of_whole = Influence { real: of_real, synthetic: of_synthetic, rest: 0.0 };
    let value = between[0].value;
    let mut scores = vec![Score::with_influence(Metric::Frechet, value, of_whole.clone(), sizes)];
    if let [_, even, odd] = &between[..] {
        let value = 2.0 * value - 0.5 * (even.value + odd.value);
        let mut total = Influence::zero(sizes[0], sizes[1]);
        total.add(2.0, &of_whole);
        for (first, half) in [even, odd].into_iter().enumerate() {
            let [of_real, of_synthetic] = influence(half, first, 2);
            for (total, own) in [(&mut total.real, of_real), (&mut total.synthetic, of_synthetic)] {
                // A mean over a half, of which there are two, as a mean over all rows.
                let weight = total.len() as f64 / (2 * own.len()) as f64;
                total.iter_mut().skip(first).step_by(2).zip(&own).for_each(|(phi, own)| *phi -= weight * own);
            }
        }
        scores.push(Score::with_influence(Metric::FrechetExtrapolated, value, total, sizes));
    }
    Ok(scores.into_iter().map(|score| FeatureScore::new(score, pair.extractor())).collect())
}

/// The moments of every second row.
fn moments<T: Number>(features: &Features<'_, T>, first: usize) -> Scatter {
    let rows: Vec<usize> = (first..features.rows()).step_by(2).collect();
    let tall = (TALL * features.width()).max(BLOCK);
    let of = |rows: &[usize]| Scatter::of(features.gather(rows.iter().copied()), features.width());
    let parts: Vec<Scatter> = rows.par_chunks(tall).map(of).collect();
    let all = parts.into_iter().reduce(|all, part| all.and(&part));
    all.unwrap_or_else(|| Scatter::of(Vec::new(), features.width()))
}

/// Two normal distributions and what lies between them.
struct Between<'a> {
    sides: [&'a Scatter; 2],
    value: f64,
    /// `B`, by which `BBᵀ` transports either distribution into the other.
    transports: [Mat<f64>; 2],
}

impl<'a> Between<'a> {
    fn new(sides: [&'a Scatter; 2]) -> Result<Self, FeatureError> {
        let factors = sides.map(Scatter::covariance_factor);
        let product = &factors[0] * factors[1].transpose();
        let svd: Svd<f64> = product.thin_svd().map_err(|_| FeatureError::NoConvergence)?;
        let singular: Vec<f64> = svd.S().column_vector().iter().copied().collect();
        let greatest = singular.first().copied().unwrap_or(0.0);
        // Directions that only rounding made have no part in a transport.
        let rank =
            singular.iter().take_while(|&&s| s > greatest * f64::EPSILON * singular.len() as f64).count();
        let transport = |factor: &Mat<f64>, vectors: MatRef<'_, f64>| {
            let scaled = Mat::from_fn(vectors.nrows(), rank, |i, k| vectors[(i, k)] / singular[k].sqrt());
            factor.transpose() * scaled
        };
        let transports = [transport(&factors[1], svd.V()), transport(&factors[0], svd.U())];
        let shift: f64 = sides[0].mean.iter().zip(&sides[1].mean).map(|(a, b)| (a - b).powi(2)).sum();
        let traces = factors.iter().map(|factor| factor.squared_norm_l2()).sum::<f64>();
        // Rounding may leave less than nothing.
        let value = (shift + traces - 2.0 * singular.iter().sum::<f64>()).max(0.0);
        Ok(Self { sides, value, transports })
    }

    /// The influence of some rows of a side on the distance, in their order.
    fn influence<T: Number>(
        &self,
        side: usize,
        features: &Features<'_, T>,
        rows: impl Iterator<Item = usize>,
    ) -> Vec<f64> {
        let rows: Vec<usize> = rows.collect();
        let [own, other] = [&self.sides[side].mean, &self.sides[1 - side].mean];
        let correction = rows.len() as f64 / (rows.len() - 1).max(1) as f64;
        let of = |rows: &[usize]| -> Vec<f64> {
            let mut values = features.gather(rows.iter().copied());
            for row in values.chunks_exact_mut(own.len()) {
                row.iter_mut().zip(own).for_each(|(x, mean)| *x -= mean);
            }
            let moved = MatRef::from_row_major_slice(&values, rows.len(), own.len()) * &self.transports[side];
            let phi = values.chunks_exact(own.len()).enumerate().map(|(i, row)| {
                let along: f64 = row.iter().zip(own.iter().zip(other)).map(|(x, (a, b))| x * (a - b)).sum();
                let kept: f64 = row.iter().map(|x| x * x).sum();
                2.0 * along + correction * (kept - moved.row(i).squared_norm_l2())
            });
            phi.collect()
        };
        let mut phi = rows.par_chunks(BLOCK).flat_map_iter(of).collect::<Vec<f64>>();
        let mean = phi.iter().sum::<f64>() / phi.len() as f64;
        phi.iter_mut().for_each(|phi| *phi -= mean);
        phi
    }
}

#[cfg(test)]
mod tests;
