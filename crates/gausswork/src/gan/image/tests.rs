//! Tests of the players of a game of images.

use burn::tensor::{Device, Tensor, TensorData};

use super::super::tests::{ROUNDING, normal, numbers};
use super::super::{
    Discriminator, DiscriminatorConfig, Field, Gan, GanConfig, Mode, Normalisation, PenalisedRows, Penalty,
    PenaltyKind, Seen,
};
use super::*;
use crate::data::image::{Channels, ImageFrame, ImageShape};
use crate::layout::Layout;
use crate::learner::Alone;
use crate::nn::image::{Architecture, Normalised};
use crate::nn::{Nonlinearity, Params};
use crate::noise::{Noise, Stream};
use crate::train::Threads;

const SHAPE: ImageShape = ImageShape { height: 9, width: 8, channels: Channels::Rgb };

/// Features of a pixel. Of three, some pixel's lie so close together that a normalisation over them bends within a difference quotient's
/// step; of twelve, none do.
const WIDTH: usize = 12;

/// Every architecture, with and without spectral normalisation; smooth, so that a difference quotient sees no kink.
fn configurations(pac: usize) -> Vec<DiscriminatorConfig> {
    let mut all = Vec::new();
    for architecture in Architecture::ALL {
        for (normalisation, normalised) in
            [(Normalisation::None, Normalised::Layer), (Normalisation::Spectral, Normalised::None)]
        {
            let images = ImageDiscriminatorConfig {
                architecture: Some(architecture),
                hidden: vec![WIDTH],
                width: WIDTH,
                normalisation: normalised,
                nonlinearity: Nonlinearity::Silu,
            };
            all.push(DiscriminatorConfig { pac, normalisation, images, ..DiscriminatorConfig::default() });
        }
    }
    all
}

fn network(config: &DiscriminatorConfig, labels: usize) -> (Discriminator, Params) {
    let mut params = Params::default();
    let network =
        Discriminator::new(&mut params, Seen::Images(SHAPE, labels), config.clone(), &Noise::new(3));
    (network, params)
}

/// Images and, of some, labels behind them.
fn rows(step: u64, count: usize, labels: usize) -> Tensor<2> {
    let device = Device::flex();
    let images = normal(step, [count, SHAPE.values()], &device).mul_scalar(0.5);
    if labels == 0 {
        return images;
    }
    let one_hot = (0..count * labels).map(|i| f32::from(u8::from(i / labels % labels == i % labels)));
    let one_hot = TensorData::new(one_hot.collect::<Vec<f32>>(), [count, labels]);
    Tensor::cat(vec![images, Tensor::from_data(one_hot, &device)], 1)
}

#[test]
fn a_tangent_is_the_directional_derivative_of_the_logit() {
    for (pac, labels) in [(1, 0), (2, 0), (1, 3)] {
        for config in configurations(pac) {
            let (discriminator, params) = network(&config, labels);
            let leaves = params.leaves(&Device::flex());
            let (x, mut t) = (rows(0, 6, labels), rows(1, 6, labels));
            if labels > 0 {
                let flat = Tensor::zeros([6, labels], &Device::flex());
                t = Tensor::cat(vec![t.narrow(1, 0, SHAPE.values()), flat], 1);
            }
            let (value, along) = discriminator.jvp(&leaves, x.clone(), t.clone(), Mode::Evaluate);
            assert_eq!(value.dims(), [6 / pac, 1]);
            let alone = numbers(discriminator.logits(&leaves, x.clone(), Mode::Evaluate));
            for (a, b) in numbers(value).iter().zip(alone) {
                assert!((a - b).abs() < 100.0 * ROUNDING * (1.0 + b.abs()), "{config:?}: {a} {b}");
            }
            let x = Tensor::from_inner(x).require_grad();
            let logits = discriminator.logits(&leaves, x.clone(), Mode::Evaluate);
            let gradient = x.grad_remove(&mut logits.sum().backward()).expect("the gradient by the images");
            let width = SHAPE.values() + labels;
            let products = (gradient * t).reshape([6 / pac, width * pac]);
            let sizes = numbers(products.clone().abs().sum_dim(1));
            for ((found, exact), size) in numbers(along).iter().zip(numbers(products.sum_dim(1))).zip(sizes) {
                // A dozen layers of sums of at most a few hundred numbers, each within a few roundings of terms of this size.
                assert!(
                    (found - exact).abs() < 500.0 * ROUNDING * (0.1 + size),
                    "{config:?}: {found} {exact}"
                );
            }
        }
    }
}

#[test]
fn gradients_of_penalties_are_those_of_finite_differences() {
    for (pac, labels) in [(1, 0), (2, 0), (1, 3)] {
        for config in configurations(pac) {
            let (discriminator, params) = network(&config, labels);
            let mix = Tensor::<2>::ones([4 / pac, 1], &Device::flex()).mul_scalar(0.4);
            let rows =
                PenalisedRows { real: rows(0, 4, labels), fake: rows(1, 4, labels), mix, condition: labels };
            for kind in [PenaltyKind::R1, PenaltyKind::R2, PenaltyKind::Gradient] {
                let penalty = Penalty { kind, weight: 2.0, every: 1, last: None };
                let penalised = |params: &Params| {
                    let leaves = params.leaves(&Device::flex().autodiff());
                    let plain = params.leaves(&Device::flex());
                    let found = penalty
                        .of(&discriminator, [&leaves, &plain], rows.clone(), Mode::Evaluate)
                        .expect("a penalty");
                    let gradient = params.gradient(&leaves, &mut found.surrogate.backward()).concat();
                    (gradient, found.value, found.norm)
                };
                let (gradient, value, norm) = penalised(&params);
                let length = gradient.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
                let along: Vec<f64> = gradient.iter().map(|&g| f64::from(g) / length).collect();
                let quotient = |h: f64| {
                    let at = |h: f64| {
                        let mut moved = params.clone();
                        let values = moved.values_mut().iter_mut().zip(&along);
                        values.for_each(|(value, a)| *value = (f64::from(*value) + h * a) as f32);
                        penalised(&moved).1
                    };
                    (at(h) - at(-h)) / (2.0 * h)
                };
                // The error of a central difference is a third of the difference to the one at twice the step; values round in 200 of
                // their units, and so do the weights that are moved.
                let h = 0.01;
                let (near, far) = (quotient(h), quotient(2.0 * h));
                let rounding = ROUNDING * (200.0 * (value + 8.0 * (1.0 + norm * norm)) + length) / h;
                let slack = (near - far).abs() + rounding;
                assert!(slack < 0.1 * length, "{config:?} {kind:?}: tells nothing, {slack} of {length}");
                assert!((near - length).abs() < slack, "{config:?} {kind:?}: {near} {length} ± {slack}");
            }
        }
    }
}

#[test]
fn spectral_normalisation_makes_every_norm_one() {
    for config in configurations(1).into_iter().filter(|c| c.normalisation == Normalisation::Spectral) {
        let (discriminator, mut params) = network(&config, 2);
        (0..500).for_each(|_| discriminator.advance(&mut params));
        let norms = discriminator.spectral_norms(&params);
        assert_eq!(norms.len(), discriminator.layer_count());
        assert!(norms.iter().all(|(_, norm)| (norm - 1.0).abs() < 1e-3), "{norms:?}");
        // The logit is that of weights divided by hand.
        let (plain, mut divided) =
            network(&DiscriminatorConfig { normalisation: Normalisation::None, ..config.clone() }, 2);
        for entry in divided.entries().to_vec() {
            let values = params.get(params.id(&entry.name).expect("the same weight")).to_vec();
            let norm = match entry.name.strip_suffix(".weight") {
                Some(_) => super::super::spectral::spectral_norm(
                    &values,
                    entry.len() / entry.shape.last().expect("one"),
                ),
                None => 1.0,
            };
            let to = divided.id(&entry.name).expect("a weight");
            let scaled = values.iter().map(|w| (f64::from(*w) / norm) as f32);
            divided.get_mut(to).iter_mut().zip(scaled).for_each(|(to, w)| *to = w);
        }
        let x = rows(0, 3, 2);
        let device = Device::flex();
        let found = numbers(discriminator.logits(&params.leaves(&device), x.clone(), Mode::Evaluate));
        let exact = numbers(plain.logits(&divided.leaves(&device), x, Mode::Evaluate));
        for (found, exact) in found.iter().zip(exact) {
            assert!((found - exact).abs() < 5e-3 * (1.0 + exact.abs()), "{config:?}: {found} {exact}");
        }
    }
}

fn gan_labels(gan: &Gan, count: u64, noise: &Noise) -> Vec<u32> {
    let Field::Images(field) = &gan.field else { unreachable!("a game of images") };
    field.told([0, count], noise)
}

fn game(shares: Vec<f64>, levels: Option<u32>) -> Gan {
    let labels = (0..shares.len()).map(|label| label.to_string()).collect();
    let frame = ImageFrame { shape: SHAPE, range: [0.0, 255.0], levels, labels };
    let mut config = GanConfig::default();
    config.generator.images.width = 4;
    config.generator.latent = Some(5);
    Gan::new(
        config,
        Layout::default(),
        Field::Images(ImageField { frame, shares: shares.into() }),
        &Noise::new(1),
    )
}

#[test]
fn a_drawn_image_depends_on_its_number_alone() {
    let (noise, two) = (Noise::new(4), Threads::new(2).expect("threads"));
    for shares in [Vec::new(), vec![0.25, 0.0, 0.75]] {
        let gan = game(shares.clone(), Some(17));
        let all = draw(&gan, [0, 300], None, &noise, &Alone).expect("images");
        let values = SHAPE.values();
        assert_eq!(all.values.len(), 300 * values);
        assert!(
            all.values
                .iter()
                .all(|x| (0.0..=1.0).contains(x) && (x * 16.0 - (x * 16.0).round()).abs() < 1e-5)
        );
        assert_eq!(draw(&gan, [0, 300], None, &noise, &two).as_ref(), Some(&all));
        let some = draw(&gan, [130, 7], None, &noise, &two).expect("images");
        assert_eq!(some.values[..], all.values[130 * values..137 * values]);
        assert_eq!(some.labels[..], all.labels[if shares.is_empty() { 0..0 } else { 130..137 }]);
        if !shares.is_empty() {
            let thirds = all.labels.iter().filter(|&&label| label == 2).count() as f64 / 300.0;
            // Four standard errors.
            assert!((thirds - 0.75).abs() < 4.0 * (0.75 * 0.25 / 300.0_f64).sqrt(), "{thirds}");
            assert!(all.labels.iter().all(|&label| label != 1));
            let of_one = draw(&gan, [130, 7], Some(0), &noise, &two).expect("images");
            assert_eq!(of_one.labels, [0; 7]);
            assert_ne!(of_one.values, some.values);
        }
        // The same latents and labels give the same images, wherever they stand in a batch.
        let (mut z, told) = (vec![0.0; 300 * 5], gan_labels(&gan, 300, &noise));
        noise.fill_normal_of_steps(Stream::SampleLatent, 0, 5, &mut z);
        assert_eq!(draw_latents(&gan, &z, &told, &two), Some(all.values.clone()));
        let told = told.get(130..137).unwrap_or_default();
        assert_eq!(draw_latents(&gan, &z[130 * 5..137 * 5], told, &Alone), Some(some.values));
    }
}

#[test]
fn shares_of_labels_are_checked() {
    let field = |names: usize, shares: Vec<f64>| {
        let labels = (0..names).map(|label| label.to_string()).collect();
        ImageField {
            frame: ImageFrame { shape: SHAPE, range: [0.0, 1.0], levels: None, labels },
            shares: shares.into(),
        }
        .check()
    };
    assert!(field(3, Vec::new()).is_ok() && field(2, vec![0.5, 0.5]).is_ok());
    for (names, shares) in
        [(3, vec![0.5, 0.5]), (2, vec![0.5, 0.6]), (2, vec![-0.5, 1.5]), (2, vec![f64::NAN, 1.0])]
    {
        assert!(field(names, shares.clone()).is_err(), "{names} {shares:?}");
    }
}
