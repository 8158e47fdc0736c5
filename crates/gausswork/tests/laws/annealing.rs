//! Annealed importance sampling where `log p(x)` is exact: its weights are unbiased in both directions, its bounds lie on their sides, and
//! the same numbers come of any number of threads.

use gausswork::data::image::{LabelShares, LabelUse};
use gausswork::learner::Alone;
use gausswork::nn::Nonlinearity;
use gausswork::nn::image::ImageNetwork;
use gausswork::noise::Noise;
use gausswork::train::Threads;
use gausswork::vae::image::{
    AnnealedBound, Annealer, Annealing, ImageBound, ImageVae, ImageVaeConfig, Moments, Pixels, Simulated,
    Source, Start, image_bounds,
};

use crate::images::{digits, exact, linear};
use crate::support::{SEEDS, mean_and_error};

const SIGMA: f64 = 0.3;
const LABELS: [LabelUse; 2] = [LabelUse::Ignored, LabelUse::Told];
const STARTS: [Start; 2] = [Start::Encoder, Start::Prior];

fn truths(vae: &ImageVae, simulated: &Simulated) -> Vec<f64> {
    simulated.x.chunks_exact(vae.seen_width()).map(|x| exact(vae, SIGMA, x)).collect()
}

/// The mean of `e^±(bound − log p(x))` over images, which must be 1, and its error.
fn ratio(bounds: &[AnnealedBound], truths: &[f64], sign: f64) -> (f64, f64) {
    mean_and_error(bounds.iter().zip(truths).map(move |(bound, truth)| (sign * (bound.nats - truth)).exp()))
}

#[test]
fn weights_are_unbiased_up_and_down_at_any_number_of_temperatures() {
    let set = digits(Some("2x2"));
    let images: Vec<u32> = (0..400).collect();
    for start in STARTS {
        for (temperatures, seed, labels) in [
            (1, 1, LabelUse::Ignored),
            (3, 2, LabelUse::Ignored),
            (12, 3, LabelUse::Ignored),
            (3, 4, LabelUse::Told),
        ] {
            let vae = linear(&set, SIGMA, labels);
            // A single chain: its weight alone, nothing averaged before the logarithm.
            let annealing = Annealing { temperatures, chains: 1, leapfrogs: 3, start };
            let simulated = Simulated::draw(&vae, images.len(), &Noise::new(seed));
            let (source, truths) = (Source::Simulated(&simulated), truths(&vae, &simulated));
            let annealer = Annealer::tuned(&vae, source, &images, &annealing, &Alone).unwrap();
            let lower = annealer.lower(&vae, source, &images, &Alone).unwrap();
            let upper = annealer.upper(&vae, &simulated, &images, &Alone).unwrap();
            // With one temperature there is no transition, and weights are those of importance sampling, whose tails a mean
            // of 400 does not see: from the prior upwards, from the posterior downwards.
            let seen = |up: bool| temperatures > 1 || (start == Start::Encoder && up);
            for (name, bounds, sign) in [("up", &lower, 1.0), ("down", &upper, -1.0)] {
                let (mean, error) = ratio(&bounds.bounds, &truths, sign);
                assert!(
                    !seen(sign > 0.0) || (mean - 1.0).abs() < 4.5 * error,
                    "{start:?}, {temperatures} temperatures, {name}: {mean} ± {error}"
                );
                assert!(temperatures == 1 || bounds.acceptance > 0.3, "{start:?}: {}", bounds.acceptance);
            }
        }
    }
}

#[test]
fn bounds_of_a_linear_model_bracket_its_log_likelihood() {
    let set = digits(Some("2x2"));
    let images: Vec<u32> = (0..100).collect();
    for (seed, labels) in SEEDS.into_iter().flat_map(|seed| LABELS.map(|labels| (seed, labels))) {
        let vae = linear(&set, SIGMA, labels);
        let simulated = Simulated::draw(&vae, images.len(), &Noise::new(seed));
        let (source, truths) = (Source::Simulated(&simulated), truths(&vae, &simulated));
        let bounds = image_bounds(&vae, source, &images, 50, &Alone).unwrap();
        for start in STARTS {
            let annealing = Annealing { temperatures: 40, chains: 8, leapfrogs: 4, start };
            let annealer = Annealer::tuned(&vae, source, &images, &annealing, &Alone).unwrap();
            let lower = annealer.lower(&vae, source, &images, &Alone).unwrap();
            let upper = annealer.upper(&vae, &simulated, &images, &Alone).unwrap();
            // What each lies below the truth by, on average over the same images.
            let gap = |of: &dyn Fn(usize) -> f64| {
                mean_and_error(images.iter().map(|&i| truths[i as usize] - of(i as usize)))
            };
            let (elbo, _) = gap(&|i| ImageBound::elbo(&bounds[i]));
            let (weighted, error_weighted) = gap(&|i| bounds[i].importance_weighted);
            let (below, error_below) = gap(&|i| lower.bounds[i].nats);
            let (above, error_above) = gap(&|i| upper.bounds[i].nats);
            let told =
                format!("seed {seed}, {start:?}, labels {labels:?}: {elbo} {weighted} {below} {above}");
            assert!(elbo > weighted && weighted > -4.5 * error_weighted, "{told}");
            assert!(below > -4.5 * error_below && above < 4.5 * error_above, "{told}");
            // Forty temperatures leave far less between them than the encoder, which has learned nothing, leaves below.
            assert!(below - above < 0.1 * elbo, "{told}");
            // Each image by its own error: half the weights' relative variance is Jensen's gap, far below it. The error of eight chains is
            // itself estimated: one of 1,200 values of Student's t with 7 degrees of freedom is above 12 once in 130 times.
            for (bound, truth) in lower.bounds.iter().zip(&truths) {
                assert!(
                    (bound.nats - truth).abs() < 12.0 * bound.standard_error,
                    "{bound:?} {truth}: {told}"
                );
                assert!(bound.effective_chains > 1.0 && bound.effective_chains <= 8.0 + 1e-9);
            }
        }
    }
}

#[test]
fn annealing_gives_the_same_numbers_on_any_number_of_threads() {
    let set = digits(None);
    let noise = Noise::new(4);
    let network = ImageNetwork::perceptron(&[20], Nonlinearity::Relu);
    let config = ImageVaeConfig { latent: Some(4), network, ..ImageVaeConfig::default() };
    let moments = Moments::of(&set, &[0, 1, 2]).unwrap();
    let vae = ImageVae::new(
        config,
        gausswork::vae::image::ImageFrame::of(&set),
        LabelShares::none(),
        &moments,
        &noise,
    );
    let pixels = Pixels::of(&vae, &set, noise);
    let images: Vec<u32> = (7..60).collect();
    let annealing = Annealing { temperatures: 4, chains: 8, leapfrogs: 2, start: Start::Encoder };
    let source = Source::Set(&pixels);
    let two = Threads::new(2).unwrap();
    let alone = Annealer::tuned(&vae, source, &images, &annealing, &Alone).unwrap();
    assert_eq!(alone, Annealer::tuned(&vae, source, &images, &annealing, &two).unwrap());
    let lower = alone.lower(&vae, source, &images, &two).unwrap();
    assert_eq!(lower, alone.lower(&vae, source, &images, &Alone).unwrap());
    let simulated = Simulated::draw(&vae, 30, &noise);
    let some: Vec<u32> = (0..30).collect();
    let upper = alone.upper(&vae, &simulated, &some, &two).unwrap();
    assert_eq!(upper, alone.upper(&vae, &simulated, &some, &Alone).unwrap());
    assert!(alone.lower(&vae, source, &[], &Alone).unwrap().bounds.is_empty());
}

#[test]
fn annealing_out_of_range_is_named() {
    for wrong in [
        Annealing { temperatures: 0, ..Annealing::default() },
        Annealing { chains: 0, ..Annealing::default() },
        Annealing { leapfrogs: 0, ..Annealing::default() },
    ] {
        assert!(wrong.check().unwrap_err().to_string().contains('0'), "{wrong:?}");
    }
    assert!(Annealing::default().check().is_ok());
}
