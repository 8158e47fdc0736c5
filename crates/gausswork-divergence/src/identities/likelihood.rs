//! The reconstruction view: which likelihood is which loss.

use super::{Checked, Identity, ROUNDING, Tally, softplus};
use crate::{
    distribution::{Distribution, Univariate},
    error::ParameterError,
    families::{Bernoulli, Categorical, DiagonalNormal, Laplace},
    forms::{entropy, kl},
    point::Point,
    special::LN_TWO_PI,
};

/// A row and its reconstruction.
const ROWS: [(&[f64], &[f64]); 5] = [
    (&[0.3], &[0.3]),
    (&[1.0], &[-2.0]),
    (&[0.0, 1.0, 2.0], &[0.5, 1.0, -4.0]),
    (&[1e6, -3.0], &[-1e6, 1e-9]),
    (&[1e-8, 2e-8], &[3e-8, 1e-8]),
];

const SQUARED: &str = "normal likelihood is squared error";
const SQUARED_STATEMENT: &str = "−ln N(x; x_hat, I) = ½ Σ (x − x_hat)² + (d/2) ln 2π";

pub(super) fn squared_error() -> Identity {
    Identity::from(SQUARED, SQUARED_STATEMENT, ROUNDING, squared(|sse, d| 0.5 * sse + 0.5 * d * LN_TWO_PI))
}

/// `claim` makes the loss of the sum of squares and the number of columns.
fn squared(claim: fn(f64, f64) -> f64) -> Checked {
    let mut tally = Tally::default();
    for (x, x_hat) in ROWS {
        let normal = DiagonalNormal::new(x_hat.to_vec(), vec![1.0; x.len()])?;
        let sse: f64 = x.iter().zip(x_hat).map(|(x, y)| (x - y) * (x - y)).sum();
        tally.equal(-normal.ln_density(x), claim(sse, x.len() as f64), || format!("{x:?}, {x_hat:?}"));
    }
    Ok(tally)
}

const ABSOLUTE: &str = "Laplace likelihood is absolute error";
const ABSOLUTE_STATEMENT: &str = "−ln Laplace(x; x_hat, 1) = Σ |x − x_hat| + d ln 2";

pub(super) fn absolute_error() -> Identity {
    Identity::from(ABSOLUTE, ABSOLUTE_STATEMENT, ROUNDING, absolute(|sum, d| sum + d * 2f64.ln()))
}

fn absolute(claim: fn(f64, f64) -> f64) -> Checked {
    let mut tally = Tally::default();
    for (x, x_hat) in ROWS {
        let one = |(&x, &y): (&f64, &f64)| Laplace::new(y, 1.0).map(|d| -d.ln_density(Point::from(x)));
        let loss: Result<f64, ParameterError> = x.iter().zip(x_hat).map(one).sum();
        let sum: f64 = x.iter().zip(x_hat).map(|(x, y)| (x - y).abs()).sum();
        tally.equal(loss?, claim(sum, x.len() as f64), || format!("{x:?}, {x_hat:?}"));
    }
    Ok(tally)
}

const BINARY: &str = "Bernoulli likelihood is cross-entropy";
const BINARY_STATEMENT: &str = "softplus(l) − x l = −x ln σ(l) − (1−x) ln σ(−l) = H(x) + KL(x ‖ σ(l))";

pub(super) fn binary_cross_entropy() -> Identity {
    Identity::from(BINARY, BINARY_STATEMENT, ROUNDING, binary(|x, l| softplus(l) - x * l))
}

/// `claim` makes the loss of x and the logit.
fn binary(claim: fn(f64, f64) -> f64) -> Checked {
    let mut tally = Tally::default();
    for l in [
        -745.0, -700.0, -100.0, -40.0, -17.0, -3.0, -1e-9, 0.0, 1e-9, 0.5, 3.0, 17.0, 40.0, 100.0, 700.0,
        745.0,
    ] {
        for x in [0.0, 1e-3, 0.3, 0.5, 1.0] {
            let at = Point::logistic(l);
            let term = |weight: f64, ln: f64| if weight == 0.0 { 0.0 } else { -weight * ln };
            let cross = term(x, at.ln_x) + term(1.0 - x, at.ln_complement);
            // softplus(l) and x l cancel to the loss of a right answer, whose own size is then what matters.
            let size = if x == 0.0 || x == 1.0 { 0.0 } else { l.abs() };
            let claimed = if x == 1.0 { claim(0.0, -l) } else { claim(x, l) };
            tally.equal_in(cross, claimed, size, || format!("x = {x}, l = {l}"));
            // As probabilities, on the side where σ(l) has digits.
            if l > 0.0 && l < 700.0 {
                let (p, x) = (Bernoulli::new(at.ln_complement.exp())?, Bernoulli::new(1.0 - x)?);
                let sum = entropy(&x)?.value + kl(&x, &p)?.value;
                tally.equal_in(cross, sum, size.max(2f64.ln()), || format!("{x:?} and {p:?}"));
            }
        }
    }
    Ok(tally)
}

const CATEGORICAL: &str = "categorical likelihood is softmax cross-entropy";
const CATEGORICAL_STATEMENT: &str = "−ln p_k = ln Σ_j e^(l_j − l_k),  p = softmax(l)";

pub(super) fn categorical_cross_entropy() -> Identity {
    let loss = |l: &[f64], k: usize| {
        let top = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (top - l[k]) + l.iter().map(|l| (l - top).exp()).sum::<f64>().ln()
    };
    Identity::from(CATEGORICAL, CATEGORICAL_STATEMENT, ROUNDING, categorical(loss))
}

fn categorical(claim: fn(&[f64], usize) -> f64) -> Checked {
    let mut tally = Tally::default();
    for logits in [&[0.0, 0.0][..], &[1.0, -2.0, 0.5], &[600.0, 0.0, 590.0], &[-30.0, -31.0, 5.0, 4.0]] {
        // From sums of exponentials below: the probability times e^top, no logarithm of a sum.
        let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = logits.iter().map(|l| (l - top).exp()).collect();
        let total: f64 = odds.iter().sum();
        let p: Distribution = Categorical::new(odds.iter().map(|o| o / total).collect())?.into();
        for k in 0..logits.len() {
            tally.equal_in(-p.ln_density_at(&[k as f64]), claim(logits, k), 1.0, || {
                format!("{logits:?}, k = {k}")
            });
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn squared_error_without_its_half_or_its_constant_is_no_likelihood() {
        assert!(refused(squared(|sse, d| sse + 0.5 * d * LN_TWO_PI)));
        assert!(refused(squared(|sse, _| 0.5 * sse)));
        assert!(refused(absolute(|sum, _| sum)));
    }

    #[test]
    fn a_logarithm_kept_from_zero_by_an_epsilon_is_wrong_where_it_matters() {
        assert!(refused(binary(|x, l| {
            let d = 1.0 / (1.0 + (-l).exp());
            -x * (d + 1e-12).ln() - (1.0 - x) * (1.0 - d + 1e-12).ln()
        })));
        assert!(refused(binary(|x, l| softplus(l) + x * l)));
    }

    #[test]
    fn logits_are_not_logarithms_of_probabilities() {
        assert!(refused(categorical(|l, k| -l[k])));
    }
}
