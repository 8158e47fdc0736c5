//! Another size for an image.

use super::shape::ImageShape;
use super::size::Size;

/// The image at another size.
///
/// Along each axis in turn, a pixel of the new image is the mean of the old ones about its centre, weighted by a triangle that
/// reaches one pixel of the coarser of the two grids to either side: linear interpolation when enlarging, and no aliasing when
/// reducing. At the borders the weights of pixels that exist are made to sum to 1. It is Pillow's `BILINEAR` without its
/// rounding between the axes.
pub(super) fn resize(values: &[f32], shape: ImageShape, size: Size) -> Vec<f32> {
    let channels = shape.channels.count();
    let columns = Taps::new(shape.width, size.width);
    let rows = Taps::new(shape.height, size.height);
    let (pitch, run) = (shape.width * channels, size.width * channels);
    let mut narrow = vec![0.0f32; shape.height * run];
    for (old, new) in values.chunks_exact(pitch).zip(narrow.chunks_exact_mut(run)) {
        for (pixel, (first, weights)) in new.chunks_exact_mut(channels).zip(columns.iter()) {
            for (from, weight) in old.chunks_exact(channels).skip(first).zip(weights) {
                add_scaled(pixel, from, *weight);
            }
        }
    }
    let mut out = vec![0.0f32; size.height * run];
    for (new, (first, weights)) in out.chunks_exact_mut(run).zip(rows.iter()) {
        for (from, weight) in narrow.chunks_exact(run).skip(first).zip(weights) {
            add_scaled(new, from, *weight);
        }
    }
    out
}

fn add_scaled(sum: &mut [f32], term: &[f32], weight: f32) {
    for (sum, term) in sum.iter_mut().zip(term) {
        *sum += weight * term;
    }
}

/// For each new pixel of an axis, the first old one that it takes from, and the weights of that and the following.
struct Taps(Vec<(usize, Vec<f32>)>);

impl Taps {
    fn new(old: usize, new: usize) -> Self {
        let step = old as f64 / new as f64;
        let reach = step.max(1.0);
        let taps = (0..new).map(|at| {
            let centre = (at as f64 + 0.5) * step;
            let first = (centre - reach).max(0.0) as usize;
            let end = ((centre + reach).ceil() as usize).min(old);
            let weight = |from: usize| (1.0 - (from as f64 + 0.5 - centre).abs() / reach).max(0.0);
            let total: f64 = (first..end).map(weight).sum();
            (first, (first..end).map(|from| (weight(from) / total) as f32).collect())
        });
        Self(taps.collect())
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.0.iter().map(|(first, weights)| (*first, weights.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::Channels;
    use super::*;

    /// An image whose numbers are all small and look random.
    fn picture(shape: ImageShape) -> Vec<f32> {
        (0..shape.values() as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as f32).collect()
    }

    #[test]
    fn sizes_change_as_in_pillow() {
        // numpy: ((arange(35, dtype=uint32) * 2654435761) >> 24).reshape(5, 7), as mode "F", .resize((w, h), BILINEAR).
        let shape = ImageShape { height: 5, width: 7, channels: Channels::Grey };
        let image = picture(shape);
        assert_eq!(&image[..4], &[0.0, 158.0, 60.0, 218.0]);
        for (size, expected) in PILLOW {
            let found = resize(&image, shape, Size { height: size[0], width: size[1] });
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(*expected) {
                assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
            }
        }
    }

    const PILLOW: &[([usize; 2], &[f32])] = &[
        ([2, 3], &[131.4286, 130.5027, 101.2987, 157.1299, 127.7487, 97.9091]),
        (
            [8, 9],
            &[
                0.0, 105.3333, 114.4444, 95.1111, 218.0, 141.7778, 66.1111, 75.6667, 181.0, 36.3125,
                141.6458, 150.7569, 106.6319, 142.75, 153.6389, 102.6181, 74.6458, 105.3125, 88.25, 182.9167,
                193.8056, 126.6806, 51.1875, 161.6319, 147.6667, 78.5833, 13.25, 140.75, 128.75, 157.4167,
                179.0417, 103.0625, 89.0625, 128.7778, 131.0833, 65.75, 192.9375, 127.6042, 129.6042,
                169.0069, 155.25, 79.0278, 100.9653, 129.9375, 117.9375, 244.8125, 179.4792, 110.3681,
                96.5764, 207.75, 131.5278, 64.2292, 75.1458, 169.8125, 153.25, 183.9167, 155.6944, 104.4583,
                115.6875, 151.4653, 107.5556, 68.9167, 78.25, 78.0, 183.3333, 192.4444, 116.2222, 40.0,
                162.8889, 144.1111, 68.3333, 3.0,
            ],
        ),
    ];

    #[test]
    fn constants_stay_and_channels_keep_apart() {
        let shape = ImageShape { height: 9, width: 4, channels: Channels::Rgb };
        let image: Vec<f32> = [10.0, 20.0, 30.0].repeat(36);
        for (height, width) in [(3, 3), (28, 20), (1, 1), (9, 5)] {
            let found = resize(&image, shape, Size { height, width });
            assert_eq!(found.len(), height * width * 3);
            for (at, value) in found.iter().enumerate() {
                assert!((value - [10.0, 20.0, 30.0][at % 3]).abs() < 1e-4);
            }
        }
    }
}
