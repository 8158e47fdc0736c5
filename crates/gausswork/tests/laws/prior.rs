//! Priors are densities.

use gausswork::noise::Noise;
use gausswork::vae::{Component, Mixture, Prior};

use super::support::{SEEDS, normals};

/// Two narrow components and a wide one.
pub(crate) fn mixture(latent: usize) -> Mixture {
    let component = |weight: f64, centre: f64, deviation: f64| {
        let mut factor = vec![0.0; latent * latent];
        for i in 0..latent {
            factor[i * latent + i] = deviation * (1.0 + 0.2 * i as f64);
            (0..i).for_each(|j| factor[i * latent + j] = 0.7 * deviation);
        }
        Component { weight, mean: vec![centre; latent], factor }
    };
    Mixture {
        latent,
        components: vec![component(0.2, -1.5, 0.4), component(0.3, 1.0, 0.6), component(0.5, 0.2, 1.1)],
    }
}

/// Integral over ±16 by the trapezoidal rule with step 1/16, on nodes exact in f32. For a normal of deviation σ
/// its error is `2 e^(-2π²(16 σ)²)`, nothing for σ > 0.2.
fn integral(prior: &Prior) -> f64 {
    const STEP: f64 = 1.0 / 16.0;
    let axis: Vec<f32> = (-256..=256).map(|i| (f64::from(i) * STEP) as f32).collect();
    let density = |z: &[f32]| prior.log_prob(z).exp();
    match prior.latent() {
        1 => axis.iter().map(|&z| density(&[z])).sum::<f64>() * STEP,
        _ => {
            axis.iter().flat_map(|&a| axis.iter().map(move |&b| [a, b])).map(|z| density(&z)).sum::<f64>()
                * STEP
                * STEP
        }
    }
}

#[test]
fn priors_integrate_to_one() {
    let mut priors = vec![];
    for latent in [1, 2] {
        priors.extend([Prior::Standard { latent }, Prior::Mixture(mixture(latent))]);
        for seed in SEEDS {
            let mut draws = normals(seed, 2000);
            draws
                .iter_mut()
                .enumerate()
                .for_each(|(i, z)| *z += if i / latent % 3 == 0 { 3.0 } else { -1.0 });
            let fitted = Mixture::fit(&draws, latent, 3, 30, &Noise::new(seed)).unwrap();
            let narrowest = fitted
                .components
                .iter()
                .flat_map(|c| (0..latent).map(move |i| c.factor[i * (latent + 1)]))
                .fold(f64::MAX, f64::min);
            assert!(narrowest > 0.2, "the rule is not exact for a deviation of {narrowest}");
            priors.push(Prior::Mixture(fitted));
        }
    }
    for prior in priors {
        let mass = integral(&prior);
        // Sums of up to 2.6e5 terms in f64.
        assert!((mass - 1.0).abs() < 1e-10, "{mass}: {prior:?}");
    }
}
