//! Estimators of the encoder's gradient where the posterior is known: a linear decoder with orthogonal columns.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use burn::tensor::{Device, Tensor, TensorData};

use super::gradient;
use crate::data::image::{Channels, ImageShape, LabelShares};
use crate::nn::Nonlinearity;
use crate::nn::image::ImageNetwork;
use crate::noise::{Noise, Stream};
use crate::vae::image::{EncoderGradient, Family, ImageFrame, ImageVae, ImageVaeConfig, Moments, Sigma};

const SIGMA: f64 = 0.4;
const IMAGES: usize = 6;
const ENCODER: usize = 2;

/// `p(x|z) = N(b + W z, σ² I)` with `W` of orthogonal columns w_d, whose posterior is `N(s_d w_d·(x − b)/σ², s_d)` with
/// `1/s_d = 1 + |w_d|²/σ²`; the encoder says just that, and something else by `off`.
fn linear(samples: usize, through: EncoderGradient, off: f32) -> ImageVae {
    let mut config = ImageVaeConfig {
        latent: Some(2),
        network: ImageNetwork::perceptron(&[], Nonlinearity::Relu),
        likelihood: Family::Gaussian,
        sigma: Sigma::Fixed(SIGMA),
        ..ImageVaeConfig::default()
    };
    config.objective.samples = samples;
    config.objective.gradient = Some(through);
    let shape = ImageShape { height: 2, width: 2, channels: Channels::Grey };
    let frame = ImageFrame { shape, range: [0.0, 1.0], levels: None, labels: Vec::new() };
    let mut vae = ImageVae::new(config, frame, LabelShares::none(), &Moments::none(4), &Noise::new(1));
    let [w, b] = [[[0.5, 0.3, 0.0, 0.0], [0.0, 0.0, 0.4, -0.6f32]].concat(), vec![0.4, 0.5, 0.6, 0.3f32]];
    let variance = SIGMA.powi(2) as f32;
    let mut weight = vec![0.0; 4 * 4];
    let mut bias = vec![0.0; 4];
    for d in 0..2 {
        let column = &w[4 * d..4 * d + 4];
        let spread = 1.0 / (1.0 + column.iter().map(|w| w * w).sum::<f32>() / variance);
        for i in 0..4 {
            // The encoder sees 2x − 1.
            weight[4 * i + d] = spread * column[i] / variance * 0.5;
            bias[d] += spread * column[i] / variance * (0.5 - b[i]);
        }
        bias[2 + d] = spread.ln();
    }
    let mut noise = vec![0.0; 20];
    Noise::new(2).fill_normal(Stream::Test, 0, &mut noise);
    weight.iter_mut().chain(&mut bias).zip(noise).for_each(|(value, noise)| *value += off * noise);
    let given = [("encoder.output.weight", weight), ("encoder.output.bias", bias)]
        .into_iter()
        .chain([("decoder.output.weight", w), ("decoder.output.bias", b)]);
    for (name, values) in given {
        let entry = vae.params.entries().iter().find(|entry| entry.name == name).unwrap();
        let at = entry.offset..entry.offset + values.len();
        vae.params.values_mut()[at].copy_from_slice(&values);
    }
    vae
}

/// The gradient by every weight with the random numbers of a step, and whether it is of the encoder.
fn of_step(vae: &ImageVae, noise: &Noise, step: u64, beta: f64) -> (Vec<f64>, Vec<f64>) {
    let device = Device::flex().autodiff();
    let mut x = vec![0.0; 4 * IMAGES];
    Noise::new(3).fill_uniform(Stream::Test, 7, &mut x);
    let rows = IMAGES * vae.config.objective.samples;
    let mut epsilon = vec![0.0; 2 * rows];
    noise.fill_normal(Stream::Test, step, &mut epsilon);
    let x = Tensor::<2>::from_data(TensorData::new(x, [IMAGES, 4]), &device);
    let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [rows, 2]), &device);
    let (found, _) = gradient(vae, &vae.params.leaves(&device), x, epsilon, beta, IMAGES as f64);
    let flat = |part: &[Vec<f32>]| part.iter().flatten().map(|&g| f64::from(g)).collect();
    (flat(&found[..ENCODER]), flat(&found[ENCODER..]))
}

/// Mean and standard error of each column.
fn moments(rows: &[Vec<f64>]) -> Vec<[f64; 2]> {
    let n = rows.len() as f64;
    let of = |i: usize| {
        let mean = rows.iter().map(|row| row[i]).sum::<f64>() / n;
        let variance = rows.iter().map(|row| (row[i] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        [mean, (variance / n).sqrt()]
    };
    (0..rows[0].len()).map(of).collect()
}

#[test]
fn estimators_agree_on_average_and_the_reparameterised_ones_vary_less() {
    use EncoderGradient::{DoublyReparameterised, StickingTheLanding, Total};
    for seed in [1, 2, 3] {
        for (samples, through, beta) in [
            (1, StickingTheLanding, 1.0),
            (1, DoublyReparameterised, 1.0),
            (4, DoublyReparameterised, 1.0),
            (4, DoublyReparameterised, 0.5),
        ] {
            // Of one sample the total gradient has its rate in closed form and varies little itself; far from the posterior all vary.
            let (plain, other) = (linear(samples, Total, 0.1), linear(samples, through, 0.1));
            let noise = Noise::new(seed);
            let both = (0..700).map(|step| {
                let (of_plain, of_other) =
                    (of_step(&plain, &noise, step, beta), of_step(&other, &noise, step, beta));
                if samples > 1 {
                    for (a, b) in of_plain.1.iter().zip(&of_other.1) {
                        assert!((a - b).abs() < 1e-4 * (1.0 + a.abs()), "the decoder's: {a} {b}");
                    }
                }
                (of_plain.0, of_other.0)
            });
            let (of_plain, of_other): (Vec<_>, Vec<_>) = both.unzip();
            let differences: Vec<Vec<f64>> = (of_plain.iter().zip(&of_other))
                .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect())
                .collect();
            // 20 weights, 12 rounds: one of 240 normal statistics is above 4.5 once in 600 times.
            for (i, [mean, error]) in moments(&differences).into_iter().enumerate() {
                assert!(
                    mean.abs() < 4.5 * error + 1e-6,
                    "{through:?} of {samples}, weight {i}: {mean} ± {error}"
                );
            }
            let (plain, other) = (moments(&of_plain), moments(&of_other));
            assert!(other.iter().any(|[mean, error]| mean.abs() > 8.0 * error), "there is something to find");
            let variance = |of: &[[f64; 2]]| of.iter().map(|[_, error]| error * error).sum::<f64>();
            assert!(
                samples == 1 || variance(&other) < variance(&plain),
                "{through:?} of {samples} at {beta}"
            );
        }
    }
}

#[test]
fn nothing_varies_where_the_encoder_is_the_posterior() {
    let noise = Noise::new(5);
    for samples in [1, 4] {
        for through in [EncoderGradient::StickingTheLanding, EncoderGradient::DoublyReparameterised] {
            let vae = linear(samples, through, 0.0);
            for step in 0..20 {
                let (of_encoder, of_decoder) = of_step(&vae, &noise, step, 1.0);
                let greatest = |of: &[f64]| of.iter().fold(0.0f64, |most, g| most.max(g.abs()));
                // Slopes up to |w|/σ² |x| and 1/s |z − μ|, which cancel but for the rounding of some ten operations.
                assert!(greatest(&of_encoder) < 2e-5, "{through:?}: {of_encoder:?}");
                assert!(greatest(&of_decoder) > 1e-2);
            }
        }
        let vae = linear(samples, EncoderGradient::Total, 0.0);
        let (of_encoder, _) = of_step(&vae, &noise, 0, 1.0);
        assert!(of_encoder.iter().any(|g| g.abs() > 1e-3), "the total gradient of {samples} varies there");
    }
}
