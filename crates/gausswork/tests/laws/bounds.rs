//! Bounds against a log p(x) that quadrature over the latent gives exactly.

use gausswork::layout::Features;
use gausswork::noise::Noise;
use gausswork::train::Threads;
use gausswork::vae::{Columns, Prior, RowBound, Vae, bounds};

use super::prior::mixture;
use super::support::{SEEDS, mean_and_error};
use super::tables::{by_row, discrete, log_probs};

/// Rows that are copies of one, each with draws of its own.
const COPIES: usize = 400;

fn copies(features: &Features, row: usize, n: usize) -> Features {
    let width = features.codes.len() / features.rows;
    let codes = features.codes[row * width..(row + 1) * width].repeat(n);
    Features { rows: n, codes, ..Features::default() }
}

/// `log p(x) = log ∫ p(x|z) p(z) dz` by the trapezoidal rule over ±10, and its change on halving the nodes.
fn log_marginal(vae: &Vae, features: &Features, row: usize) -> (f64, f64) {
    const STEP: f64 = 1.0 / 64.0;
    let z: Vec<f32> = (-640..=640).map(|i| (f64::from(i) * STEP) as f32).collect();
    let copies = copies(features, row, z.len());
    let rows: Vec<usize> = (0..z.len()).collect();
    let log_likelihoods = by_row(vae, &log_probs(vae, &copies, &rows, &z));
    let joint: Vec<f64> = log_likelihoods
        .iter()
        .zip(&z)
        .map(|(log_likelihood, &z)| (log_likelihood + vae.prior.log_prob(&[z])).exp())
        .collect();
    let fine = joint.iter().sum::<f64>() * STEP;
    let coarse = joint.iter().step_by(2).sum::<f64>() * 2.0 * STEP;
    (fine.ln(), (fine.ln() - coarse.ln()).abs())
}

fn bounds_of(vae: &Vae, features: &Features, samples: usize, seed: u64) -> Vec<RowBound> {
    let rows: Vec<u32> = (0..features.rows as u32).collect();
    let constants = vec![0.0; vae.layout.columns];
    bounds(vae, features, &rows, samples, &constants, &Noise::new(seed), &Threads::new(2).unwrap())
}

/// Widens `q(z|x)` to a variance of about e^2.5: bounds that are far from tight, with bounded weights p/q.
fn widen_posterior(vae: &mut Vae) {
    let bias = vae.params.entries().iter().find(|entry| entry.name == "encoder.output.bias").unwrap();
    // After `mu`, of one dimension, the log-variance.
    let log_var = bias.offset + 1;
    vae.params.values_mut()[log_var] = 2.5;
}

fn for_each_model(law: impl Fn(&str, &Vae, &Features, u64)) {
    let table = discrete();
    for seed in SEEDS {
        let mut vae = table.model(1, Columns::Autoregressive, seed);
        widen_posterior(&mut vae);
        law(&format!("standard prior, seed {seed}"), &vae, &table.features, seed);
        vae.prior = Prior::Mixture(mixture(1));
        law(&format!("mixture prior, seed {seed}"), &vae, &table.features, seed);
    }
}

#[test]
fn bounds_rise_with_their_samples_to_log_p_and_no_further() {
    for_each_model(|what, vae, features, seed| {
        let row = seed as usize;
        let (log_p, rule_error) = log_marginal(vae, features, row);
        assert!(rule_error < 1e-6, "{what}: {rule_error:e}");
        let copies = copies(features, row, COPIES);
        let mut last = (f64::NEG_INFINITY, 0.0);
        let mut gaps = vec![];
        for samples in [1, 10, 100, 1000] {
            let bounds = bounds_of(vae, &copies, samples, seed);
            let (elbo, elbo_error) = mean_and_error(bounds.iter().map(RowBound::elbo));
            let (mean, error) = mean_and_error(bounds.iter().map(|b| b.importance_weighted));
            let what = format!("{what}, K = {samples}: ELBO {elbo}, IW {mean} ± {error}, log p {log_p}");
            // Four standard errors: 3 in 100,000.
            assert!(elbo <= mean + 4.0 * (elbo_error + error), "{what}");
            assert!(mean <= log_p + 4.0 * error + rule_error + 1e-6, "{what}");
            assert!(mean >= last.0 - 4.0 * (error + last.1), "{what}");
            if samples == 1 {
                assert!((elbo - mean).abs() < 1e-9, "{what}");
                assert!(
                    log_p - elbo > 6.0 * elbo_error,
                    "a bound that is tight at once proves nothing: {what}"
                );
            }
            last = (mean, error);
            gaps.push(log_p - mean);
        }
        // The gap is Var(w)/(2K) and more beyond first order (Nowozin 2018, §3).
        assert!(gaps[3].abs() < 0.01 * gaps[0] + 4.0 * last.1, "{what}: gaps {gaps:?}");
    });
}

#[test]
fn the_standard_error_covers_the_truth_as_often_as_it_says() {
    for_each_model(|what, vae, features, seed| {
        let row = seed as usize;
        let (log_p, _) = log_marginal(vae, features, row);
        let bounds = bounds_of(vae, &copies(features, row, COPIES), 1000, seed);
        let within = |b: &&RowBound| (b.importance_weighted - log_p).abs() < 1.96 * b.standard_error;
        let coverage = bounds.iter().filter(within).count() as f64 / COPIES as f64;
        // Binomial standard error of 0.95 over 400 copies; the logarithm of 1000 weights is normal enough.
        let slack = 4.0 * (0.95f64 * 0.05 / COPIES as f64).sqrt();
        assert!((coverage - 0.95).abs() < slack, "{what}: {coverage}");
        for b in bounds {
            assert!(b.effective_samples > 1.0 && b.effective_samples <= 1000.0, "{what}");
        }
    });
}

/// Under N(0, I) the sampled rate estimates the closed form; under a mixture the two differ by what the mixture gains.
#[test]
fn sampled_and_closed_rates_agree_under_the_standard_prior() {
    let table = discrete();
    for seed in SEEDS {
        let vae = table.model(1, Columns::Autoregressive, seed);
        let bounds = bounds_of(&vae, &copies(&table.features, 0, COPIES), 100, seed);
        let (mean, error) = mean_and_error(bounds.iter().map(|b| b.rate));
        let closed = bounds[0].rate_standard;
        assert!((mean - closed).abs() < 4.0 * error, "{mean} ± {error} against {closed}");
        assert!(error > 0.0 && closed > 0.0);
    }
}

#[test]
fn columns_and_constants_add_up_to_the_log_likelihood() {
    let table = discrete();
    let vae = table.model(2, Columns::Autoregressive, 1);
    let rows: Vec<u32> = (0..table.features.rows as u32).collect();
    let threads = Threads::new(2).unwrap();
    let plain = bounds(&vae, &table.features, &rows, 5, &[0.0; 3], &Noise::new(1), &threads);
    let shifted = bounds(&vae, &table.features, &rows, 5, &[-0.5, 0.25, 2.0], &Noise::new(1), &threads);
    for (plain, shifted) in plain.iter().zip(&shifted) {
        assert!((plain.columns.iter().sum::<f64>() - plain.log_likelihood).abs() < 1e-12);
        assert!((shifted.log_likelihood - plain.log_likelihood - 1.75).abs() < 1e-12);
        assert!((shifted.importance_weighted - plain.importance_weighted - 1.75).abs() < 1e-12);
        assert!((shifted.columns[2] - plain.columns[2] - 2.0).abs() < 1e-12);
    }
}
