//! Each fused operation against its plain version: values, the gradients that Burn takes of the plain one, and the plain
//! gradients that other devices use.

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::{Shape, TensorData};

use super::batch_norm::Normalisation;
use super::*;

mod heads;
mod maxout;

type Traced = Autodiff<Flex>;
type Plain = FloatTensor<Flex>;

/// Numbers within ±1, different for each salt.
fn numbers(shape: &[usize], salt: usize) -> Plain {
    let len = shape.iter().product();
    let values: Vec<f32> = (0..len).map(|i| ((i * 7919 + salt * 31) % 1009) as f32 / 505.0 - 0.999).collect();
    Plain::from_data(TensorData::new(values, Shape::from(shape.to_vec())))
}

fn values(x: Plain) -> (Shape, Vec<f64>) {
    let shape = x.shape();
    (shape, x.into_data().iter::<f64>().collect())
}

/// Compares tensors, each within `slack` of the other; the same shape.
fn same(name: &str, found: Plain, expected: Plain, slack: f64) {
    let ((of_found, found), (of_expected, expected)) = (values(found), values(expected));
    assert_eq!(of_found, of_expected, "{name}");
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!((found - expected).abs() <= slack, "{name} at {at}: {found} {expected} {slack:e}");
    }
}

/// Compares two functions of tensors of these shapes: their values, and their gradients along some direction.
fn compare(
    name: &str,
    shapes: &[&[usize]],
    slack: f64,
    fused: impl Fn(Vec<FloatTensor<Traced>>) -> FloatTensor<Traced>,
    plain: impl Fn(Vec<FloatTensor<Traced>>) -> FloatTensor<Traced>,
) {
    let run = |f: &dyn Fn(Vec<FloatTensor<Traced>>) -> FloatTensor<Traced>| {
        let leaf =
            |(i, shape): (usize, &&[usize])| FloatTensor::<Traced>::new(numbers(shape, i)).require_grad();
        let leaves: Vec<_> = shapes.iter().enumerate().map(leaf).collect();
        let y = f(leaves.clone());
        let direction = FloatTensor::<Traced>::new(numbers(&y.shape(), 9));
        let value = y.primitive().clone();
        let gradients = Traced::float_sum(Traced::float_mul(y, direction)).backward();
        let gradient = |leaf: &FloatTensor<Traced>| leaf.grad(&gradients).expect("a gradient");
        (value, leaves.iter().map(gradient).collect::<Vec<_>>())
    };
    let ((of_fused, by_fused), (of_plain, by_plain)) = (run(&fused), run(&plain));
    same(name, of_fused, of_plain, slack);
    for (i, (fused, plain)) in by_fused.into_iter().zip(by_plain).enumerate() {
        same(&format!("{name}, gradient {i}"), fused, plain, slack);
    }
}

/// n products of numbers up to 1 in any order: n roundings of sums up to n, twice.
fn sums(n: usize) -> f64 {
    let n = n.max(4) as f64;
    2.0 * n * n * f64::from(f32::EPSILON) / 2.0
}

#[test]
fn activations_agree() {
    for activation in Activation::ALL {
        for shape in [&[7_usize, 5][..], &[1, 1, 1], &[3, 100], &[0, 4]] {
            let name = format!("{activation:?}");
            let slack = 20.0 * f64::from(f32::EPSILON);
            if shape[0] > 0 {
                compare(
                    &name,
                    &[shape],
                    slack,
                    |x| Traced::fused_activation(x[0].clone(), activation),
                    |x| activation::plain::<Traced>(x[0].clone(), activation),
                );
            }
            let (kept, g) = (numbers(shape, 1), numbers(shape, 2));
            let fused = Flex::fused_activation_gradient(kept.clone(), g.clone(), activation);
            same(&name, fused, activation::plain_gradient::<Flex>(kept, g, activation), slack);
        }
    }
}

#[test]
fn linear_layers_agree() {
    for activation in Activation::ALL {
        for [rows, input, output] in [[1, 1, 1], [5, 3, 17], [33, 20, 2]] {
            compare(
                &format!("{activation:?}"),
                &[&[rows, input], &[input, output], &[output]],
                4.0 * sums(rows.max(input).max(output)),
                |x| Traced::fused_linear(x[0].clone(), x[1].clone(), x[2].clone(), activation),
                |x| linear::plain::<Traced>(x[0].clone(), x[1].clone(), x[2].clone(), activation),
            );
        }
    }
    compare(
        "per span",
        &[&[3, 5, 4], &[3, 4, 6], &[3, 6]],
        4.0 * sums(6),
        |x| Traced::fused_linear(x[0].clone(), x[1].clone(), x[2].clone(), Activation::Silu),
        |x| linear::plain::<Traced>(x[0].clone(), x[1].clone(), x[2].clone(), Activation::Silu),
    );
    let empty =
        Flex::fused_linear(numbers(&[0, 3], 0), numbers(&[3, 2], 1), numbers(&[2], 2), Activation::Relu);
    assert_eq!(empty.shape(), Shape::from(vec![0, 2]));
}

#[test]
fn biases_agree() {
    for activation in Activation::ALL {
        for shape in [&[2_usize, 3, 4, 5][..], &[7, 1], &[1, 9]] {
            let columns = shape[shape.len() - 1];
            compare(
                &format!("{activation:?}"),
                &[shape, &[columns]],
                sums(shape.iter().product::<usize>() / columns),
                |x| Traced::fused_bias(x[0].clone(), x[1].clone(), activation),
                |x| bias::plain::<Traced>(x[0].clone(), x[1].clone(), activation),
            );
        }
    }
}

/// A window, the batch, the image's height and width, channels and features.
const CONVOLUTIONS: [(Window, [usize; 5]); 7] = {
    const fn window(kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Window {
        Window { kernel, stride, padding }
    }
    [
        (window([4, 4], [2, 2], [1, 1]), [3, 8, 8, 5, 7]),
        (window([4, 4], [2, 2], [1, 1]), [2, 9, 7, 16, 3]),
        (window([3, 3], [1, 1], [1, 1]), [2, 5, 6, 17, 4]),
        (window([1, 1], [1, 1], [0, 0]), [2, 3, 2, 50, 6]),
        (window([1, 1], [1, 1], [0, 0]), [1, 1, 1, 1, 1]),
        (window([2, 3], [3, 1], [0, 2]), [2, 7, 4, 20, 3]),
        (window([3, 3], [2, 2], [0, 0]), [1, 6, 8, 2, 33]),
    ]
};

#[test]
fn convolutions_agree() {
    for (window, [batch, height, width, channels, features]) in CONVOLUTIONS {
        let [rows, columns] = window.positions([height, width]).expect("fits");
        let name = format!("{window:?} {height} {width} {channels} {features}");
        let (image, low) = ([batch, height, width, channels], [batch, rows, columns, features]);
        let weight = [window.kernel[0], window.kernel[1], channels, features];
        let area = window.kernel[0] * window.kernel[1];
        let slack = sums((area * channels.max(features)).max(batch * rows * columns));
        compare(
            &name,
            &[&image, &weight],
            slack,
            |x| Traced::fused_convolution(x[0].clone(), x[1].clone(), window),
            |x| convolution::plain::<Traced>(x[0].clone(), x[1].clone(), window),
        );
        let size = [height, width];
        compare(
            &name,
            &[&low, &weight],
            slack,
            |x| Traced::fused_transposed_convolution(x[0].clone(), x[1].clone(), window, size),
            |x| convolution::plain_transposed::<Traced>(x[0].clone(), x[1].clone(), window, size),
        );
        let (x, g) = (numbers(&image, 1), numbers(&low, 2));
        let fused = Flex::fused_convolution_weight_gradient(x.clone(), g.clone(), window);
        same(&name, fused, convolution::plain_weight_gradient::<Flex>(x, g, window), slack);
    }
}

#[test]
fn empty_batches_are_convolved() {
    let (window, weight) = (Window::square(4, 2, 1), numbers(&[4, 4, 2, 3], 1));
    let y = Flex::fused_convolution(numbers(&[0, 8, 8, 2], 0), weight.clone(), window);
    assert_eq!(y.shape(), Shape::from(vec![0, 4, 4, 3]));
    let x = Flex::fused_transposed_convolution(y.clone(), weight, window, [8, 8]);
    assert_eq!(x.shape(), Shape::from(vec![0, 8, 8, 2]));
    let (shape, dw) = values(Flex::fused_convolution_weight_gradient(x, y, window));
    assert_eq!(shape, Shape::from(vec![4, 4, 2, 3]));
    assert!(dw.iter().all(|&dw| dw == 0.0));
}

#[test]
fn batch_normalisations_agree() {
    for activation in Activation::ALL {
        let normalisation = Normalisation { epsilon: 0.1, activation };
        for shape in [&[2_usize, 3, 4, 5][..], &[70, 3], &[3, 1]] {
            let columns = shape[shape.len() - 1];
            let rows = shape.iter().product::<usize>() / columns;
            // Means over the rows are within rows · ε, times s ≤ 3.2 twice, in a few terms; so are sums over them.
            let slack = 80.0 * rows as f64 * f64::from(f32::EPSILON);
            let name = format!("{activation:?} {shape:?}");
            for of_x in [true, false] {
                let given = FloatTensor::<Traced>::new(numbers(&[2, columns], 8));
                let given = Traced::float_abs(given);
                let fused = |x: Vec<FloatTensor<Traced>>| {
                    let moments =
                        if of_x { Traced::fused_column_moments(x[0].clone()) } else { given.clone() };
                    let [x, scale, shift] = [0, 1, 2].map(|i| x[i].clone());
                    Traced::fused_batch_norm(x, moments, scale, shift, normalisation, of_x)
                };
                let plain = |x: Vec<FloatTensor<Traced>>| {
                    let moments =
                        if of_x { batch_norm::plain_moments::<Traced>(x[0].clone()) } else { given.clone() };
                    let [x, scale, shift] = [0, 1, 2].map(|i| x[i].clone());
                    batch_norm::plain::<Traced>(x, moments, scale, shift, normalisation)
                };
                compare(&name, &[shape, &[columns], &[columns]], slack, fused, plain);
                let (x, g) = (numbers(shape, 1), numbers(shape, 2));
                let moments = Flex::fused_column_moments(x.clone());
                let (scale, shift) = (numbers(&[columns], 3), numbers(&[columns], 4));
                let all = (x, moments, scale, shift);
                let (x, moments, scale, shift) = all.clone();
                let fused =
                    Flex::fused_batch_norm_gradient(x, moments, scale, shift, g.clone(), normalisation, of_x);
                let (x, moments, scale, shift) = all;
                let plain =
                    batch_norm::plain_gradient::<Flex>(x, moments, scale, shift, g, normalisation, of_x);
                for (fused, plain) in [(fused.0, plain.0), (fused.1, plain.1), (fused.2, plain.2)] {
                    same(&name, fused, plain, slack);
                }
            }
        }
    }
}

#[test]
fn layer_normalisations_agree() {
    for shape in [&[2_usize, 3, 4, 5][..], &[7, 33], &[1, 2]] {
        let columns = shape[shape.len() - 1];
        // As for batches, with the columns in the place of rows, or sums over the rows.
        let slack = 80.0 * 24.0_f64.max(columns as f64) * f64::from(f32::EPSILON);
        compare(
            "layer",
            &[shape, &[columns], &[columns]],
            slack,
            |x| Traced::fused_layer_norm(x[0].clone(), x[1].clone(), x[2].clone(), 0.1),
            |x| layer_norm::plain::<Traced>(x[0].clone(), x[1].clone(), x[2].clone(), 0.1),
        );
        let (x, scale, g) = (numbers(shape, 1), numbers(&[columns], 2), numbers(shape, 3));
        let fused = Flex::fused_layer_norm_gradient(x.clone(), scale.clone(), g.clone(), 0.1);
        let plain = layer_norm::plain_gradient::<Flex>(x, scale, g, 0.1);
        for (fused, plain) in [(fused.0, plain.0), (fused.1, plain.1), (fused.2, plain.2)] {
            same("layer", fused, plain, slack);
        }
    }
}

#[test]
fn bernoulli_losses_agree() {
    for [rows, columns] in [[1, 1], [5, 3], [2, 100]] {
        let targets = Flex::float_abs(numbers(&[rows, columns], 5));
        let constant = FloatTensor::<Traced>::new(targets.clone());
        compare(
            "Bernoulli",
            &[&[rows, columns]],
            sums(columns),
            |x| Traced::fused_bernoulli_loss(x[0].clone(), constant.clone()).0,
            |x| bernoulli::plain::<Traced>(x[0].clone(), constant.clone()).0,
        );
        let x = numbers(&[rows, columns], 0);
        let (_, fused) = Flex::fused_bernoulli_loss(x.clone(), targets.clone());
        same("Bernoulli", fused, bernoulli::plain::<Flex>(x, targets).1, sums(4));
    }
}

#[test]
fn losses_of_levels_agree() {
    for ([rows, values], components) in [([1, 1], 1), ([5, 100], 1), ([3, 70], 2), ([2, 65], 5)] {
        // Whole sixteenths, both ends among them.
        let x: Vec<f32> = (0..rows * values).map(|i| ((i * 5) % 17) as f32 / 16.0).collect();
        let x = FloatTensor::<Flex>::from_data(TensorData::new(x, [rows, values]));
        let constant = FloatTensor::<Traced>::new(x.clone());
        let blocks = level_blocks(components);
        let (shape, cell) = ([rows, blocks * values], 1.0 / 16.0);
        // A term is of numbers up to 2, seen through 1/s below e, and some ten functions of a few units each; the loss sums `values` of
        // them, the gradient of a parameter is one.
        let of_one = 60.0 * f64::from(f32::EPSILON);
        let slack = of_one * values as f64;
        compare(
            "levels",
            &[&shape],
            slack,
            |output| Traced::fused_levels_loss(output[0].clone(), constant.clone(), components, cell).0,
            |output| levels::plain::<Traced>(output[0].clone(), constant.clone(), components, cell).0,
        );
        let output = numbers(&shape, 0);
        let (_, fused) = Flex::fused_levels_loss(output.clone(), x.clone(), components, cell);
        same("levels", fused, levels::plain::<Flex>(output, x, components, cell).1, of_one);
    }
}

#[test]
fn choices_agree() {
    for (shape, temperature) in [([7_usize, 5], 0.5_f32), ([1, 1], 1.0), ([33, 130], 0.2)] {
        let x = numbers(&shape, 1);
        let fused = Flex::fused_choice(x.clone(), temperature);
        same("choice", fused, choice::plain::<Flex>(x.clone()), 0.0);
        let g = numbers(&shape, 2);
        let fused = Flex::fused_choice_gradient(x.clone(), g.clone(), temperature);
        let plain = choice::plain_gradient::<Flex>(x.clone(), g.clone(), temperature);
        // Sums of the levels' terms, divided by the temperature; the exponential has an error of 2 roundings.
        let slack = 4.0 * shape[1] as f64 * f64::from(f32::EPSILON) / f64::from(temperature);
        same("gradient of a choice", fused.clone(), plain, slack);
        let leaf = FloatTensor::<Traced>::new(x).require_grad();
        let y = Traced::fused_choice(leaf.clone(), temperature);
        let gradients = Traced::float_sum(Traced::float_mul(y, FloatTensor::<Traced>::new(g))).backward();
        same("tracked", leaf.grad(&gradients).expect("a gradient"), fused, 0.0);
    }
    let empty = Flex::fused_choice(numbers(&[0, 4], 1), 1.0);
    assert_eq!(values(empty).1.len(), 0);
}
