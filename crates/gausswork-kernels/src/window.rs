//! Where a kernel that slides over an image touches it.

use std::ops::Range;

/// A kernel that slides over an image whose borders are padded with zeros; heights first, then widths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Size of the kernel.
    pub kernel: [usize; 2],
    /// Steps between its positions.
    pub stride: [usize; 2],
    /// Rows and columns of zeros before and after the image.
    pub padding: [usize; 2],
}

impl Window {
    /// A square kernel with the same stride and padding both ways.
    pub fn square(kernel: usize, stride: usize, padding: usize) -> Self {
        Self { kernel: [kernel; 2], stride: [stride; 2], padding: [padding; 2] }
    }

    /// Positions of the kernel on an image, `⌊(size + 2 padding − kernel) / stride⌋ + 1` each way; none where the kernel or the
    /// stride is empty or the kernel larger than the padded image.
    pub fn positions(&self, image: [usize; 2]) -> Option<[usize; 2]> {
        let along = |d: usize| {
            let room = (image[d] + 2 * self.padding[d]).checked_sub(self.kernel[d])?;
            (self.kernel[d] > 0).then_some(room.checked_div(self.stride[d])? + 1)
        };
        Some([along(0)?, along(1)?])
    }

    /// The smallest image on which the kernel has these positions, `(positions − 1) stride + kernel − 2 padding` each way: what a
    /// transposed convolution makes. None where it would be empty.
    pub fn smallest_image(&self, positions: [usize; 2]) -> Option<[usize; 2]> {
        let along = |d: usize| {
            let reach = positions[d].checked_sub(1)? * self.stride[d] + self.kernel[d];
            reach.checked_sub(2 * self.padding[d]).filter(|&size| size > 0)
        };
        Some([along(0)?, along(1)?])
    }

    /// Positions along dimension `d` that have the same elements of the kernel inside an image of length `size`, in order.
    pub(crate) fn spans(&self, d: usize, size: usize, positions: usize) -> Vec<Span> {
        let inside = |position: usize| {
            let start = position * self.stride[d];
            let first = self.padding[d].saturating_sub(start).min(self.kernel[d]);
            let end = (size + self.padding[d]).saturating_sub(start).min(self.kernel[d]);
            first..end.max(first)
        };
        let mut spans: Vec<Span> = Vec::new();
        for position in 0..positions {
            let taps = inside(position);
            match spans.last_mut() {
                Some(last) if last.taps == taps => last.positions.end = position + 1,
                _ => spans.push(Span { positions: position..position + 1, taps }),
            }
        }
        spans
    }
}

/// Neighbouring positions and the elements of the kernel that are computed for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) positions: Range<usize>,
    pub(crate) taps: Range<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_images_fit() {
        for kernel in 1..5 {
            for stride in 1..4 {
                for padding in 0..3 {
                    let window = Window::square(kernel, stride, padding);
                    for size in 1..12 {
                        let Some([n, m]) = window.positions([size, size + 1]) else {
                            assert!(size + 2 * padding < kernel);
                            continue;
                        };
                        // The last position ends inside the padded image, one more would not.
                        assert!((n - 1) * stride + kernel <= size + 2 * padding);
                        assert!(n * stride + kernel > size + 2 * padding);
                        if let Some(smallest) = window.smallest_image([n, m]) {
                            assert_eq!(window.positions(smallest), Some([n, m]));
                            assert!(smallest[0] <= size && size < smallest[0] + stride);
                        }
                    }
                }
            }
        }
        assert_eq!(Window::square(0, 1, 0).positions([3, 3]), None);
        assert_eq!(Window::square(1, 0, 0).positions([3, 3]), None);
        assert_eq!(Window::square(1, 1, 0).positions([0, 3]), None);
        assert_eq!(Window::square(1, 1, 0).smallest_image([0, 1]), None);
    }

    #[test]
    fn spans_cover_the_positions_and_only_elements_inside() {
        for [kernel, stride, padding, size] in
            [[4, 2, 1, 8], [3, 1, 1, 5], [1, 1, 0, 3], [5, 3, 4, 2], [2, 3, 1, 7]]
        {
            let window = Window::square(kernel, stride, padding);
            let [positions, _] = window.positions([size, size]).expect("fits");
            let spans = window.spans(0, size, positions);
            let mut next = 0;
            for span in spans {
                assert_eq!(span.positions.start, next);
                next = span.positions.end;
                for position in span.positions {
                    for tap in 0..kernel {
                        let at = position * stride + tap;
                        let inside = padding <= at && at < size + padding;
                        assert_eq!(span.taps.contains(&tap), inside, "{kernel} {stride} {padding} {size}");
                    }
                }
            }
            assert_eq!(next, positions);
        }
    }
}
