//! An autoencoder of images that is told labels: what it says depends on them, by every architecture and as its gradient says; training and
//! draws.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::data::image::{DrawnImages, ImageSet, LabelShares, LabelUse};
use gausswork::learner::{Alone, Learner as _};
use gausswork::nn::image::ImageNetwork;
use gausswork::nn::{AdamConfig, Leaves, Nonlinearity};
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;
use gausswork::vae::image::{
    ImageFrame, ImageLearner, ImageVae, ImageVaeConfig, Moments, Pixels, Shown, draw_images,
};

use crate::images::{digits, networks, tell_encoder};

const LATENT: usize = 4;

fn told(set: &ImageSet, network: ImageNetwork, seed: u64) -> ImageVae {
    let config =
        ImageVaeConfig { labels: LabelUse::Told, latent: Some(LATENT), network, ..ImageVaeConfig::default() };
    let all: Vec<u32> = (0..set.len() as u32).collect();
    let (shares, moments) = (LabelShares::of(LabelUse::Told, set, &all), Moments::of(set, &all));
    ImageVae::new(config, ImageFrame::of(set), shares.unwrap(), &moments.unwrap(), &Noise::new(seed))
}

fn tensor(values: Vec<f32>, rows: usize, device: &Device) -> Tensor<2> {
    let columns = values.len() / rows;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

/// Distortion and rate of some images with the same draw from N(0, I), summed: the negative bound.
fn cost(vae: &ImageVae, leaves: &Leaves, seen: &[f32], images: usize, device: &Device) -> Tensor<1> {
    let mut epsilon = vec![0.0; images * LATENT];
    Noise::new(2).fill_normal(Stream::Test, 0, &mut epsilon);
    let x = tensor(seen.to_vec(), images, device);
    let posterior = vae.encode(leaves, x.clone());
    let rate = posterior.kl_from_standard().sum();
    vae.distortion(leaves, posterior.reparameterised(tensor(epsilon, images, device)), x).sum() + rate
}

#[test]
fn encoder_and_decoder_follow_the_label_as_the_gradient_says() {
    let set = digits(None);
    for network in networks() {
        let network = ImageNetwork { nonlinearity: Nonlinearity::Silu, ..network };
        let mut vae = told(&set, network.clone(), 3);
        assert_eq!(ImageVae::expected(&vae.config, &vae.frame, 10), vae.params.shapes());
        let pixels = Pixels::of(&vae, &set, Noise::new(1));
        let images = [0, 1, 2, 3, 4, 5];
        let (x, labels) = (pixels.fixed(&images).unwrap(), pixels.told(&images));
        let seen = vae.shares.behind(&x, &labels);
        let others: Vec<u32> = labels.iter().map(|label| (label + 1) % 10).collect();
        let seen_otherwise = vae.shares.behind(&x, &others);
        // A decoder that has not learned says nearly the same of all latents: its last layer starts small.
        tell_encoder(&mut vae);
        let device = Device::flex();
        let leaves = vae.params.leaves(&device);
        let mean = |seen: &[f32]| -> Vec<f32> {
            vae.encode(&leaves, tensor(seen.to_vec(), images.len(), &device)).mu.to_data().iter().collect()
        };
        assert_ne!(mean(&seen), mean(&seen_otherwise), "{network:?}");
        let z = vec![0.0; images.len() * LATENT];
        let outputs = |labels: &[u32]| -> Vec<f32> {
            let z = tensor(vae.shares.behind(&z, labels), images.len(), &device);
            vae.decode(&leaves, z).to_data().iter().collect()
        };
        let (own, other) = (outputs(&labels), outputs(&others));
        assert!(own.iter().zip(&other).all(|(a, b)| a != b), "{network:?}");

        let traced = Device::flex().autodiff();
        let leaves = vae.params.leaves(&traced);
        let mut gradients = cost(&vae, &leaves, &seen, images.len(), &traced).backward();
        let gradient = vae.params.gradient(&leaves, &mut gradients);
        // By what labels add to images, and by the first weight of the decoder, whose last rows are of labels.
        let first = vae
            .params
            .entries()
            .iter()
            .position(|e| e.name.starts_with("decoder.") && e.name.ends_with(".weight"));
        let label = vae.params.entries().iter().position(|entry| entry.name == "encoder.label");
        for place in [label.unwrap(), first.unwrap()] {
            let entry = &vae.params.entries()[place];
            let rows = entry.shape[0].min(10);
            let at =
                entry.offset + entry.len() - entry.len() / entry.shape[0] * rows..entry.offset + entry.len();
            let slopes: Vec<f64> =
                gradient[place][at.start - entry.offset..].iter().map(|&g| f64::from(g)).collect();
            let length = slopes.iter().map(|g| g * g).sum::<f64>().sqrt();
            let moved = |h: f64| -> f64 {
                let mut moved = vae.clone();
                let values = moved.params.values_mut()[at.clone()].iter_mut().zip(&slopes);
                values.for_each(|(value, g)| *value += (h * g / length) as f32);
                let leaves = moved.params.leaves(&device);
                cost(&moved, &leaves, &seen, images.len(), &device).to_data().iter::<f64>().sum()
            };
            let quotient = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
            // The error of a central difference is a third of the difference to the one at twice the step; costs of some 300 nats round
            // in a few of their units.
            let (near, far) = (quotient(0.1), quotient(0.2));
            let slack = (near - far).abs() + 10.0 * 300.0 * f64::from(f32::EPSILON) / 0.1;
            assert!(slack < 0.2 * length, "{} {network:?} tells nothing: {slack} of {length}", entry.name);
            assert!((near - length).abs() < slack, "{} {network:?}: {near} {length} ± {slack}", entry.name);
        }
    }
}

fn learner(set: &ImageSet, network: ImageNetwork, samples: usize, seed: u64) -> ImageLearner<'_> {
    let mut vae = told(set, network, seed);
    vae.config.objective.samples = samples;
    let (train, held_out): (Vec<u32>, Vec<u32>) = (0..set.len() as u32).partition(|image| image % 10 != 0);
    let (sizes, adam) = ([128, 2], AdamConfig::default());
    ImageLearner::new(vae, set, [train, held_out], sizes, adam, Noise::new(seed), Device::flex())
}

#[test]
fn training_with_labels_gives_the_same_bytes_on_any_number_of_threads_and_after_a_pause() {
    let (set, workers) = (digits(None), Threads::new(2).unwrap());
    for (network, samples) in [(networks().remove(0), 1), (networks().remove(2), 3)] {
        let learner = || learner(&set, network.clone(), samples, 7);
        let (mut alone, mut many) = (learner(), learner());
        for step in 0..4 {
            let (one, two) = (alone.step(step, 1e-3, &Alone), many.step(step, 1e-3, &workers));
            assert_eq!(one.unwrap(), two.unwrap());
        }
        assert_eq!(alone.validate(&Alone), many.validate(&workers));
        let mut resumed = learner();
        assert!(resumed.restore(alone.state()));
        alone.step(4, 1e-3, &Alone).unwrap();
        resumed.step(4, 1e-3, &workers).unwrap();
        assert_eq!(alone.vae.params.values(), resumed.vae.params.values());
    }
}

#[test]
fn a_model_that_is_told_labels_learns_what_each_is() {
    let (set, workers) = (digits(None), Threads::new(2).unwrap());
    for seed in [1, 2] {
        let mut learner =
            learner(&set, ImageNetwork { hidden: vec![64], ..ImageNetwork::default() }, 1, seed);
        for step in 0..400 {
            learner.step(step, 2e-3, &workers).unwrap();
        }
        // The mean image of each label, of the set and as drawn: nearer to that of its own label than to any other.
        let (values, names) = (set.shape().values(), set.labels().unwrap().names.len());
        let mean = |images: &[f32]| -> Vec<f64> {
            let n = (images.len() / values) as f64;
            (0..values)
                .map(|i| images[i..].iter().step_by(values).map(|&x| f64::from(x)).sum::<f64>() / n)
                .collect()
        };
        let pixels = Pixels::of(&learner.vae, &set, Noise::new(seed));
        let codes = &set.labels().unwrap().codes;
        let of_set: Vec<Vec<f64>> = (0..names as u32)
            .map(|label| {
                let of_label: Vec<u32> =
                    (0..set.len() as u32).filter(|&i| codes[i as usize] == label).collect();
                mean(&pixels.grey(&of_label).unwrap())
            })
            .collect();
        for label in 0..names {
            let drawn = draw_images(
                &learner.vae,
                [0, 200],
                Shown::Expected,
                Some(label as u32),
                &Noise::new(9),
                &workers,
            );
            assert_eq!(drawn.labels, [label as u32; 200]);
            let drawn = mean(&drawn.values);
            let distance =
                |other: &Vec<f64>| other.iter().zip(&drawn).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
            let distances: Vec<f64> = of_set.iter().map(distance).collect();
            let nearest = (0..names).min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
            assert_eq!(nearest, Some(label), "seed {seed}: {distances:?}");
        }
    }
}

#[test]
fn labels_of_draws_come_as_often_as_fitted_and_an_image_is_the_same_wherever_a_sample_begins() {
    let (set, workers) = (digits(None), Threads::new(2).unwrap());
    let mut vae = told(&set, ImageNetwork { hidden: vec![16], ..ImageNetwork::default() }, 1);
    let shares = [0.5, 0.0, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05];
    vae.shares = LabelShares::from(shares.to_vec());
    for seed in [1, 2, 3] {
        let draw = |range, label| draw_images(&vae, range, Shown::Drawn, label, &Noise::new(seed), &workers);
        let DrawnImages { values, labels } = draw([0, 2000], None);
        let some = draw([700, 300], None);
        assert_eq!((&values[700 * 64..1000 * 64], &labels[700..1000]), (&some.values[..], &some.labels[..]));
        for (label, share) in shares.iter().enumerate() {
            let found = labels.iter().filter(|&&l| l as usize == label).count() as f64 / 2000.0;
            // One of 30 normal statistics is above 4.5 once in 5,000 times.
            assert!(
                (found - share).abs() <= 4.5 * (share * (1.0 - share) / 2000.0f64).sqrt(),
                "{label}: {found}"
            );
        }
        // The label of an image is drawn apart from its pixels: those with the label drawn are those with it given.
        let given = draw([0, 2000], Some(0));
        let first = labels.iter().position(|&label| label == 0).unwrap();
        assert_eq!(values[first * 64..(first + 1) * 64], given.values[first * 64..(first + 1) * 64]);
    }
}
