//! The gradient of the training objective, parameter tensor by parameter tensor; free bits.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::layout::Features;
use gausswork::learner::Learner;
use gausswork::nn::{AdamConfig, Leaves};
use gausswork::noise::Noise;
use gausswork::train::Threads;
use gausswork::vae::{Columns, Objective, Terms, Vae, VaeLearner};

use super::support::{ROUNDOFF, SEEDS, host, normals};
use super::tables::mixed;

const ROWS: usize = 64;
const BETA: f64 = 0.7;

fn terms(vae: &Vae, leaves: &Leaves, features: &Features, device: &Device, epsilon: &[f32]) -> Terms {
    let batch = vae.gather(features, 0..ROWS, device);
    let data = TensorData::new(epsilon.to_vec(), [ROWS, vae.config.latent]);
    vae.forward(leaves, &batch, Tensor::from_data(data, device))
}

/// `-E_q[log p(x|z)] + β KL`, a mean over rows, summed in f64; and the mean magnitude of what is summed.
fn loss(vae: &Vae, values: &[f32], features: &Features, epsilon: &[f32]) -> (f64, f64) {
    let device = Device::flex();
    let leaves = vae.params.leaves_of(values, &device);
    let terms = terms(vae, &leaves, features, &device, epsilon);
    let (log_probs, rates) = (host(&terms.log_probs), host(&terms.posterior.kl_from_standard()));
    let sum = |values: &[f64]| values.iter().sum::<f64>() / ROWS as f64;
    let magnitude = log_probs.iter().chain(&rates).map(|v| v.abs()).sum::<f64>() / ROWS as f64;
    (-sum(&log_probs) + BETA * sum(&rates), magnitude)
}

fn gradient(vae: &Vae, features: &Features, epsilon: &[f32]) -> Vec<f32> {
    let device = Device::flex().autodiff();
    let leaves = vae.params.leaves(&device);
    let terms = terms(vae, &leaves, features, &device, epsilon);
    let rate = terms.posterior.kl_from_standard().sum();
    let loss = (rate.mul_scalar(BETA) - terms.log_probs.sum()).div_scalar(ROWS as f64);
    vae.params.gradient(&leaves, &mut loss.backward()).concat()
}

fn normalised(mut direction: Vec<f32>) -> Vec<f32> {
    let norm = direction.iter().map(|d| f64::from(*d).powi(2)).sum::<f64>().sqrt() as f32;
    direction.iter_mut().for_each(|d| *d /= norm);
    direction
}

/// Along a random direction of each parameter tensor, and along its gradient: the first sees any wrong entry, the
/// second has the best ratio of signal to f32 noise.
#[test]
fn the_gradient_of_the_bound_is_that_of_finite_differences() {
    let table = mixed();
    let mut failures = vec![];
    for seed in SEEDS {
        let vae = table.model(3, Columns::Autoregressive, seed);
        let epsilon = normals(seed, ROWS * 3);
        let gradient = gradient(&vae, &table.features, &epsilon);
        let (_, magnitude) = loss(&vae, vae.params.values(), &table.features, &epsilon);
        // The loss of a row carries some 64 roundings of its terms, of either sign: eight units of their sum. A mean
        // over 64 rows has an eighth of that as its standard deviation.
        let noise = ROUNDOFF * magnitude;
        for entry in vae.params.entries() {
            let range = entry.offset..entry.offset + entry.len();
            let exact = &gradient[range.clone()];
            // What is masked has no gradient, and is not to be moved.
            let mut random = normals(seed + entry.offset as u64, entry.len());
            random.iter_mut().zip(exact).filter(|(_, g)| **g == 0.0).for_each(|(r, _)| *r = 0.0);
            let free = random.iter().filter(|r| **r != 0.0).count();
            // Masks leave at least a third, and nearly every code occurs.
            assert!(4 * free >= entry.len(), "{}: {free} of {} have a gradient", entry.name, entry.len());
            for (sort, direction) in
                [("random", normalised(random)), ("steepest", normalised(exact.to_vec()))]
            {
                let slope: f64 =
                    exact.iter().zip(&direction).map(|(g, d)| f64::from(*g) * f64::from(*d)).sum();
                let difference = |h: f64| {
                    let at = |sign: f64| {
                        let mut values = vae.params.values().to_vec();
                        for (v, d) in values[range.clone()].iter_mut().zip(&direction) {
                            *v = (f64::from(*v) + sign * h * f64::from(*d)) as f32;
                        }
                        loss(&vae, &values, &table.features, &epsilon).0
                    };
                    (at(1.0) - at(-1.0)) / (2.0 * h)
                };
                // Truncation h² f‴/6 against noise/h: the cube root of the noise balances them for f‴ ~ 1, and
                // the change on doubling h measures three times the truncation.
                let h = (3.0 * noise).cbrt();
                let (fine, coarse) = (difference(h), difference(2.0 * h));
                // Four standard deviations of the difference of two losses over 2 h.
                let bound = 4.0 * noise / (h * std::f64::consts::SQRT_2) + (coarse - fine).abs();
                let what = format!("{}, {sort}, seed {seed}", entry.name);
                if (slope - fine).abs() > bound {
                    failures.push(format!("{what}: {slope} against {fine} ± {bound:e}"));
                }
                if sort == "steepest" && bound > 0.2 * slope {
                    failures.push(format!("{what}: ± {bound:e} says little about {slope}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The gradient of the learner's first step, which Adam's first moment holds times 1 - β₁.
fn first_step(vae: &Vae, features: &Features, objective: Objective) -> Vec<f32> {
    let adam = AdamConfig { clip: f64::INFINITY, beta1: 0.0, ..AdamConfig::default() };
    let split = [(0..300).collect(), vec![300]];
    let noise = Noise::new(5);
    let mut learner =
        VaeLearner::new(vae.clone(), objective, features, split, [100, 2], adam, noise, Device::flex());
    learner.step(0, 1e-3, &Threads::new(1).unwrap()).unwrap();
    learner.state().into_iter().find(|(name, _)| name == "adam.m").unwrap().1
}

#[test]
fn a_rate_below_the_free_bits_has_no_gradient() {
    let table = mixed();
    let vae = table.model(3, Columns::Autoregressive, 1);
    let of = |beta, free_bits| first_step(&vae, &table.features, Objective { beta, warm_up: 0, free_bits });
    let without_rate = of(0.0, 0.0);
    assert_eq!(of(1.0, 1e6), without_rate, "all dimensions lie below the free bits");
    let charged = of(1.0, 0.0);
    assert_eq!(of(1.0, 1e-9), charged, "all dimensions lie above the free bits");
    // The rate acts on the encoder (through the embedding it shares) and never on the decoder.
    for entry in vae.params.entries() {
        let range = entry.offset..entry.offset + entry.len();
        let same = charged[range.clone()] == without_rate[range];
        assert_eq!(same, entry.name.starts_with("decoder"), "{}", entry.name);
    }
}
