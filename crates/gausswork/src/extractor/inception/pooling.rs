//! Windows of 3 × 3 that are averaged or searched for their maximum; channels last.

use burn::tensor::{Tensor, TensorData};

use super::plan::Stride;

/// What becomes of the numbers in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Mean,
    Maximum,
}

/// The mean of a window about every pixel, of what of it is inside the image.
pub(super) fn average(x: Tensor<4>) -> Tensor<4> {
    pool(x, Stride::Same, Of::Mean)
}

/// The maximum of a window, of what of it is inside the image.
pub(super) fn maximum(x: Tensor<4>, stride: Stride) -> Tensor<4> {
    pool(x, stride, Of::Maximum)
}

fn pool(x: Tensor<4>, stride: Stride, of: Of) -> Tensor<4> {
    let ([batch, height, width, channels], device) = (x.dims(), x.device());
    let from: Vec<f32> = x.into_data().iter::<f32>().collect();
    // First row or column of each window; before the border is none.
    let starts = |size: usize| -> Vec<isize> {
        match stride {
            Stride::Same => (0..size as isize).map(|at| at - 1).collect(),
            Stride::Halving => (0..(size as isize - 1) / 2).map(|at| 2 * at).collect(),
        }
    };
    let inside =
        |start: isize, size: usize| (start.max(0) as usize)..((start + 3).min(size as isize) as usize);
    let (rows, columns) = (starts(height), starts(width));
    let mut out = Vec::with_capacity(batch * rows.len() * columns.len() * channels);
    for image in from.chunks_exact((height * width * channels).max(1)) {
        for &row in &rows {
            for &column in &columns {
                let first = out.len();
                let (ys, xs) = (inside(row, height), inside(column, width));
                let start = if of == Of::Mean { 0.0 } else { f32::NEG_INFINITY };
                out.resize(first + channels, start);
                for y in ys.clone() {
                    for x in xs.clone() {
                        let pixel = &image[(y * width + x) * channels..][..channels];
                        let sums = out[first..].iter_mut().zip(pixel);
                        match of {
                            Of::Mean => sums.for_each(|(sum, value)| *sum += value),
                            Of::Maximum => sums.for_each(|(most, value)| *most = most.max(*value)),
                        }
                    }
                }
                if of == Of::Mean {
                    let count = (ys.len() * xs.len()) as f32;
                    out[first..].iter_mut().for_each(|sum| *sum /= count);
                }
            }
        }
    }
    Tensor::from_data(TensorData::new(out, [batch, rows.len(), columns.len(), channels]), &device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn zeros_beyond_the_border_are_not_counted() {
        let values: Vec<f32> = (1..=9).map(|x| x as f32).collect();
        let image = || Tensor::<4>::from_data(TensorData::new(values.clone(), [1, 3, 3, 1]), &Device::flex());
        let of = |x: Tensor<4>| x.into_data().iter::<f32>().collect::<Vec<_>>();
        assert_eq!(of(average(image())), [3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0]);
        assert_eq!(of(maximum(image(), Stride::Same)), [5.0, 6.0, 6.0, 8.0, 9.0, 9.0, 8.0, 9.0, 9.0]);
        assert_eq!(of(maximum(image(), Stride::Halving)), [9.0]);
    }
}
