//! The divergence from one distribution to another, and what is known of it.

use gausswork_divergence::{
    Answer, Distribution, Divergence, DivergenceError, Term, kl_terms, measure, point::Point,
};

use super::KlArgs;

/// The answers of one direction.
#[derive(Debug)]
pub(super) struct Direction {
    /// In symbols, as `KL(q ‖ p)`.
    pub(super) symbol: String,
    pub(super) answer: Answer,
    /// Whether integrals are sums.
    pub(super) discrete: bool,
    /// What a closed Kullback–Leibler divergence is the sum of.
    pub(super) terms: Vec<Term>,
    /// If it is infinite, why.
    pub(super) infinite: Option<String>,
}

/// Where a number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    ClosedForm,
    Quadrature,
    Sum,
    MonteCarlo,
}

impl Source {
    /// How an integral over one dimension is found.
    pub(super) fn numeric(discrete: bool) -> Self {
        if discrete { Self::Sum } else { Self::Quadrature }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ClosedForm => "closed form",
            Self::Quadrature => "quadrature",
            Self::Sum => "sum",
            Self::MonteCarlo => "Monte Carlo",
        }
    }
}

impl Direction {
    /// Measures from `a` to `b`, which are called by these letters.
    ///
    /// # Errors
    /// The library's.
    pub(super) fn measure(
        args: &KlArgs,
        letter_a: &str,
        a: &Distribution,
        letter_b: &str,
        b: &Distribution,
    ) -> Result<Self, DivergenceError> {
        let answer = measure(args.divergence, a, b, args.draws, args.seed)?;
        let kl = args.divergence == Divergence::KullbackLeibler;
        let discrete = is_discrete(a);
        let infinite = best(&answer, discrete).filter(|(value, _)| *value == f64::INFINITY);
        let finite_form = answer.closed.is_some() && infinite.is_none();
        Ok(Self {
            symbol: symbol(args.divergence, letter_a, letter_b),
            terms: if kl && finite_form { kl_terms(a, b) } else { Vec::new() },
            infinite: infinite.map(|_| why_infinite(args.divergence, letter_a, a, letter_b, b)),
            answer,
            discrete,
        })
    }

    /// The best number, and where it comes from.
    pub(super) fn best(&self) -> Option<(f64, Source)> {
        best(&self.answer, self.discrete)
    }
}

/// The best number of an answer: exact, then by quadrature, then by drawing; none if quadrature failed, since then
/// draws may be as far off without showing it.
pub(super) fn best(answer: &Answer, discrete: bool) -> Option<(f64, Source)> {
    let closed = answer.closed.as_ref().map(|closed| (closed.value, Source::ClosedForm));
    let numeric = answer.numeric.map(|numeric| (numeric.value, Source::numeric(discrete)));
    let estimate = answer.estimate.map(|estimate| (estimate.value, Source::MonteCarlo));
    closed.or(numeric).or(estimate).filter(|(value, _)| !value.is_nan())
}

/// Whether a distribution has probabilities of points, so that an integral is a sum.
pub(super) fn is_discrete(d: &Distribution) -> bool {
    d.univariate().is_some_and(|d| d.support().is_discrete())
}

/// Whether both directions are the same.
pub(super) fn is_symmetric(divergence: Divergence) -> bool {
    use Divergence::{Hellinger, JensenShannon, TotalVariation, Wasserstein1, Wasserstein2};
    matches!(divergence, JensenShannon | TotalVariation | Hellinger | Wasserstein1 | Wasserstein2)
}

/// The name on the command line and in tables.
pub(super) fn short_name(divergence: Divergence) -> &'static str {
    match divergence {
        Divergence::JensenShannon => "js",
        Divergence::TotalVariation => "tv",
        Divergence::Hellinger => "hellinger",
        Divergence::ChiSquared => "chi2",
        Divergence::Renyi { .. } => "renyi",
        Divergence::Wasserstein1 => "w1",
        Divergence::Wasserstein2 => "w2",
        _ => "kl",
    }
}

fn symbol(divergence: Divergence, a: &str, b: &str) -> String {
    match divergence {
        Divergence::JensenShannon => format!("JS({a}, {b})"),
        Divergence::TotalVariation => format!("TV({a}, {b})"),
        Divergence::Hellinger => format!("H({a}, {b})"),
        Divergence::ChiSquared => format!("χ²({a} ‖ {b})"),
        Divergence::Renyi { alpha } => format!("D[{alpha}]({a} ‖ {b})"),
        Divergence::Wasserstein1 => format!("W₁({a}, {b})"),
        Divergence::Wasserstein2 => format!("W₂({a}, {b})"),
        _ => format!("KL({a} ‖ {b})"),
    }
}

/// The greatest whole number up to which two discrete distributions are compared one by one.
const SEARCHED: u32 = 100_000;

/// Why a divergence is infinite.
pub(super) fn why_infinite(
    divergence: Divergence,
    letter_a: &str,
    a: &Distribution,
    letter_b: &str,
    b: &Distribution,
) -> String {
    let diverges = "the integral diverges".to_owned();
    let (Some(x), Some(y)) = (a.univariate(), b.univariate()) else { return diverges };
    if matches!(divergence, Divergence::Wasserstein1 | Divergence::Wasserstein2) {
        return diverges;
    }
    let (of_a, of_b) = (x.support(), y.support());
    if of_a.is_discrete() != of_b.is_discrete() {
        let kind = |discrete| if discrete { "has probabilities of single points" } else { "has a density" };
        let (a, b) = (kind(of_a.is_discrete()), kind(of_b.is_discrete()));
        return format!("{letter_a} {a}, {letter_b} {b}");
    }
    if !of_a.within(of_b) {
        return format!("{letter_a} lives on {of_a}, {letter_b} only on {of_b}");
    }
    let only_in_a = |k: &u32| {
        let at = Point::from(f64::from(*k));
        x.ln_density(at) > f64::NEG_INFINITY && y.ln_density(at) == f64::NEG_INFINITY
    };
    match of_a.is_discrete().then(|| (0..=SEARCHED).find(only_in_a)).flatten() {
        Some(k) => format!("{letter_a} gives {k} a probability, {letter_b} gives it none"),
        None => format!("the integral diverges: the tails of {letter_b} are too light"),
    }
}
