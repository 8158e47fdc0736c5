//! Expectations by drawing, with their standard error.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::{
    distribution::{Distribution, Space},
    error::DivergenceError,
    point::Point,
};

/// Draws of one random stream; blocks are what threads share out, so that the result does not depend on them.
const BLOCK: u64 = 4096;

/// The mean of independent draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its standard error, the deviation of the draws over the root of their number.
    pub standard_error: f64,
    /// How many draws.
    pub draws: u64,
}

impl Estimate {
    /// The interval that holds the true value with 95 % probability, by the central limit theorem.
    pub fn interval(&self) -> (f64, f64) {
        let half = 1.959_963_984_540_054 * self.standard_error;
        (self.value - half, self.value + half)
    }
}

/// A draw.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Draw {
    Number(Point),
    Vector(Vec<f64>),
    /// The logarithms of a point of the simplex.
    LnSimplex(Vec<f64>),
}

impl Distribution {
    pub(crate) fn draw(&self, rng: &mut ChaCha8Rng) -> Draw {
        match self {
            Self::DiagonalNormal(d) => Draw::Vector(d.draw(rng)),
            Self::MultivariateNormal(d) => Draw::Vector(d.draw(rng)),
            Self::Dirichlet(d) => Draw::LnSimplex(d.draw_ln(rng)),
            Self::Mixture(d) if d.space() != Space::Numbers => d.choose(rng).draw(rng),
            _ => Draw::Number(self.univariate().map_or(Point::from(f64::NAN), |d| d.draw(rng))),
        }
    }

    /// `ln p` of a draw; of a Dirichlet distribution, from the logarithms.
    pub(crate) fn ln_density_of(&self, draw: &Draw) -> f64 {
        match (self, draw) {
            (Self::Dirichlet(d), Draw::LnSimplex(ln_x)) => d.ln_density_of_ln(ln_x),
            (Self::Mixture(d), Draw::LnSimplex(_) | Draw::Vector(_)) => d.ln_sum(|d| d.ln_density_of(draw)),
            (_, Draw::Vector(x)) => self.ln_density_at(x),
            (_, Draw::Number(at)) => self.univariate().map_or(f64::NEG_INFINITY, |d| d.ln_density(*at)),
            (_, Draw::LnSimplex(_)) => f64::NEG_INFINITY,
        }
    }
}

/// Count, mean and sum of squared deviations of a block (Chan, Golub, LeVeque 1983).
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, x: f64) {
        self.n += 1.0;
        let before = x - self.mean;
        self.mean += before / self.n;
        self.squares += before * (x - self.mean);
    }

    fn join(self, other: Self) -> Self {
        let n = self.n + other.n;
        if n == 0.0 {
            return self;
        }
        let shift = other.mean - self.mean;
        let mean = self.mean + shift * (other.n / n);
        Self { n, mean, squares: self.squares + other.squares + shift * shift * self.n * (other.n / n) }
    }
}

/// `E_q[f(x)]` from independent draws; the same seed gives the same number on any count of threads.
pub(crate) fn expectation(
    q: &Distribution,
    draws: u64,
    seed: u64,
    f: impl Fn(&Draw) -> f64 + Sync,
) -> Estimate {
    let block = |index: u64| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index);
        let mut moments = Moments::default();
        for _ in 0..BLOCK.min(draws - index * BLOCK) {
            moments.add(f(&q.draw(&mut rng)));
        }
        moments
    };
    let blocks: Vec<Moments> = (0..draws.div_ceil(BLOCK)).into_par_iter().map(block).collect();
    let all = blocks.into_iter().fold(Moments::default(), Moments::join);
    let variance = all.squares / (all.n - 1.0).max(1.0);
    Estimate { value: all.mean, standard_error: (variance / all.n).sqrt(), draws }
}

/// `KL(q ‖ p)` as the mean of `ln q − ln p` over draws from q.
///
/// # Errors
/// Distributions over different spaces.
pub fn kl(q: &Distribution, p: &Distribution, draws: u64, seed: u64) -> Result<Estimate, DivergenceError> {
    q.same_space(p)?;
    Ok(expectation(q, draws, seed, |draw| q.ln_density_of(draw) - p.ln_density_of(draw)))
}
