//! Convolution and its two gradients, each on the calling thread.
//!
//! With channels last, `patches(x): [positions, kernel · channels]` and the weight as a matrix `W: [kernel · channels, features]`,
//!
//! ```text
//! forward           y  = patches(x) W
//! gradient by x     dx = patchesᵀ(dy Wᵀ)       (patchesᵀ adds patches back to where they came from)
//! gradient by W     dW = patches(x)ᵀ dy
//! ```
//!
//! A transposed convolution maps features to an image: its forward pass is the gradient by x, its gradient by its input the
//! forward pass, its gradient by W the same with the roles of x and dy exchanged.
//!
//! Patches are made a few at a time, so that they are still in the second-level cache when they are multiplied. Positions whose window
//! hangs over the border by the same amount are taken together, and the zeros there are left out of the products: for a
//! kernel of 4 with stride 2 and padding 1 on images of 8 × 8 that is a quarter of all multiplications.

use std::cell::RefCell;

use crate::matrix::{Matrix, product, transpose};
use crate::window::Window;

/// Sizes of a convolution from images `[batch, height, width, channels]` to features `[batch, rows, columns, features]`
/// with a weight `[kernel height, kernel width, channels, features]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution {
    pub(crate) window: Window,
    pub(crate) batch: usize,
    pub(crate) image: [usize; 2],
    pub(crate) positions: [usize; 2],
    pub(crate) channels: usize,
    pub(crate) features: usize,
}

#[derive(Debug, Default)]
struct Scratch {
    patches: Vec<f32>,
    features: Vec<f32>,
    weight: Vec<f32>,
}

thread_local! {
    /// Buffers that live as long as the thread, since a step calls for them many times.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Convolution {
    /// The sizes; none where the kernel does not fit the image.
    pub fn new(
        window: Window,
        batch: usize,
        image: [usize; 2],
        channels: usize,
        features: usize,
    ) -> Option<Self> {
        let positions = window.positions(image)?;
        Some(Self { window, batch, image, positions, channels, features })
    }

    /// Positions of the kernel, `[rows, columns]`.
    pub fn positions(&self) -> [usize; 2] {
        self.positions
    }

    /// Numbers in the images.
    pub fn image_len(&self) -> usize {
        self.batch * self.image[0] * self.image[1] * self.channels
    }

    /// Numbers in the features.
    pub fn feature_len(&self) -> usize {
        self.batch * self.positions[0] * self.positions[1] * self.features
    }

    /// Numbers in the weight.
    pub fn weight_len(&self) -> usize {
        self.depth() * self.features
    }

    /// Rows of the weight as a matrix.
    fn depth(&self) -> usize {
        self.window.kernel[0] * self.window.kernel[1] * self.channels
    }

    /// `y += patches(x) W`.
    pub fn forward(&self, x: &[f32], weight: &[f32], y: &mut [f32]) {
        self.check(x, weight, y);
        let features = self.features;
        with_scratch(|scratch| {
            self.blocks(|block| {
                let (count, width) = (block.patches.count(), block.patches.width());
                let patches = at_least(&mut scratch.patches, count * width);
                block.patches.gather(x, patches);
                let sums = at_least(&mut scratch.features, count * features);
                let weight = Matrix::new(&weight[block.weight_row * features..], [width, features]);
                product(Matrix::new(patches, [count, width]), weight, !block.first, features, sums);
                if block.last {
                    self.lines(&block.patches, |at, line| {
                        let y = &mut y[at..][..line.len()];
                        y.iter_mut().zip(&sums[line]).for_each(|(y, sum)| *y += sum);
                    });
                }
            })
        });
    }

    /// `dx += patchesᵀ(dy Wᵀ)`.
    pub fn image_gradient(&self, dy: &[f32], weight: &[f32], dx: &mut [f32]) {
        self.check(dx, weight, dy);
        let (features, depth) = (self.features, self.depth());
        // Products with an untransposed right side are faster, and this one is transposed once, not once per block.
        let mut transposed = SCRATCH.with_borrow_mut(|scratch| std::mem::take(&mut scratch.weight));
        transpose(weight, [depth, features], at_least(&mut transposed, depth * features));
        with_scratch(|scratch| {
            self.blocks(|block| {
                let (count, width) = (block.patches.count(), block.patches.width());
                let lines = at_least(&mut scratch.features, count * features);
                if block.first {
                    self.lines(&block.patches, |at, line| {
                        lines[line.clone()].copy_from_slice(&dy[at..][..line.len()])
                    });
                }
                let patches = at_least(&mut scratch.patches, count * width);
                let weight = Matrix::new(&transposed[block.weight_row..], [features, width]).with_step(depth);
                product(Matrix::new(lines, [count, features]), weight, false, width, patches);
                block.patches.scatter_add(patches, dx);
            })
        });
        SCRATCH.with_borrow_mut(|scratch| scratch.weight = transposed);
    }

    /// `dW += patches(x)ᵀ dy`.
    pub fn weight_gradient(&self, x: &[f32], dy: &[f32], dw: &mut [f32]) {
        self.check(x, dw, dy);
        let features = self.features;
        with_scratch(|scratch| {
            self.blocks(|block| {
                let (count, width) = (block.patches.count(), block.patches.width());
                let lines = at_least(&mut scratch.features, count * features);
                if block.first {
                    self.lines(&block.patches, |at, line| {
                        lines[line.clone()].copy_from_slice(&dy[at..][..line.len()])
                    });
                }
                let patches = at_least(&mut scratch.patches, count * width);
                block.patches.gather(x, patches);
                let dw = &mut dw[block.weight_row * features..][..width * features];
                let patches = Matrix::new(patches, [count, width]).transposed();
                product(patches, Matrix::new(lines, [count, features]), true, features, dw);
            })
        });
    }

    fn check(&self, image: &[f32], weight: &[f32], features: &[f32]) {
        let lengths = [image.len(), weight.len(), features.len()];
        assert!(lengths == [self.image_len(), self.weight_len(), self.feature_len()], "shapes must fit");
    }
}

fn with_scratch(work: impl FnOnce(&mut Scratch)) {
    SCRATCH.with_borrow_mut(work);
}

/// The first `len` numbers of a buffer that grows where it has to; their values are arbitrary.
fn at_least(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    &mut buffer[..len]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `visit(image, weight, feature)` for every product of the definition.
    fn every_product(c: &Convolution, mut visit: impl FnMut(usize, usize, usize)) {
        let ([height, width], [rows, columns]) = (c.image, c.positions);
        let Window { kernel, stride, padding } = c.window;
        for n in 0..c.batch {
            for at in 0..rows * columns * kernel[0] * kernel[1] {
                let (v, at) = (at % kernel[1], at / kernel[1]);
                let (u, at) = (at % kernel[0], at / kernel[0]);
                let (column, row) = (at % columns, at / columns);
                let (y, x) = (row * stride[0] + u, column * stride[1] + v);
                let (Some(y), Some(x)) = (y.checked_sub(padding[0]), x.checked_sub(padding[1])) else {
                    continue;
                };
                if y >= height || x >= width {
                    continue;
                }
                for channel in 0..c.channels {
                    for feature in 0..c.features {
                        visit(
                            ((n * height + y) * width + x) * c.channels + channel,
                            ((u * kernel[1] + v) * c.channels + channel) * c.features + feature,
                            ((n * rows + row) * columns + column) * c.features + feature,
                        );
                    }
                }
            }
        }
    }

    fn numbers(len: usize, salt: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + salt) % 101) as f32 * 0.02 - 1.0).collect()
    }

    #[test]
    fn all_three_are_those_of_the_definition() {
        let window = |kernel, stride, padding| Window { kernel, stride, padding };
        let cases = [
            (Window::square(4, 2, 1), 3, [8, 8], 5, 7),
            (Window::square(4, 2, 1), 2, [9, 7], 16, 3),
            (Window::square(4, 2, 1), 70, [4, 6], 12, 2),
            (Window::square(3, 1, 1), 2, [5, 6], 17, 4),
            (Window::square(1, 1, 0), 2, [3, 2], 50, 6),
            (Window::square(1, 1, 0), 1, [1, 1], 1, 1),
            (Window::square(3, 1, 0), 1, [40, 41], 20, 5),
            (window([2, 3], [3, 1], [0, 2]), 2, [7, 4], 20, 3),
            (window([5, 1], [1, 2], [4, 3]), 1, [2, 3], 64, 2),
            (window([1, 1], [1, 1], [2, 2]), 1, [2, 2], 64, 2),
            (Window::square(4, 2, 1), 0, [8, 8], 5, 7),
            (Window::square(4, 2, 1), 1, [8, 8], 0, 7),
        ];
        for (window, batch, image, channels, features) in cases {
            let c = Convolution::new(window, batch, image, channels, features).expect("fits");
            let (x, w, y) =
                (numbers(c.image_len(), 1), numbers(c.weight_len(), 2), numbers(c.feature_len(), 3));
            let (mut forward, mut dx, mut dw) = (y.clone(), x.clone(), w.clone());
            c.forward(&x, &w, &mut forward);
            c.image_gradient(&y, &w, &mut dx);
            c.weight_gradient(&x, &y, &mut dw);
            let widen = |values: &[f32]| -> Vec<f64> { values.iter().map(|&v| v.into()).collect() };
            // Sums in f64, and how many products each has.
            let mut exact = [widen(&y), widen(&x), widen(&w)];
            let mut terms = exact.each_ref().map(|sums| vec![1.0; sums.len()]);
            let (x, w, y) = (widen(&x), widen(&w), widen(&y));
            every_product(&c, |i, j, k| {
                for (which, at, product) in [(0, k, x[i] * w[j]), (1, i, y[k] * w[j]), (2, j, x[i] * y[k])] {
                    exact[which][at] += product;
                    terms[which][at] += 1.0;
                }
            });
            for (which, found) in [forward, dx, dw].iter().enumerate() {
                for (at, &found) in found.iter().enumerate() {
                    // n numbers up to 1, summed in any order: n roundings of partial sums up to n.
                    let n: f64 = terms[which][at];
                    let slack = (n + 2.0) * n * f64::from(f32::EPSILON) / 2.0;
                    let error = (f64::from(found) - exact[which][at]).abs();
                    assert!(error <= slack, "{c:?}: {which} at {at}: {error:e} > {slack:e}");
                }
            }
        }
    }

    #[test]
    fn a_kernel_larger_than_the_image_is_refused() {
        assert_eq!(Convolution::new(Window::square(4, 2, 0), 1, [3, 8], 1, 1), None);
    }
}
