//! Slopes of every architecture against finite differences, on sides that are odd somewhere on the way.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Architecture, Down, ImageNetwork, Normalised, Up, Upsampling};
use crate::nn::{Init, Leaves, Nonlinearity, Params, Phase};
use crate::noise::{Noise, Stream};

/// Every combination that differs somewhere; smooth nonlinearities, so that differences are no matter of luck.
fn networks() -> Vec<ImageNetwork> {
    let mut all = Vec::new();
    for architecture in Architecture::ALL {
        for normalisation in Normalised::ALL {
            for upsampling in [Upsampling::Transposed, Upsampling::Nearest] {
                let hidden = vec![6, 5];
                let nonlinearity = match normalisation {
                    Normalised::None => Nonlinearity::Silu,
                    _ => Nonlinearity::Tanh,
                };
                // With a layer behind the convolutions and without.
                let dense = if upsampling == Upsampling::Transposed { vec![7] } else { Vec::new() };
                let width = 3;
                let network = ImageNetwork {
                    architecture,
                    hidden,
                    width,
                    dense,
                    normalisation,
                    nonlinearity,
                    upsampling,
                };
                if architecture == Architecture::Strided || upsampling == Upsampling::Transposed {
                    all.push(network);
                }
            }
        }
    }
    all
}

/// Twice odd and once odd: 9 → 4, 11 → 5; two channels of colour are three.
const IMAGE: [usize; 3] = [9, 11, 3];
const VALUES: usize = 9 * 11 * 3;
const BATCH: usize = 3;

fn normals(address: u64, columns: usize, device: &Device) -> Tensor<2> {
    let mut values = vec![0.0; BATCH * columns];
    Noise::new(11).fill_normal(Stream::Test, address, &mut values);
    Tensor::from_data(TensorData::new(values, [BATCH, columns]), device)
}

fn number(x: Tensor<1>) -> f64 {
    x.to_data().iter::<f64>().sum()
}

/// `y(x)` of a network, and with a direction its tangent.
type Forward<'a> = dyn Fn(&Leaves, Tensor<2>) -> Tensor<2> + 'a;
type Tangent<'a> = dyn Fn(&Leaves, Tensor<2>, Tensor<2>) -> (Tensor<2>, Tensor<2>) + 'a;

/// Holds the slopes of `Σ w y` by the weights and by `x`, along random directions, to central differences, and the tangent to both.
fn check(name: &str, params: &mut Params, inputs: usize, forward: &Forward<'_>, tangent: &Tangent<'_>) {
    // Away from where normalisations and biases start.
    let noise = Noise::new(5);
    let mut more = vec![0.0; params.values().len()];
    noise.fill_normal(Stream::Test, 99, &mut more);
    params.values_mut().iter_mut().zip(&more).for_each(|(value, more)| *value += 0.1 * more.abs());
    let (plain, tracked) = (Device::flex(), Device::flex().autodiff());
    let (x, t) = (normals(1, inputs, &plain), normals(2, inputs, &plain));
    let y = forward(&params.leaves(&plain), x.clone());
    let weights = normals(3, y.dims()[1], &plain);
    let value =
        |params: &Params, x: Tensor<2>| number((forward(&params.leaves(&plain), x) * weights.clone()).sum());
    let size = number((y * weights.clone()).abs().sum());
    // Differences over two steps; the error of the better one in h² is a third of their difference, and single precision leaves
    // its values ten roundings or so.
    let held = |what: &str, slope: f64, size: f64, at: &dyn Fn(f64) -> f64| {
        let h = 1e-2;
        let [far, near] = [h, 0.5 * h].map(|h| (at(h) - at(-h)) / (2.0 * h));
        let slack = (near - far).abs() + 1e-2 * near.abs() + 1e-6 * size / h;
        assert!((slope - near).abs() < slack, "{name}, {what}: {slope}, by differences {near} and {far}");
    };
    let traced = x.clone().autodiff().require_grad();
    let leaves = params.leaves(&tracked);
    let loss = (forward(&leaves, traced.clone()) * weights.clone().autodiff()).sum();
    let mut gradients = loss.backward();
    // By x, along t.
    let of_x = traced.grad(&gradients).expect("a gradient");
    let slope = number((of_x * t.clone()).sum());
    held("by x", slope, size, &|by| value(params, x.clone() + t.clone().mul_scalar(by)));
    let (same, along) = tangent(&params.leaves(&plain), x.clone(), t.clone());
    assert!((number((same * weights.clone()).sum()) - value(params, x.clone())).abs() < 1e-5 * size + 1e-5);
    let of_along = number((along.clone() * weights.clone()).abs().sum());
    let along = number((along * weights.clone()).sum());
    assert!((along - slope).abs() < 1e-4 * (size + slope.abs()), "{name} tangent: {along} {slope}");
    // By the weights, parameter by parameter, each along a direction of its own.
    let of_weights = params.gradient(&leaves, &mut gradients);
    let second = {
        let leaves = params.leaves(&tracked);
        let (_, along) = tangent(&leaves, x.clone().autodiff(), t.clone().autodiff());
        let mut gradients = (along * weights.clone().autodiff()).sum().backward();
        params.gradient(&leaves, &mut gradients)
    };
    for (i, entry) in params.entries().to_vec().iter().enumerate() {
        if entry.name.ends_with("running") {
            continue;
        }
        let mut direction = vec![0.0; entry.len()];
        noise.fill_normal(Stream::Test, i as u64, &mut direction);
        let length = (entry.len() as f64).sqrt();
        let moved = |by: f64| {
            let mut params = params.clone();
            let range = entry.offset..entry.offset + entry.len();
            let values = params.values_mut()[range].iter_mut().zip(&direction);
            values.for_each(|(value, d)| *value += (by / length) as f32 * d);
            params
        };
        let dot = |g: &[f32]| {
            g.iter().zip(&direction).map(|(g, d)| f64::from(*g) * f64::from(*d)).sum::<f64>() / length
        };
        let what = format!("by {}", entry.name);
        held(&what, dot(&of_weights[i]), size, &|by| value(&moved(by), x.clone()));
        held(&format!("t {what}"), dot(&second[i]), size + of_along, &|by| {
            let (_, along) = tangent(&moved(by).leaves(&plain), x.clone(), t.clone());
            number((along * weights.clone()).sum())
        });
    }
}

#[test]
fn slopes_of_every_architecture_are_finite_differences() {
    for config in networks() {
        for phase in [Phase::Train, Phase::Evaluate] {
            let noise = Noise::new(2);
            let mut params = Params::default();
            let down = Down::new(&mut params, "down", &config, IMAGE, 4, 1.0, &noise);
            let forward = |leaves: &Leaves, x| down.forward(leaves, x, phase).0;
            let tangent = |leaves: &Leaves, x, t| down.tangent(leaves, x, t, phase);
            check(&format!("down {phase:?} {config:?}"), &mut params, VALUES, &forward, &tangent);
            let mut params = Params::default();
            let start = (Init::Zeros, 1.0);
            let up = Up::new(&mut params, "up", &config, 4, (IMAGE, 2), start, &noise);
            let forward = |leaves: &Leaves, x| up.forward(leaves, x, phase).0;
            let tangent = |leaves: &Leaves, x, t| up.tangent(leaves, x, t, phase);
            check(&format!("up {phase:?} {config:?}"), &mut params, 4, &forward, &tangent);
        }
    }
}

#[test]
fn images_of_every_shape_have_networks() {
    let device = Device::flex();
    for config in networks() {
        for image in [[28, 28, 1], [28, 20, 1], [32, 32, 3], [8, 8, 1], [5, 3, 1], [1, 1, 3], [19, 40, 3]] {
            let values: usize = image.iter().product();
            let (mut params, mut outline) = (Params::default(), Params::outline());
            let noise = Noise::new(1);
            for params in [&mut params, &mut outline] {
                Down::new(params, "down", &config, image, 6, 0.1, &noise);
                Up::new(params, "up", &config, 4, (image, 2), (Init::Zeros, 0.1), &noise);
            }
            assert_eq!(params.shapes(), outline.shapes());
            assert!(outline.values().is_empty());
            let mut params = Params::default();
            let down = Down::new(&mut params, "down", &config, image, 6, 0.1, &noise);
            let base: Vec<f32> = (0..2 * values).map(|i| i as f32).collect();
            let up =
                Up::new(&mut params, "up", &config, 4, (image, 2), (Init::Values(base.clone()), 0.0), &noise);
            let leaves = params.leaves(&device);
            let (y, seen) = down.forward(&leaves, normals(1, values, &device), Phase::Train);
            assert_eq!(y.dims(), [BATCH, 6]);
            let sums = down.sums(seen);
            assert!(down.update(&mut params, &sums).is_empty());
            // Where the last layer gives nothing, the base is what comes out, plane by plane.
            let (x, _) = up.forward(&leaves, normals(2, 4, &device), Phase::Evaluate);
            assert_eq!(x.to_data().iter::<f32>().collect::<Vec<f32>>(), base.repeat(BATCH));
        }
    }
}

#[test]
fn planes_lie_one_after_the_other() {
    let noise = Noise::new(1);
    let device = Device::flex();
    let config = ImageNetwork { architecture: Architecture::Strided, width: 4, ..ImageNetwork::default() };
    let mut params = Params::default();
    let up = Up::new(&mut params, "up", &config, 2, ([8, 8, 3], 2), (Init::Zeros, 1.0), &noise);
    // Channels 3, 4, 5 of the last convolution are the second plane.
    let entry = params.entries().iter().find(|entry| entry.name == "up.output.weight").cloned();
    let entry = entry.expect("the last layer");
    let range = entry.offset..entry.offset + entry.len();
    // `[kernel, kernel, channels, features]`.
    for (i, weight) in params.values_mut()[range].iter_mut().enumerate() {
        *weight = if i / 4 % 6 >= 3 { *weight } else { 0.0 };
    }
    let (x, _) = up.forward(&params.leaves(&device), normals(1, 2, &device), Phase::Evaluate);
    let x: Vec<f32> = x.to_data().iter().collect();
    for image in x.chunks_exact(2 * 192) {
        assert!(image[..192].iter().all(|&x| x == 0.0) && image[192..].iter().any(|&x| x != 0.0));
    }
}
