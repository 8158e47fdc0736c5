//! Images at the size that Inception-v3 looks at.

use crate::data::image::ImageShape;

/// Sides of the image that the network looks at.
pub(super) const SIDE: usize = 299;

/// An image of numbers in [0, 1] at 299 × 299 pixels of three numbers in [−1, 1]; grey becomes three equal numbers.
///
/// As the reference implementation of FID in PyTorch has it: between pixels whose middles lie at half numbers a bilinear mean
/// (`align_corners=False`), beyond the middles at the border the border's pixel, and no filter where the image becomes smaller.
pub(super) fn resized(image: &[f32], shape: ImageShape) -> Vec<f32> {
    let channels = shape.channels.count();
    let [rows, columns] = [shape.height, shape.width].map(places);
    let mut out = Vec::with_capacity(SIDE * SIDE * 3);
    for &(top, below, down) in &rows {
        for &(left, right, along) in &columns {
            for channel in 0..3 {
                let get = |y: usize, x: usize| image[(y * shape.width + x) * channels + channel % channels];
                let above = (1.0 - along) * get(top, left) + along * get(top, right);
                let under = (1.0 - along) * get(below, left) + along * get(below, right);
                out.push(2.0 * ((1.0 - down) * above + down * under) - 1.0);
            }
        }
    }
    out
}

/// For each place of the new side, the two places of the old one that it lies between, and how near it is to the second.
fn places(size: usize) -> Vec<(usize, usize, f32)> {
    let scale = size as f32 / SIDE as f32;
    let place = |at: usize| {
        let from = (scale * (at as f32 + 0.5) - 0.5).max(0.0);
        let first = (from as usize).min(size - 1);
        (first, (first + 1).min(size - 1), from - first as f32)
    };
    (0..SIDE).map(place).collect()
}
