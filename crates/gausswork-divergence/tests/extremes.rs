//! Parameters at the ends of what a number can be: an answer of some kind, and never a panic or a negative value.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gausswork_divergence::{Distribution, Divergence, Family, Mixture, measure, prelude::kl};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SIZES: [f64; 9] = [5e-324, 1e-300, 1e-17, 0.3, 1.0, 1.5, 1e17, 1e300, f64::MAX];

/// Any row of numbers that some family accepts.
fn extreme(rng: &mut ChaCha8Rng) -> Distribution {
    loop {
        let family = Family::ALL[rng.random_range(0..Family::ALL.len())];
        let length = rng.random_range(1..=6);
        let number = |rng: &mut ChaCha8Rng| {
            let size = SIZES[rng.random_range(0..SIZES.len())];
            if rng.random::<bool>() { size } else { -size }
        };
        let theta: Vec<f64> = (0..length).map(|_| number(rng)).collect();
        if let Ok(distribution) = family.with(&theta) {
            return distribution;
        }
    }
}

#[test]
fn no_panic_and_nothing_negative() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let kinds = [
        Divergence::KullbackLeibler,
        Divergence::JensenShannon,
        Divergence::TotalVariation,
        Divergence::Hellinger,
        Divergence::ChiSquared,
        Divergence::Renyi { alpha: 0.5 },
        Divergence::Wasserstein1,
    ];
    for i in 0..1500 {
        let (q, p) = (extreme(&mut rng), extreme(&mut rng));
        if let Ok(closed) = kl(&q, &p) {
            assert!(closed.value >= 0.0, "{q} | {p}: {closed:?}");
        }
        // An error is an answer; so is a number that admits that it is none.
        if i % 5 == 0 {
            let kind = kinds[i / 5 % kinds.len()];
            let _ = measure(kind, &q, &p, 10, 0);
            if let Ok(mixture) = Mixture::new(vec![(0.5, q.clone()), (0.5, p)]) {
                let _ = measure(kind, &q, &mixture.into(), 10, 0);
            }
        }
    }
}

#[test]
fn a_gap_between_the_parts_of_a_mixture_is_seen() {
    let parse = |text: &str| text.parse::<Distribution>().unwrap();
    let gap = parse("mixture(0.5*pareto(1, 0.1) + 0.5*uniform(-1, 0))");
    assert!(kl(&parse("uniform(-1, 2)"), &gap).unwrap().value.is_infinite());
    let whole = parse("mixture(0.5*pareto(1, 0.1) + 0.5*uniform(-1, 1))");
    assert!(
        measure(Divergence::KullbackLeibler, &parse("uniform(-1, 2)"), &whole, 10, 0)
            .unwrap()
            .numeric
            .unwrap()
            .value
            .is_finite()
    );
}
