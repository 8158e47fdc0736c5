//! Distorted views of an image.

use crate::data::image::ImageShape;
use crate::noise::{Noise, Stream};

/// How far a view may be from the image; every distortion is uniform in its range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Distortion {
    /// Greatest shift, as a share of the shorter side.
    pub shift: f32,
    /// Greatest turn, in radians.
    pub turn: f32,
    /// Greatest change of size: 0.2 is from 0.8 to 1.2 times as large, each way on its own.
    pub scale: f32,
    /// Greatest change of contrast about the image's mean.
    pub contrast: f32,
    /// Greatest standard deviation of noise on each number.
    pub noise: f32,
}

impl Distortion {
    /// For learning labels: as much as hardly ever changes one.
    pub(super) const MILD: Self = Self { shift: 0.06, turn: 0.12, scale: 0.1, contrast: 0.1, noise: 0.0 };
    /// For telling images apart: so much that numbers in their places do not tell.
    pub(super) const STRONG: Self = Self { shift: 0.15, turn: 0.3, scale: 0.25, contrast: 0.4, noise: 0.1 };

    /// Puts a view of the image `from`, `[height, width, channels]`, into `out`; `key` addresses its random numbers.
    ///
    /// The pixel at `p` is that of the image at `A (p − middle) + middle + shift`, between pixels a bilinear mean, beyond the border that
    /// of the border.
    pub(super) fn view(&self, from: &[f32], shape: ImageShape, noise: &Noise, key: u64, out: &mut [f32]) {
        let mut draws = [0.0; 8];
        noise.fill_uniform(Stream::View, 2 * key, &mut draws);
        let between = |place: usize| 2.0 * draws[place] - 1.0;
        let ImageShape { height, width, channels } = shape;
        let (side, channels) = (height.min(width) as f32, channels.count());
        let [shift_y, shift_x] = [0, 1].map(|place| between(place) * self.shift * side);
        let (sin, cos) = (between(2) * self.turn).sin_cos();
        let [tall, wide] = [3, 4].map(|place| 1.0 / (1.0 + between(place) * self.scale));
        let contrast = 1.0 + between(5) * self.contrast;
        let mean = from.iter().sum::<f32>() / from.len().max(1) as f32;
        let middle = [(height as f32 - 1.0) / 2.0, (width as f32 - 1.0) / 2.0];
        for (place, pixel) in out.chunks_exact_mut(channels).enumerate() {
            let (y, x) = ((place / width) as f32 - middle[0], (place % width) as f32 - middle[1]);
            let at = [
                tall * (cos * y - sin * x) + middle[0] + shift_y,
                wide * (sin * y + cos * x) + middle[1] + shift_x,
            ];
            let [y, x] = [at[0].clamp(0.0, height as f32 - 1.0), at[1].clamp(0.0, width as f32 - 1.0)];
            let [top, left] = [y as usize, x as usize];
            let [below, right] = [(top + 1).min(height - 1), (left + 1).min(width - 1)];
            let [down, along] = [y - top as f32, x - left as f32];
            for (channel, value) in pixel.iter_mut().enumerate() {
                let get = |y: usize, x: usize| from[(y * width + x) * channels + channel];
                let above = get(top, left) * (1.0 - along) + get(top, right) * along;
                let under = get(below, left) * (1.0 - along) + get(below, right) * along;
                *value = mean + contrast * (above * (1.0 - down) + under * down - mean);
            }
        }
        let deviation = self.noise * draws[6];
        if deviation > 0.0 {
            let mut added = vec![0.0; out.len()];
            noise.fill_normal(Stream::View, 2 * key + 1, &mut added);
            out.iter_mut().zip(&added).for_each(|(value, added)| *value += deviation * added);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::image::Channels;

    #[test]
    fn without_distortion_a_view_is_the_image() {
        let shape = ImageShape { height: 5, width: 7, channels: Channels::Rgb };
        let image: Vec<f32> = (0..shape.values()).map(|i| (i * 37 % 101) as f32 / 101.0).collect();
        let none = Distortion { shift: 0.0, turn: 0.0, scale: 0.0, contrast: 0.0, noise: 0.0 };
        let mut view = vec![0.0; image.len()];
        none.view(&image, shape, &Noise::new(1), 3, &mut view);
        assert!(view.iter().zip(&image).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn a_turned_and_shifted_ramp_is_another_ramp() {
        // Inside the image a bilinear mean of a plane is exact.
        let shape = ImageShape { height: 21, width: 21, channels: Channels::Grey };
        let image: Vec<f32> =
            (0..441).map(|i| 0.5 + 0.01 * (i / 21) as f32 + 0.02 * (i % 21) as f32).collect();
        let noise = Noise::new(7);
        let mut view = vec![0.0; 441];
        let strength = Distortion { contrast: 0.0, noise: 0.0, ..Distortion::STRONG };
        strength.view(&image, shape, &noise, 5, &mut view);
        let at = |y: usize, x: usize| f64::from(view[y * 21 + x]);
        let [down, along] = [at(11, 10) - at(10, 10), at(10, 11) - at(10, 10)];
        for (y, x) in [(8, 8), (12, 9), (9, 13)] {
            let plane = at(10, 10) + down * (y as f64 - 10.0) + along * (x as f64 - 10.0);
            assert!((at(y, x) - plane).abs() < 1e-5);
        }
        assert!((down - 0.01).abs() > 1e-4, "it was turned");
        let mut again = vec![0.0; 441];
        strength.view(&image, shape, &noise, 5, &mut again);
        assert_eq!(view, again);
    }
}
