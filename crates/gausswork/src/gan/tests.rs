//! Tests of the discriminator: its tangents, its packs, its dropout, its spectral norms.

use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::nn::{Leaves, Params};
use crate::noise::{Noise, Stream};

pub(super) const ROUNDING: f64 = f32::EPSILON as f64;

/// Normal numbers, `[rows, columns]`.
pub(super) fn normal(step: u64, [rows, columns]: [usize; 2], device: &Device) -> Tensor<2> {
    let mut values = vec![0.0; rows * columns];
    Noise::new(11).fill_normal(Stream::Test, step, &mut values);
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Every structure with every activation that it uses, both normalisations.
pub(super) fn configurations(pac: usize) -> Vec<DiscriminatorConfig> {
    let mut all = Vec::new();
    for normalisation in [Normalisation::None, Normalisation::Spectral] {
        for activation in Nonlinearity::ALL {
            for layers in [Layers::Residual, Layers::Plain, Layers::Maxout { pieces: 3 }] {
                if activation == Nonlinearity::Silu || !matches!(layers, Layers::Maxout { .. }) {
                    let (width, dropout) = (8, 0.0);
                    let waves = (layers == Layers::Plain).then_some(2);
                    all.push(DiscriminatorConfig {
                        width,
                        layers,
                        activation,
                        pac,
                        dropout,
                        normalisation,
                        blocks: 2,
                        waves,
                        ..DiscriminatorConfig::default()
                    });
                }
            }
        }
    }
    all
}

pub(super) fn network(config: &DiscriminatorConfig, features: usize) -> (Discriminator, Params) {
    let mut params = Params::default();
    let discriminator =
        Discriminator::new(&mut params, Seen::Numbers(features), config.clone(), &Noise::new(3));
    (discriminator, params)
}

fn plain(params: &Params) -> Leaves {
    params.leaves(&Device::flex())
}

#[test]
fn a_tangent_is_the_directional_derivative_of_the_logit() {
    let noise = Noise::new(8);
    let train = Mode::Train { noise: &noise, address: 77 };
    for pac in [1, 2] {
        for mut config in configurations(pac) {
            for (mode, dropout) in [(Mode::Evaluate, 0.0), (train, 0.4)] {
                config.dropout = dropout;
                let (discriminator, params) = network(&config, 5);
                let device = Device::flex();
                let (x, t) = (normal(0, [12, 5], &device), normal(1, [12, 5], &device));
                let (value, along) = discriminator.jvp(&plain(&params), x.clone(), t.clone(), mode);
                let value_alone = discriminator.logits(&plain(&params), x.clone(), mode);
                assert_eq!(value.dims(), [12 / pac, 1]);
                for (a, b) in numbers(value).iter().zip(numbers(value_alone)) {
                    // The same sums in the same order, but for the activation's.
                    assert!((a - b).abs() < 40.0 * ROUNDING * (1.0 + b.abs()), "{config:?}: {a} {b}");
                }
                // The gradient by reverse differentiation, through weights that are not tracked.
                let x = Tensor::from_inner(x).require_grad();
                let logits = discriminator.logits(&plain(&params), x.clone(), mode);
                let gradient = x.grad_remove(&mut logits.sum().backward()).expect("the gradient by the rows");
                let products = (gradient * t).reshape([12 / pac, 5 * pac]);
                let sizes = numbers(products.clone().abs().sum_dim(1));
                for ((found, exact), size) in
                    numbers(along).iter().zip(numbers(products.sum_dim(1))).zip(sizes)
                {
                    // Six layers of sums of at most 10 numbers, each within a few roundings of terms of this size.
                    assert!(
                        (found - exact).abs() < 200.0 * ROUNDING * (0.1 + size),
                        "{config:?}: {found} {exact}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_pack_is_one_long_row() {
    for config in configurations(3) {
        let (packed, params) = network(&config, 4);
        let (long, same) = network(&DiscriminatorConfig { pac: 1, ..config }, 12);
        assert_eq!(params, same);
        let x = normal(0, [9, 4], &Device::flex());
        let of_packs = packed.logits(&plain(&params), x.clone(), Mode::Evaluate);
        let of_rows = long.logits(&plain(&params), x.reshape([3, 12]), Mode::Evaluate);
        assert_eq!(numbers(of_packs), numbers(of_rows));
    }
}

#[test]
fn dropout_depends_on_its_address_and_not_at_all_when_evaluating() {
    let noise = Noise::new(2);
    for mut config in configurations(1) {
        let x = normal(0, [6, 3], &Device::flex());
        let (whole, params) = network(&config, 3);
        config.dropout = 0.5;
        let (thin, same) = network(&config, 3);
        assert_eq!(params, same);
        let at = |mode| numbers(thin.logits(&plain(&params), x.clone(), mode));
        let train = |address| at(Mode::Train { noise: &noise, address });
        assert_eq!(at(Mode::Evaluate), numbers(whole.logits(&plain(&params), x.clone(), Mode::Evaluate)));
        assert_eq!(train(5), train(5));
        assert_ne!(train(5), train(6));
        assert_ne!(train(5), at(Mode::Evaluate));
    }
}

#[test]
fn spectral_norms_are_those_of_the_closed_form_of_two_by_two() {
    let matrices = [[1.0_f32, 0.0, 0.0, 1.0], [3.0, 1.0, -2.0, 0.5], [1e-3, 4.0, 0.0, 1e-3], [0.0; 4]];
    for w in matrices {
        let [a, b, c, d] = w.map(f64::from);
        let (squares, determinant) = (a * a + b * b + c * c + d * d, a * d - b * c);
        let root = (squares * squares - 4.0 * determinant * determinant).max(0.0).sqrt();
        let exact = (0.5 * (squares + root)).sqrt();
        let found = spectral::spectral_norm(&w, 2);
        assert!((found - exact).abs() <= 1e-10 * exact, "{w:?}: {found} {exact}");
    }
    // Of a vector it is the length.
    assert!((spectral::spectral_norm(&[3.0, 4.0], 1) - 5.0).abs() < 1e-12);
    assert!((spectral::spectral_norm(&[3.0, 4.0], 2) - 5.0).abs() < 1e-12);
}

#[test]
fn the_power_iteration_brings_every_norm_to_one() {
    for config in configurations(2).into_iter().filter(|c| c.normalisation == Normalisation::Spectral) {
        let (discriminator, mut params) = network(&config, 7);
        let started = discriminator.spectral_norms(&params);
        // After the first turns σ is below the norm, by little.
        assert!(started.iter().all(|(_, norm)| (0.999_999..1.2).contains(norm)), "{started:?}");
        (0..3000).for_each(|_| discriminator.advance(&mut params));
        for (name, norm) in discriminator.spectral_norms(&params) {
            // The vectors are stored as f32; σ depends on their error to second order, the quotient rounds once or twice.
            assert!((norm - 1.0).abs() < 4.0 * ROUNDING, "{name}: {norm}");
        }
    }
    let (discriminator, params) = network(&DiscriminatorConfig::default(), 7);
    let names: Vec<String> =
        discriminator.spectral_norms(&params).into_iter().map(|(name, _)| name).collect();
    let expected = ["input", "block0.inner", "block0.outer", "block1.inner", "block1.outer", "output"];
    assert_eq!(names, expected.map(|name| format!("discriminator.{name}")));
}

#[test]
fn a_normalised_weight_has_the_gradient_of_the_quotient() {
    // l = x W/σ + b, one layer: ∂l/∂W = (x − (x W/σ) u vᵀ... ) / σ with ∂σ/∂W = u vᵀ; v is ±1 for one output.
    let config = DiscriminatorConfig {
        layers: Layers::Plain,
        blocks: 0,
        normalisation: Normalisation::Spectral,
        ..DiscriminatorConfig::default()
    };
    let (discriminator, params) = network(&config, 3);
    let leaves = params.leaves(&Device::flex().autodiff());
    let x = normal(0, [1, 3], &Device::flex());
    let logit = discriminator.logits(&leaves, x.clone(), Mode::Evaluate);
    let gradient = params.gradient(&leaves, &mut logit.sum().backward());
    let weight: Vec<f64> = params.values()[..3].iter().map(|&w| w.into()).collect();
    let length = weight.iter().map(|w| w * w).sum::<f64>().sqrt();
    let x = numbers(x);
    let along: f64 = x.iter().zip(&weight).map(|(x, w)| x * w / length).sum();
    for ((x, w), found) in x.iter().zip(&weight).zip(&gradient[0]) {
        let exact = (x - along * w / length) / length;
        assert!(
            (f64::from(*found) - exact).abs() < 20.0 * ROUNDING * (1.0 + exact.abs()) / length,
            "{found} {exact}"
        );
    }
    // The bias, and the vectors, which no gradient reaches.
    assert_eq!(gradient[1], [1.0]);
    assert!(gradient[2..].iter().flatten().all(|&g| g == 0.0) && gradient.len() == 4);
}

#[test]
fn configurations_are_read_and_checked() {
    let text = r#"
        width = 64
        layers = { maxout = { pieces = 5 } }
        activation = "leaky-relu"
        normalisation = "spectral"
    "#;
    let config: DiscriminatorConfig = toml::from_str(text).expect("a configuration");
    assert_eq!((config.layers, config.blocks), (Layers::Maxout { pieces: 5 }, 2));
    assert_eq!(
        toml::from_str::<DiscriminatorConfig>(r#"layers = "plain""#).expect("another").layers,
        Layers::Plain
    );
    assert!(toml::from_str::<DiscriminatorConfig>("widht = 3").is_err());
    assert!(config.check().is_ok() && DiscriminatorConfig::default().check().is_ok());
    for wrong in [
        DiscriminatorConfig { pac: 0, ..config.clone() },
        DiscriminatorConfig { dropout: 1.0, ..config.clone() },
        DiscriminatorConfig { dropout: f32::NAN, ..config.clone() },
        DiscriminatorConfig { layers: Layers::Maxout { pieces: 0 }, ..config.clone() },
        DiscriminatorConfig { width: 0, ..config },
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
    }
}
