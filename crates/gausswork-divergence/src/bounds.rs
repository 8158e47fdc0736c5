//! Bounds on the divergence between mixtures, where nothing is closed.

use crate::{
    distribution::Distribution,
    families::Mixture,
    forms::{entropy, kl_of, leaves_support},
    quadrature,
};

/// A number that the true value does not cross.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The number, nats.
    pub value: f64,
    /// What kind of bound.
    pub name: &'static str,
    /// Where it is proven.
    pub reference: &'static str,
}

/// The best bounds known here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// From below.
    pub lower: Bound,
    /// From above.
    pub upper: Bound,
}

const GIBBS: Bound = Bound { value: 0.0, name: "non-negativity", reference: "Gibbs's inequality" };
const CONVEX: &str = "convexity: Σ w_i v_j KL(q_i ‖ p_j)";
const COVER: &str = "Cover, Thomas 2006, theorem 2.7.2";
const PAIRWISE: &str = "pairwise: entropy and cross-entropy bounds from the divergences between components";
const DURRIEU: &str =
    "Durrieu, Thiran, Kelly 2012, ICASSP, §3; Kolchinsky, Tracey 2017, arXiv:1706.02419, eqs. 10–13";
const DATA: Bound = Bound {
    value: 0.0,
    name: "data processing: the labels of the components together with the data",
    reference: "Cover, Thomas 2006, theorem 2.5.3 (chain rule)",
};

/// Bounds on `KL(q ‖ p)` if either is a mixture, and all that they are computed from is known.
///
/// With weights w and v, entropies h and overlaps `t(a, b) = ∫ a b`:
///
/// * `−E_q[ln p]` is at least `−Σ_i w_i ln Σ_j v_j t(q_i, p_j)` (Jensen) and at most
///   `Σ_i w_i (h_i − ln Σ_j v_j e^−KL(q_i ‖ p_j))`;
/// * the entropy of q is at most `Σ_i w_i (h_i − ln Σ_k w_k e^−KL(q_i ‖ q_k))` and at least
///   `Σ_i w_i (h_i − ln Σ_k w_k BC(q_i, q_k))`, with Bhattacharyya coefficients BC.
pub fn mixture_bounds(q: &Distribution, p: &Distribution) -> Option<Bounds> {
    if !matches!((q, p), (Distribution::Mixture(_), _) | (_, Distribution::Mixture(_)))
        || q.space() != p.space()
    {
        return None;
    }
    if leaves_support(q, p) {
        return None;
    }
    let (q, p) = (components(q), components(p));
    let entropies: Option<Vec<f64>> = q.iter().map(|(_, d)| entropy_of(d)).collect();
    let mean_entropy: Option<f64> = entropies.map(|h| q.iter().zip(h).map(|((w, _), h)| w * h).sum());
    let matrix = |f: &dyn Fn(&Distribution, &Distribution) -> Option<f64>,
                  a: &[(f64, Distribution)],
                  b: &[(f64, Distribution)]| {
        let rows = a.iter().map(|(_, x)| b.iter().map(|(_, y)| f(x, y)).collect::<Option<Vec<f64>>>());
        rows.collect::<Option<Vec<_>>>()
    };
    let across = matrix(&kl_between, &q, &p)?;
    // Σ_i w_i ln Σ_j v_j e^−d_ij.
    let soft = |d: &[Vec<f64>], weights: &[(f64, Distribution)]| -> f64 {
        let row = |row: &Vec<f64>| {
            let terms: Vec<f64> = row.iter().zip(weights).map(|(d, (v, _))| v.ln() - d).collect();
            crate::families::ln_sum_exp(&terms)
        };
        q.iter().zip(d).map(|((w, _), r)| w * row(r)).sum()
    };

    let mut upper = Bound {
        value: q
            .iter()
            .zip(&across)
            .map(|((w, _), row)| w * p.iter().zip(row).map(|((v, _), d)| v * d).sum::<f64>())
            .sum(),
        name: CONVEX,
        reference: COVER,
    };
    // Pairing equal components of equal numbers: KL of (label, x) bounds KL of x.
    if q.len() == p.len() {
        let labelled: f64 = q
            .iter()
            .zip(&p)
            .enumerate()
            .map(|(i, ((w, _), (v, _)))| w * (w.ln() - v.ln() + across[i][i]))
            .sum();
        if labelled < upper.value {
            upper = Bound { value: labelled, ..DATA };
        }
    }
    let mut lower = GIBBS;
    if let (Some(h), Some(overlap), Some(within)) =
        (mean_entropy, matrix(&minus_ln_bhattacharyya, &q, &q), matrix(&kl_between, &q, &q))
    {
        let most = -soft(&across, &p) + soft(&overlap, &q);
        if most < upper.value {
            upper = Bound { value: most, name: PAIRWISE, reference: DURRIEU };
        }
        if let Some(products) = matrix(&minus_ln_overlap, &q, &p) {
            let least = -soft(&products, &p) - (h - soft(&within, &q));
            if least > lower.value {
                lower = Bound { value: least, name: PAIRWISE, reference: DURRIEU };
            }
        }
    }
    // A part that could not be computed bounds nothing.
    if upper.value.is_nan() {
        upper.value = f64::INFINITY;
    }
    Some(Bounds { lower, upper })
}

fn components(d: &Distribution) -> Vec<(f64, Distribution)> {
    match d {
        Distribution::Mixture(mixture) => Mixture::components(mixture).to_vec(),
        other => vec![(1.0, other.clone())],
    }
}

fn entropy_of(d: &Distribution) -> Option<f64> {
    entropy(d).ok().map(|h| h.value).or_else(|| d.univariate().map(|d| quadrature::entropy(d).value))
}

fn kl_between(q: &Distribution, p: &Distribution) -> Option<f64> {
    match kl_of(q, p) {
        Ok(closed) => Some(closed.value),
        Err(_) => q.univariate().zip(p.univariate()).map(|(q, p)| quadrature::kl(q, p).value),
    }
}

/// `−ln ∫ √(a b)`.
fn minus_ln_bhattacharyya(a: &Distribution, b: &Distribution) -> Option<f64> {
    match crate::other::renyi(a, b, 0.5) {
        Ok(closed) => Some(0.5 * closed.value),
        Err(_) => {
            let (a, b) = a.univariate().zip(b.univariate())?;
            Some(-quadrature::over_both(a, b, |a, b| (0.5 * (a + b)).exp()).value.ln())
        }
    }
}

/// `−ln ∫ a b`; for normal distributions the density of one's mean under the sum of the covariances.
fn minus_ln_overlap(a: &Distribution, b: &Distribution) -> Option<f64> {
    match (a, b) {
        (Distribution::Normal(a), Distribution::Normal(b)) => {
            let sigma = a.sigma().hypot(b.sigma());
            let z = (a.mu() - b.mu()) / sigma;
            Some(0.5 * (z * z + crate::special::LN_TWO_PI) + sigma.ln())
        }
        (
            Distribution::DiagonalNormal(_) | Distribution::MultivariateNormal(_),
            Distribution::DiagonalNormal(_) | Distribution::MultivariateNormal(_),
        ) => {
            let (mu1, cov1) = crate::forms::moments::<f64>(a.family(), &a.theta())?;
            let (mu2, cov2) = crate::forms::moments::<f64>(b.family(), &b.theta())?;
            let sum = cov1.iter().zip(&cov2).map(|(x, y)| x + y).collect();
            crate::MultivariateNormal::new(mu2, sum).ok().map(|d| -d.ln_density(&mu1))
        }
        _ => {
            let (x, y) = a.univariate().zip(b.univariate())?;
            // In the chart of a, whose slope is counted once.
            Some(-quadrature::expectation(x, y, |at| y.ln_density(at).exp()).value.ln())
        }
    }
}
