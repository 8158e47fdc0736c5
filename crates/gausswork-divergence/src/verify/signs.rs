//! That no divergence is ever negative, on random pairs.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Row, Subject};
use crate::{
    distribution::{Distribution, Family},
    forms::kl_of,
};

/// Pieces of the work, and random pairs in each: ten million together.
pub(super) const PARTS: u64 = 100;
const PAIRS: usize = 100_000;
const NAME: &str = "no negative value among random pairs";

/// One part: half of the pairs are of one family and nearly equal, the others of any two families with a closed form.
pub(super) fn check(part: u64) -> Vec<Row> {
    let mut rng = ChaCha8Rng::seed_from_u64(2026);
    rng.set_stream(part);
    let mut row = Row::new(Subject::Law, NAME.into(), 0.0);
    while row.cases < PAIRS {
        let Some(q) = random(&mut rng) else { continue };
        let near = rng.random::<bool>();
        let Some(p) = (if near { nearby(&q, &mut rng) } else { random(&mut rng) }) else { continue };
        let Ok(closed) = kl_of(&q, &p) else { continue };
        let negative = closed.value.is_nan() || closed.value < 0.0;
        row.count(row.worst + f64::from(u8::from(negative)), || format!("{q} | {p}"));
    }
    vec![row]
}

/// The parts as one row.
pub(super) fn together(rows: Vec<Row>) -> Vec<Row> {
    let (parts, mut rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.name == NAME);
    if let Some(first) = parts.iter().find(|part| part.worst > 0.0).or(parts.first()) {
        let at = if first.worst > 0.0 { first.at.clone() } else { String::new() };
        let (cases, worst) = (parts.iter().map(|p| p.cases).sum(), parts.iter().map(|p| p.worst).sum());
        let note = "half of them nearly equal; the figure is the number of negative or undefined values";
        rows.push(Row { cases, worst, at, note, ..Row::new(Subject::Law, NAME.into(), 0.0) });
    }
    rows
}

/// A random member of a random family, its parameters over six orders of magnitude.
fn random(rng: &mut ChaCha8Rng) -> Option<Distribution> {
    let family = Family::ALL[rng.random_range(0..Family::ALL.len())];
    let theta: Vec<f64> = match family {
        Family::Bernoulli | Family::ContinuousBernoulli | Family::Geometric => vec![rng.random()],
        Family::Binomial => vec![f64::from(rng.random_range(1..30)), rng.random()],
        Family::Categorical => {
            let parts: Vec<f64> = (0..4).map(|_| positive(rng)).collect();
            let sum: f64 = parts.iter().sum();
            parts.into_iter().map(|p| p / sum).collect()
        }
        Family::Exponential | Family::HalfNormal | Family::Poisson => vec![positive(rng)],
        Family::Beta | Family::Gamma | Family::InverseGamma | Family::Pareto | Family::Weibull => {
            vec![positive(rng), positive(rng)]
        }
        Family::Dirichlet => vec![positive(rng), positive(rng), positive(rng)],
        Family::DiagonalNormal => vec![rng.random(), -1.0, rng.random_range(0.1..9.0), 2.0],
        Family::MultivariateNormal => {
            let (a, b, r) = (positive(rng), positive(rng), rng.random_range(-0.99..0.99));
            vec![rng.random(), rng.random(), a * a, r * a * b, r * a * b, b * b]
        }
        Family::StudentT => vec![positive(rng), rng.random_range(-9.0..9.0), 1.0],
        Family::Uniform => {
            let low = rng.random_range(-2.0..1.0);
            vec![low, low + positive(rng)]
        }
        _ => {
            let scale = positive(rng);
            vec![rng.random_range(-9.0..9.0), scale]
        }
    };
    family.with(&theta).ok()
}

/// A number above 0, of any order of magnitude from a thousandth to a thousand.
fn positive(rng: &mut ChaCha8Rng) -> f64 {
    rng.random_range(-7.0..7.0_f64).exp()
}

/// The same with every parameter changed by a random part of itself, from a tenth to the last digit.
fn nearby(d: &Distribution, rng: &mut ChaCha8Rng) -> Option<Distribution> {
    let step = 10f64.powf(rng.random_range(-16.0..-1.0));
    let mut theta = d.theta().to_vec();
    match d {
        Distribution::Binomial(_) => theta[1] = (theta[1] * (1.0 + step)).min(1.0),
        Distribution::Categorical(_) => {
            let moved = theta[0] * step;
            theta[0] -= moved;
            theta[1] += moved;
        }
        Distribution::MultivariateNormal(_) => {
            for at in [2, 5] {
                theta[at] *= 1.0 + step * rng.random::<f64>();
            }
        }
        _ => theta.iter_mut().for_each(|x| *x *= 1.0 + step * rng.random_range(-1.0..1.0)),
    }
    d.family().with(&theta).ok()
}
