//! The parts of the rate where both are exact: an encoder that is the posterior, of images drawn from the model, encodes them to the prior.

use gausswork::data::image::{Channels, ImageShape, LabelShares};
use gausswork::learner::Alone;
use gausswork::nn::Nonlinearity;
use gausswork::nn::image::ImageNetwork;
use gausswork::noise::Noise;
use gausswork::train::Threads;
use gausswork::vae::image::{
    Family, ImageFrame, ImageVae, ImageVaeConfig, Moments, Sigma, Simulated, Source, aggregate, image_bounds,
};

use crate::support::SEEDS;

const SIGMA: f64 = 0.5;

/// `p(x|z) = N(½ + z/σ_d, σ² I)` of two numbers, whose posterior is normal, too; the encoder is it, `shift` away in mean.
fn linear(shift: f32) -> ImageVae {
    let config = ImageVaeConfig {
        latent: Some(2),
        network: ImageNetwork::perceptron(&[], Nonlinearity::Relu),
        likelihood: Family::Gaussian,
        sigma: Sigma::Fixed(SIGMA),
        ..ImageVaeConfig::default()
    };
    let shape = ImageShape { height: 1, width: 2, channels: Channels::Grey };
    let frame = ImageFrame { shape, range: [0.0, 1.0], levels: None, labels: Vec::new() };
    let mut vae = ImageVae::new(config, frame, LabelShares::none(), &Moments::none(2), &Noise::new(1));
    let [first, second] = [1.0f32, 0.6];
    let variance = SIGMA.powi(2) as f32;
    let spread = |w: f32| 1.0 / (1.0 + w * w / variance);
    // The encoder sees 2x − 1, which is twice the distance from the bias.
    let slope = |w: f32| spread(w) * w / variance * 0.5;
    let given = [
        ("encoder.output.weight", vec![slope(first), 0.0, 0.0, 0.0, 0.0, slope(second), 0.0, 0.0]),
        ("encoder.output.bias", vec![shift, 0.0, spread(first).ln(), spread(second).ln()]),
        ("decoder.output.weight", vec![first, 0.0, 0.0, second]),
        ("decoder.output.bias", vec![0.5, 0.5]),
    ];
    for (name, values) in given {
        let entry = vae.params.entries().iter().find(|entry| entry.name == name).unwrap();
        let at = entry.offset..entry.offset + values.len();
        vae.params.values_mut()[at].copy_from_slice(&values);
    }
    vae
}

#[test]
fn information_and_divergence_are_bracketed_where_both_are_exact() {
    let images: Vec<u32> = (0..2000).collect();
    // I(x; z) = ½ Σ log(1 + w²/σ²).
    let exact: f64 = [1.0f64, 0.6].iter().map(|w| 0.5 * (1.0 + w * w / SIGMA.powi(2)).ln()).sum();
    for seed in SEEDS {
        for shift in [0.0, 0.8f32] {
            let vae = linear(shift);
            let simulated = Simulated::draw(&vae, images.len(), &Noise::new(seed));
            let source = Source::Simulated(&simulated);
            let found = aggregate(&vae, source, &images, &Alone).unwrap();
            assert_eq!(found, aggregate(&vae, source, &images, &Threads::new(2).unwrap()).unwrap());
            let ([least, most], error) = (found.information, found.standard_error);
            assert!(
                least < most && least < exact + 4.0 * error && most > exact - 4.0 * error,
                "{found:?} {exact}"
            );
            // With two thousand images e^I ≈ 5 posteriors fill the prior: nothing is left between the ends.
            assert!(most - least < 0.05, "{found:?}");
            // A prior that is missed by a shift alone costs half its square.
            let missed = 0.5 * f64::from(shift).powi(2);
            let [least, most] = found.divergence;
            assert!(least - 4.0 * error < missed && missed < most + 4.0 * error, "{found:?} {missed}");
            let bounds = image_bounds(&vae, source, &images, 1, &Alone).unwrap();
            let rate = bounds.iter().map(|bound| bound.rate).sum::<f64>() / images.len() as f64;
            assert!((found.rate - rate).abs() < 6.0 * error, "{found:?} {rate}");
            assert!((rate - exact - missed).abs() < 6.0 * error + 1e-6, "{rate} {exact} {missed}");
        }
    }
}

#[test]
fn a_mixture_tells_no_more_than_the_logarithm_of_its_size() {
    let vae = linear(0.0);
    let simulated = Simulated::draw(&vae, 3, &Noise::new(1));
    let found = aggregate(&vae, Source::Simulated(&simulated), &[0, 1, 2], &Alone).unwrap();
    assert!(found.information[0] <= 3f64.ln() + 1e-9 && found.images == 3, "{found:?}");
}
