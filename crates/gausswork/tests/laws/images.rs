//! The autoencoder of images: likelihoods against finite differences and sums, bounds against a model whose `log p(x)` is exact,
//! training against what it must reach, and the same bytes whoever trains.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::data::image::{ImageSet, LabelShares, LabelUse, ReadImages, read};
use gausswork::learner::{Alone, Learner};
use gausswork::nn::AdamConfig;
use gausswork::nn::Nonlinearity;
use gausswork::nn::image::{Architecture, ImageNetwork, Normalised, Upsampling};
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;
use gausswork::vae::image::{
    Binarisation, Family, ImageFrame, ImageLearner, ImageVae, ImageVaeConfig, Likelihood, Moments, Pixels,
    Shown, Sigma, Source, draw_images, image_bounds,
};

/// The digits, of their own size or another.
pub(crate) fn digits(resize: Option<&str>) -> ImageSet {
    let resize = resize.map(|size| size.parse().unwrap());
    read("../../data/digits.npz".as_ref(), &ReadImages { resize, ..ReadImages::default() }).unwrap()
}

/// Every likelihood that a configuration can name.
const LIKELIHOODS: [Likelihood; 8] = [
    Likelihood::Bernoulli(Binarisation::Dynamic),
    Likelihood::Bernoulli(Binarisation::Static),
    Likelihood::Bernoulli(Binarisation::None),
    Likelihood::Gaussian(Sigma::Fixed(0.3)),
    Likelihood::Gaussian(Sigma::Shared),
    Likelihood::Gaussian(Sigma::Learned),
    Likelihood::Logistic { components: 1 },
    Likelihood::Logistic { components: 3 },
];

fn tensor(values: &[f32], rows: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [rows, values.len() / rows]), device)
}

#[test]
fn slopes_of_likelihoods_are_finite_differences() {
    let set = digits(Some("2x2"));
    let frame = ImageFrame { levels: Some(17), ..ImageFrame::of(&set) };
    let noise = Noise::new(3);
    for likelihood in LIKELIHOODS {
        let x: Vec<f32> = match likelihood {
            Likelihood::Bernoulli(Binarisation::Dynamic | Binarisation::Static) => vec![0.0, 1.0, 1.0, 0.0],
            // Both ends and two levels between.
            _ => vec![0.0, 1.0, 5.0 / 16.0, 10.0 / 16.0],
        };
        let mut output = vec![0.0; 4 * likelihood.outputs()];
        noise.fill_normal(Stream::Test, 1, &mut output);
        output.iter_mut().for_each(|value| *value = 0.3 * *value - 0.5);
        let of = |output: &[f32], shared: f32, device: &Device| {
            let shared = tensor(&[shared], 1, device);
            (tensor(output, 1, device), shared)
        };
        let nats = |output: &[f32], shared: f32| -> f64 {
            let device = Device::flex();
            let (output, shared) = of(output, shared, &device);
            let nats = likelihood.distortion(output, Some(shared), tensor(&x, 1, &device), &frame);
            nats.to_data().iter::<f64>().sum()
        };
        let device = Device::flex().autodiff();
        let (traced, shared) = of(&output, -0.7, &device);
        let (traced, shared) = (traced.require_grad(), shared.require_grad());
        let loss =
            likelihood.distortion(traced.clone(), Some(shared.clone()), tensor(&x, 1, &device), &frame);
        let gradients = loss.sum().backward();
        let slopes: Vec<f64> = traced.grad(&gradients).unwrap().to_data().iter::<f64>().collect();
        let h = 1e-2;
        for i in 0..output.len() {
            let moved = |by: f32| {
                let mut output = output.clone();
                output[i] += by;
                nats(&output, -0.7)
            };
            let difference = (moved(h) - moved(-h)) / (2.0 * f64::from(h));
            assert!(
                (slopes[i] - difference).abs() < 1e-2 * (1.0 + difference.abs()),
                "{likelihood:?} by {i}: {} {difference}",
                slopes[i]
            );
        }
        if likelihood == Likelihood::Gaussian(Sigma::Shared) {
            let slope: f64 = shared.grad(&gradients).unwrap().to_data().iter::<f64>().sum();
            let difference = (nats(&output, -0.7 + h) - nats(&output, -0.7 - h)) / (2.0 * f64::from(h));
            assert!((slope - difference).abs() < 1e-2 * (1.0 + difference.abs()), "{slope} {difference}");
        }
    }
}

#[test]
fn the_probabilities_of_all_levels_sum_to_one() {
    let set = digits(Some("1x1"));
    let device = Device::flex();
    for levels in [2u32, 17, 256] {
        let frame = ImageFrame { levels: Some(levels), ..ImageFrame::of(&set) };
        for [mu, log_scale] in [[0.5, -1.0], [0.1, -4.0], [-0.3, 0.5], [1.2, -2.0]] {
            let x: Vec<f32> = (0..levels).map(|level| level as f32 / (levels - 1) as f32).collect();
            let output = [mu, log_scale].repeat(levels as usize);
            let nats = Likelihood::Logistic { components: 1 }.distortion(
                tensor(&output, levels as usize, &device),
                None,
                tensor(&x, levels as usize, &device),
                &frame,
            );
            let total: f64 = nats.to_data().iter::<f64>().map(|nats| (-nats).exp()).sum();
            assert!((total - 1.0).abs() < 1e-4, "{levels} levels, {mu}, {log_scale}: {total}");
        }
    }
}

/// An autoencoder without hidden layers and with a fixed σ: `p(x) = N(b, W Wᵀ + σ² I)`; told labels `p(x|y)`, whose mean has a row of the
/// decoder's weight besides.
pub(crate) fn linear(set: &ImageSet, sigma: f64, labels: LabelUse) -> ImageVae {
    let config = ImageVaeConfig {
        labels,
        latent: Some(2),
        network: ImageNetwork::perceptron(&[], Nonlinearity::Relu),
        likelihood: Family::Gaussian,
        sigma: Sigma::Fixed(sigma),
        ..ImageVaeConfig::default()
    };
    let all: Vec<u32> = (0..set.len() as u32).collect();
    let shares = LabelShares::of(labels, set, &all).unwrap();
    let mut vae =
        ImageVae::new(config, ImageFrame::of(set), shares, &Moments::of(set, &all).unwrap(), &Noise::new(5));
    let [weight, _] = decoder(&vae);
    vae.params.values_mut()[weight].iter_mut().for_each(|w| *w *= 3.0);
    tell_encoder(&mut vae);
    vae
}

/// Has labels say something to an encoder, as they do once it has learned.
pub(crate) fn tell_encoder(vae: &mut ImageVae) {
    let Some(id) = vae.params.id("encoder.label") else { return };
    Noise::new(6).fill_normal(Stream::Test, 2, vae.params.get_mut(id));
}

/// Where the decoder's weight and bias are.
pub(crate) fn decoder(vae: &ImageVae) -> [std::ops::Range<usize>; 2] {
    ["decoder.output.weight", "decoder.output.bias"].map(|name| {
        let entry = vae.params.entries().iter().find(|entry| entry.name == name).unwrap();
        entry.offset..entry.offset + entry.len()
    })
}

/// `log p(x)` of a linear model, by the Cholesky factor of its covariance, or `log p(x|y)` of an image with its label behind it.
pub(crate) fn exact(vae: &ImageVae, sigma: f64, x: &[f32]) -> f64 {
    let [weight, bias] = decoder(vae);
    let (x, label) = x.split_at(vae.frame.shape.values());
    let d = x.len();
    let (w, of_labels) = vae.params.values()[weight].split_at(vae.config.latent() * d);
    let mut b = vae.params.values()[bias].to_vec();
    for (weight, row) in label.iter().zip(of_labels.chunks_exact(d)) {
        b.iter_mut().zip(row).for_each(|(b, row)| *b += weight * row);
    }
    let mut l = vec![vec![0.0f64; d]; d];
    let mut nats = -0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln();
    let mut solved = vec![0.0; d];
    for i in 0..d {
        for j in 0..=i {
            let covariance: f64 =
                (0..w.len() / d).map(|k| f64::from(w[k * d + i]) * f64::from(w[k * d + j])).sum::<f64>()
                    + if i == j { sigma * sigma } else { 0.0 };
            let rest = covariance - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
        }
        let known: f64 = (0..i).map(|k| l[i][k] * solved[k]).sum();
        solved[i] = (f64::from(x[i]) - f64::from(b[i]) - known) / l[i][i];
        nats -= l[i][i].ln() + 0.5 * solved[i] * solved[i];
    }
    nats
}

#[test]
fn bounds_of_a_linear_model_lie_below_its_log_likelihood_and_approach_it() {
    let (set, sigma) = (digits(Some("2x2")), 0.3);
    let images: Vec<u32> = (0..40).collect();
    for (labels, seed) in
        [(LabelUse::Ignored, 1), (LabelUse::Ignored, 2), (LabelUse::Told, 1), (LabelUse::Told, 2)]
    {
        let vae = linear(&set, sigma, labels);
        let pixels = Pixels::of(&vae, &set, Noise::new(seed));
        let bounds = |samples| image_bounds(&vae, Source::Set(&pixels), &images, samples, &Alone).unwrap();
        let (few, many) = (bounds(64), bounds(5000));
        let mut total = [0.0; 3];
        for ((&image, few), many) in images.iter().zip(&few).zip(&many) {
            let truth = exact(&vae, sigma, &pixels.seen(&[image]).unwrap());
            // Jensen's gap at 5,000 draws is half the squared standard error: far below it.
            let error = (many.importance_weighted - truth).abs();
            assert!(error < 5.0 * many.standard_error + 1e-3, "{image}: {error} of {}", many.standard_error);
            [few.elbo(), few.importance_weighted, truth]
                .into_iter()
                .zip(&mut total)
                .for_each(|(x, t)| *t += x);
        }
        let [elbo, weighted, truth] = total;
        let errors: f64 = few.iter().map(|bound| bound.standard_error.powi(2)).sum::<f64>().sqrt();
        assert!(elbo < truth && elbo < weighted && weighted < truth + 4.0 * errors, "{total:?}");
    }
}

/// A learner on the digits, of a small model.
fn learner(set: &ImageSet, seed: u64, samples: usize) -> ImageLearner<'_> {
    let network = ImageNetwork::perceptron(&[64], Nonlinearity::Relu);
    learner_of(set, seed, samples, network)
}

/// The same, of some networks.
fn learner_of(set: &ImageSet, seed: u64, samples: usize, network: ImageNetwork) -> ImageLearner<'_> {
    let mut config = ImageVaeConfig { latent: Some(8), network, ..ImageVaeConfig::default() };
    config.objective.samples = samples;
    let (noise, images) = (Noise::new(seed), set.len() as u32);
    let (train, held_out): (Vec<u32>, Vec<u32>) = (0..images).partition(|image| image % 10 != 0);
    let vae = ImageVae::new(
        config,
        ImageFrame::of(set),
        LabelShares::none(),
        &Moments::of(set, &train).unwrap(),
        &noise,
    );
    ImageLearner::new(vae, set, [train, held_out], [128, 2], AdamConfig::default(), noise, Device::flex())
}

fn weights(learner: &ImageLearner<'_>) -> Vec<f32> {
    learner.vae.params.values().to_vec()
}

/// The perceptron, and small networks of the other architectures.
pub(crate) fn networks() -> Vec<ImageNetwork> {
    let of = |architecture, normalisation, upsampling| ImageNetwork {
        architecture,
        hidden: vec![64],
        width: 8,
        normalisation,
        upsampling,
        ..ImageNetwork::default()
    };
    vec![
        of(Architecture::Perceptron, Normalised::None, Upsampling::Transposed),
        of(Architecture::Perceptron, Normalised::Batch, Upsampling::Transposed),
        of(Architecture::Strided, Normalised::Batch, Upsampling::Transposed),
        of(Architecture::Strided, Normalised::None, Upsampling::Nearest),
        of(Architecture::Residual, Normalised::Layer, Upsampling::Transposed),
    ]
}

#[test]
fn training_gives_the_same_bytes_on_any_number_of_threads_and_after_a_pause() {
    let set = digits(None);
    for (network, samples) in
        networks().into_iter().map(|network| (network, 1)).chain([(networks().remove(2), 3)])
    {
        let learner = |seed| learner_of(&set, seed, samples, network.clone());
        let (mut alone, mut many) = (learner(7), learner(7));
        let workers = Threads::new(2).unwrap();
        for step in 0..6 {
            let (one, two) = (alone.step(step, 1e-3, &Alone), many.step(step, 1e-3, &workers));
            assert_eq!(one.unwrap(), two.unwrap());
        }
        assert_eq!(weights(&alone), weights(&many));
        assert_eq!(alone.validate(&Alone), many.validate(&workers));
        let mut resumed = learner(8);
        assert!(resumed.restore(alone.state()));
        let mut resumed_of_seed = learner(7);
        assert!(resumed_of_seed.restore(alone.state()));
        alone.step(6, 1e-3, &Alone).unwrap();
        resumed_of_seed.step(6, 1e-3, &workers).unwrap();
        assert_eq!(weights(&alone), weights(&resumed_of_seed));
        assert!(!resumed.restore(Vec::new()));
    }
}

#[test]
fn every_architecture_learns_digits_and_draws_the_same_images_in_any_company() {
    let set = digits(None);
    let workers = Threads::new(2).unwrap();
    for network in networks() {
        let mut learner = learner_of(&set, 3, 1, network.clone());
        let before = learner.validate(&workers).bound.unwrap();
        for step in 0..300 {
            learner.step(step, 2e-3, &workers).unwrap();
        }
        // By running moments, as everything after training: independent coins reach about −20, and the first weights no more.
        let after = learner.validate(&workers).bound.unwrap();
        assert!(after > before + 1.0, "{network:?}: {before} to {after}");
        let noise = Noise::new(4);
        let all = draw_images(&learner.vae, [0, 70], Shown::Expected, None, &noise, &Alone).values;
        let some = draw_images(&learner.vae, [50, 20], Shown::Expected, None, &noise, &workers).values;
        assert_eq!(all[50 * 64..], some[..], "{network:?}");
        let expected = ImageVae::expected(&learner.vae.config, &learner.vae.frame, 0);
        assert_eq!(expected, learner.vae.params.shapes());
    }
}

#[test]
fn digits_are_learned() {
    let set = digits(None);
    let all: Vec<u32> = (0..set.len() as u32).collect();
    let moments = Moments::of(&set, &all).unwrap();
    // The entropy of independent coins with the pixels' means: what a decoder that ignores z reaches.
    let entropy = |p: f64| if p <= 0.0 || p >= 1.0 { 0.0 } else { -p * p.ln() - (1.0 - p) * (1.0 - p).ln() };
    let independent: f64 = -moments.mean.iter().map(|&p| entropy(p.into())).sum::<f64>();
    for (seed, samples) in [(1, 1), (2, 1), (1, 5)] {
        let mut learner = learner(&set, seed, samples);
        let before = learner.validate(&Alone).bound.unwrap();
        let workers = Threads::new(2).unwrap();
        for step in 0..600 {
            learner.step(step, 2e-3, &workers).unwrap();
        }
        let bound = learner.validate(&workers).bound.unwrap();
        // Untrained weights say what independent coins do, less what the encoder's first weights cost.
        assert!(before < independent + 1.0, "{before} {independent}");
        assert!(bound > independent + 3.0, "seed {seed}, {samples} samples: {bound} against {independent}");
    }
}

#[test]
fn coins_show_the_grey_levels_on_average() {
    let set = digits(None);
    let images: Vec<u32> = (0..20).collect();
    for seed in [1, 2] {
        let (likelihood, noise) = (Likelihood::Bernoulli(Binarisation::Dynamic), Noise::new(seed));
        let pixels = Pixels { set: &set, likelihood, shares: &LabelShares::none(), noise };
        let grey = pixels.grey(&images).unwrap();
        let flips: Vec<Vec<f32>> = (0..200).map(|key| pixels.in_training(&images, key).unwrap()).collect();
        let n = flips.len() as f64;
        // Standardised over all numbers, whose coins are independent.
        let (mut sum, mut coins) = (0.0f64, 0.0f64);
        for (i, &p) in grey.iter().enumerate() {
            let (p, ones) = (f64::from(p), flips.iter().map(|flip| f64::from(flip[i])).sum::<f64>());
            if p == 0.0 || p == 1.0 {
                assert_eq!(ones, n * p);
                continue;
            }
            sum += (ones - n * p) / (n * p * (1.0 - p)).sqrt();
            coins += 1.0;
        }
        assert!((sum / coins.sqrt()).abs() < 5.0, "seed {seed}: {}", sum / coins.sqrt());
        assert_eq!(pixels.fixed(&images).unwrap()[..64], pixels.fixed(&images[..1]).unwrap()[..]);
        assert_ne!(flips[0], flips[1]);
    }
}

#[test]
fn an_image_is_the_same_wherever_a_sample_begins() {
    let set = digits(None);
    for config in [Family::Bernoulli, Family::Gaussian, Family::Logistic] {
        let config = ImageVaeConfig { likelihood: config, ..ImageVaeConfig::default() };
        let noise = Noise::new(4);
        let vae = ImageVae::new(
            config,
            ImageFrame::of(&set),
            LabelShares::none(),
            &Moments::of(&set, &[0, 1, 2]).unwrap(),
            &noise,
        );
        for shown in [Shown::Expected, Shown::Drawn] {
            let all = draw_images(&vae, [0, 300], shown, None, &noise, &Alone).values;
            let some = draw_images(&vae, [250, 20], shown, None, &noise, &Alone).values;
            assert_eq!(all[250 * 64..270 * 64], some[..]);
            assert!(all.iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }
}
