//! Features half and twice as large.

use burn::tensor::Tensor;

/// Means of 2×2 pixels, `[images, height, width, features]` to half the height and width; a last odd row or column is left out.
pub(super) fn halved(x: Tensor<4>) -> Tensor<4> {
    let [images, height, width, features] = x.dims();
    let [rows, columns] = [height / 2, width / 2];
    let even = [2 * rows, 2 * columns];
    let x = if even == [height, width] { x } else { x.slice([0..images, 0..even[0], 0..even[1]]) };
    let sums = pairs(pairs(x, [images * rows, 2 * columns * features]), [images * rows * columns, features]);
    sums.mul_scalar(0.25).reshape([images, rows, columns, features])
}

/// Sums of one run of numbers and the next.
fn pairs<const D: usize>(x: Tensor<D>, [count, run]: [usize; 2]) -> Tensor<2> {
    let x = x.reshape([count, 2 * run]);
    x.clone().slice([0..count, 0..run]) + x.slice([0..count, run..2 * run])
}

/// Every pixel repeated twice each way, `[images, height, width, features]` to a size that is twice as large or one more: then
/// the last row or column comes a third time.
pub(super) fn enlarged(x: Tensor<4>, [rows, columns]: [usize; 2]) -> Tensor<4> {
    let [images, height, width, features] = x.dims();
    let wide = doubled(x, [images * height * width, features]).reshape([images, height, 2 * width, features]);
    let wide = match columns - 2 * width {
        0 => wide,
        _ => {
            let last = wide.clone().slice([0..images, 0..height, 2 * width - 1..2 * width]);
            Tensor::cat(vec![wide, last], 2)
        }
    };
    let run = columns * features;
    let high = doubled(wide, [images * height, run]).reshape([images, 2 * height, columns, features]);
    match rows - 2 * height {
        0 => high,
        _ => {
            let last = high.clone().slice([0..images, 2 * height - 1..2 * height]);
            Tensor::cat(vec![high, last], 1)
        }
    }
}

/// Every run of numbers twice.
fn doubled<const D: usize>(x: Tensor<D>, [count, run]: [usize; 2]) -> Tensor<2> {
    let x = x.reshape([count, run]);
    Tensor::cat(vec![x.clone(), x], 1)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    fn numbers(x: Tensor<4>) -> Vec<f32> {
        x.to_data().iter().collect()
    }

    #[test]
    fn pixels_are_repeated_and_averaged() {
        let x = Tensor::<4>::from_data(
            TensorData::new(vec![1.0f32, -1.0, 2.0, -2.0], [1, 1, 2, 2]),
            &Device::flex(),
        );
        let large = enlarged(x.clone(), [2, 5]);
        let row = [1.0f32, -1.0, 1.0, -1.0, 2.0, -2.0, 2.0, -2.0, 2.0, -2.0];
        assert_eq!(numbers(large.clone()), [row, row].concat());
        assert_eq!(numbers(halved(large)), numbers(x));
        let ramp = TensorData::new((0..9).map(|i| i as f32).collect(), [1, 3, 3, 1]);
        // (0 + 1 + 3 + 4) / 4.
        assert_eq!(numbers(halved(Tensor::from_data(ramp, &Device::flex()))), [2.0]);
    }
}
