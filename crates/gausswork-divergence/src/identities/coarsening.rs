//! What the Kullback–Leibler divergence loses: under coarsening, noise and mixing.

use super::{Checked, Identity, ROUNDING, Spec, Tally, build, one_dimension, structure::DIMENSIONS};
use crate::{
    distribution::{
        Distribution,
        Family::{Cauchy, Gamma, Laplace, Normal, Poisson},
        Univariate,
    },
    families::{Bernoulli, Categorical, Mixture, Normal as N},
    forms::{kl, kl_of},
    quadrature::{self, mass},
};

const PROCESSING: &str = "data processing";
const PROCESSING_STATEMENT: &str =
    "KL of f(X) + noise ≤ KL of X: thresholds, bins, finer bins, sums, thinned counts";

pub(super) fn data_processing() -> Identity {
    Identity::from(PROCESSING, PROCESSING_STATEMENT, ROUNDING, processed(false))
}

/// `reversed` claims that the coarse says more.
fn processed(reversed: bool) -> Checked {
    let mut tally = Tally::default();
    let mut order = |coarse: f64, fine: f64, at: &dyn Fn() -> String| {
        if reversed { tally.at_most(fine, coarse, at) } else { tally.at_most(coarse, fine, at) }
    };
    let specs: &[(Spec, Spec)] = &[
        (&[(1.0, Normal, &[0.0, 1.0])], &[(1.0, Normal, &[1.0, 2.0])]),
        (&[(1.0, Normal, &[0.0, 1.0])], &[(1.0, Normal, &[0.0, 1.001])]),
        (&[(1.0, Normal, &[-3.0, 0.1])], &[(1.0, Normal, &[0.0, 5.0])]),
        (&[(1.0, Laplace, &[0.0, 1.0])], &[(1.0, Cauchy, &[1.0, 0.5])]),
        (&[(1.0, Gamma, &[2.0, 3.0])], &[(1.0, Gamma, &[0.5, 1.0])]),
    ];
    for &(q, p) in specs {
        let (q, p) = (build(q)?, build(p)?);
        let (a, b) = (one_dimension(&q)?, one_dimension(&p)?);
        let fine = quadrature::kl(a, b).value;
        for cut in [-2.0, -0.1, 0.3, 0.9, 2.5] {
            let coarse = kl(&Bernoulli::new(a.survival(cut))?, &Bernoulli::new(b.survival(cut))?)?.value;
            order(coarse, fine, &|| format!("{q}, {p} above {cut}"));
        }
        let bins = |d: &dyn Univariate, width: f64| {
            let ends: Vec<f64> = (-8..=8).map(|k| width * f64::from(k)).collect();
            let inner = ends.windows(2).map(|pair| {
                let (low, high) = d.support().ends();
                mass(d, pair[0].clamp(low, high), pair[1].clamp(low, high)).value
            });
            let mut all: Vec<f64> = [d.cdf(ends[0]), d.survival(ends[16])].into_iter().chain(inner).collect();
            let sum: f64 = all.iter().sum();
            all.iter_mut().for_each(|share| *share /= sum);
            Categorical::new(all)
        };
        let binned = kl(&bins(a, 0.4)?, &bins(b, 0.4)?)?.value;
        order(binned, fine, &|| format!("{q}, {p} in bins"));
        // Some bins end at 0, so that the halves are bins joined.
        let halves = kl(&Bernoulli::new(a.survival(0.0))?, &Bernoulli::new(b.survival(0.0))?)?.value;
        if halves > 0.0 {
            order(halves, binned, &|| format!("{q}, {p} in halves"));
        }
    }
    for [m1, s1, m2, s2] in DIMENSIONS {
        let noisy = |m: f64, s: f64, noise: f64| N::new(m, s.hypot(noise));
        let mut fine = kl(&N::new(m1, s1)?, &N::new(m2, s2)?)?.value;
        for noise in [0.5, 3.0, 40.0] {
            let coarse = kl(&noisy(m1, s1, noise)?, &noisy(m2, s2, noise)?)?.value;
            order(coarse, fine, &|| format!("N({m1}, {s1}), N({m2}, {s2}) plus N(0, {noise})"));
            fine = coarse;
        }
    }
    for share in [0.9, 0.1] {
        let coarse = kl_of(&Poisson.with(&[7.5 * share])?, &Poisson.with(&[2.0 * share])?)?.value;
        let fine = kl_of(&Poisson.with(&[7.5])?, &Poisson.with(&[2.0])?)?.value;
        order(coarse, fine, &|| format!("Poisson counts thinned to {share}"));
    }
    Ok(tally)
}

const CONVEXITY: &str = "joint convexity";
const CONVEXITY_STATEMENT: &str = "KL(λq₁ + (1−λ)q₂ ‖ λp₁ + (1−λ)p₂) ≤ λ KL(q₁ ‖ p₁) + (1−λ) KL(q₂ ‖ p₂)";

pub(super) fn convexity() -> Identity {
    Identity::from(CONVEXITY, CONVEXITY_STATEMENT, ROUNDING, mixed(false))
}

/// `reversed` claims concavity.
fn mixed(reversed: bool) -> Checked {
    let mix =
        |w: f64, a: &Distribution, b: &Distribution| Mixture::new(vec![(w, a.clone()), (1.0 - w, b.clone())]);
    let normal = |m: f64, s: f64| Normal.with(&[m, s]);
    let mut tally = Tally::default();
    for [m1, s1, m2, s2] in [[0.0, 1.0, 1.0, 2.0], [0.0, 1.0, 0.0, 1.1], [-3.0, 0.5, 1.0, 4.0]] {
        for [n1, t1, n2, t2] in [[2.0, 1.0, 1.0, 2.0], [5.0, 1.0, 5.0, 1.0], [0.0, 3.0, -4.0, 1.5]] {
            for w in [0.01, 0.3, 0.5, 0.9] {
                let (q1, q2, p1, p2) = (normal(m1, s1)?, normal(n1, t1)?, normal(m2, s2)?, normal(n2, t2)?);
                let mixture = quadrature::kl(&mix(w, &q1, &q2)?, &mix(w, &p1, &p2)?).value;
                let chord = w * kl_of(&q1, &p1)?.value + (1.0 - w) * kl_of(&q2, &p2)?.value;
                let (low, high) = if reversed { (chord, mixture) } else { (mixture, chord) };
                tally.at_most(low, high, || format!("{q1}, {p1} and {q2}, {p2}, λ = {w}"));
            }
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn coarsening_and_mixing_do_not_separate() {
        assert!(refused(processed(true)));
        assert!(refused(mixed(true)));
    }
}
