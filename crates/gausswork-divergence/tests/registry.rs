//! Every pair of families that PyTorch's and TensorFlow Probability's registries answer is answered here, and alike:
//! with a number, or with infinity where the supports do not fit.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use gausswork_divergence::{Family, Family::*, kl};

/// Parameters at which every expectation exists.
fn some(family: Family) -> gausswork_divergence::Distribution {
    let theta: &[f64] = match family {
        Bernoulli | ContinuousBernoulli | Geometric => &[0.3],
        Binomial => &[1.0, 0.3],
        Categorical => &[0.3, 0.7],
        DiagonalNormal => &[0.0, 1.0, 1.0, 2.0],
        MultivariateNormal => &[0.0, 1.0, 2.0, 0.5, 0.5, 1.0],
        Dirichlet => &[1.0, 2.0, 3.0],
        Exponential | HalfNormal | Poisson => &[2.0],
        StudentT => &[5.0, 0.0, 1.0],
        Uniform => &[0.2, 0.9],
        Pareto => &[1.0, 3.0],
        Normal | Laplace | Gumbel | Logistic | Cauchy | LogNormal | VonMises => &[0.5, 1.5],
        _ => &[2.5, 1.5],
    };
    family.with(theta).unwrap()
}

/// Pairs with a finite value: torch.distributions.kl and tfp.distributions, as of their lists in 2024.
const FINITE: &[(Family, &[Family])] = &[
    (Bernoulli, &[Bernoulli, Poisson]),
    (Beta, &[Beta, ContinuousBernoulli, Exponential, Gamma, Normal]),
    (Binomial, &[Binomial]),
    (Categorical, &[Categorical]),
    (Cauchy, &[Cauchy]),
    (ContinuousBernoulli, &[ContinuousBernoulli, Exponential, Normal]),
    (DiagonalNormal, &[DiagonalNormal, MultivariateNormal]),
    (Dirichlet, &[Dirichlet]),
    (Exponential, &[Exponential, Gamma, Gumbel, Normal, Weibull]),
    (Gamma, &[Exponential, Gamma, Gumbel, LogNormal, Normal, Weibull]),
    (Geometric, &[Geometric]),
    (Gumbel, &[Gumbel, Normal]),
    (HalfNormal, &[HalfNormal, Normal]),
    (InverseGamma, &[InverseGamma]),
    (Laplace, &[Laplace, Normal]),
    (LogNormal, &[Gamma, LogNormal]),
    (Logistic, &[Logistic, Normal]),
    (MultivariateNormal, &[DiagonalNormal, MultivariateNormal]),
    (Normal, &[Gumbel, Laplace, Normal]),
    (Pareto, &[Exponential, Gamma, Normal, Pareto]),
    (Poisson, &[Poisson]),
    (Uniform, &[Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Normal, Uniform]),
    (VonMises, &[VonMises]),
    (Weibull, &[Exponential, Gamma, Weibull]),
];

/// Pairs that are infinite.
const INFINITE: &[(Family, &[Family])] = &[
    (Beta, &[Pareto]),
    (ContinuousBernoulli, &[Pareto]),
    (Exponential, &[Beta, ContinuousBernoulli, Pareto, Uniform]),
    (Gamma, &[Beta, ContinuousBernoulli, Pareto, Uniform]),
    (Gumbel, &[Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]),
    (Laplace, &[Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]),
    (Normal, &[Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]),
    (Pareto, &[Beta, ContinuousBernoulli, Uniform]),
    (Poisson, &[Bernoulli, Binomial]),
    (Uniform, &[Pareto]),
];

#[test]
fn every_pair_of_the_registries_has_an_answer() {
    for (pairs, finite) in [(FINITE, true), (INFINITE, false)] {
        for (q, targets) in pairs {
            for p in *targets {
                let value =
                    kl(&some(*q), &some(*p)).unwrap_or_else(|error| panic!("{q} -> {p}: {error}")).value;
                assert_eq!(value.is_finite(), finite, "{q} -> {p}: {value}");
                assert!(value >= 0.0 && !value.is_nan(), "{q} -> {p}: {value}");
            }
        }
    }
}

#[test]
fn pairs_without_a_closed_form_say_so() {
    let other = StudentT.with(&[3.0, 0.0, 2.0]).unwrap();
    assert!(kl(&other, &some(StudentT)).is_err());
    for (q, p) in [(Normal, StudentT), (Normal, Logistic), (Normal, Cauchy), (Poisson, Geometric)] {
        let error = kl(&some(q), &some(p)).unwrap_err().to_string();
        assert!(error.contains("no closed form") && error.contains(q.name()), "{error}");
    }
}
