//! The training images nearest to others, which tell what a model has learned by heart.

use crate::data::image::{ImageError, ImageSet};
use crate::learner::Collective;

/// Training images per piece of work; fixed, so that results do not depend on the number of threads.
const PIECE: usize = 256;

/// A training image near another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Its number in the set, from 0.
    pub image: u32,
    /// `‖x − y‖` of the numbers scaled to [0, 1].
    pub distance: f64,
}

/// The `count` images of `among` nearest to each of `[images, values]`, the nearest first; one pass over the set, of which a few pieces
/// are in memory.
///
/// # Errors
/// As [`ImageSet::gather`].
pub(super) fn nearest(
    set: &ImageSet,
    among: &[u32],
    images: &[f32],
    count: usize,
    workers: &dyn Collective,
) -> Result<Vec<Vec<Near>>, ImageError> {
    let values = set.shape().values();
    let queries = images.len() / values;
    // A failed piece says so by having no numbers.
    let pieces = workers.map(among.len().div_ceil(PIECE), &|piece| {
        let among = &among[piece * PIECE..among.len().min((piece + 1) * PIECE)];
        let mut real = vec![0.0; among.len() * values];
        if set.gather(among, &mut real).is_err() {
            return Vec::new();
        }
        let best = images.chunks_exact(values).flat_map(|image| {
            let squares = real.chunks_exact(values).map(|real| square(image, real));
            let found =
                among.iter().zip(squares).map(|(&image, square)| Near { image, distance: square.sqrt() });
            let best = merged(Vec::new(), found.collect(), count);
            let none = Near { image: 0, distance: f64::INFINITY };
            best.into_iter().chain(std::iter::repeat(none)).take(count)
        });
        best.flat_map(|near| [f64::from(near.image), near.distance]).collect()
    });
    if let Some(failed) = pieces.iter().position(Vec::is_empty) {
        // The same failure once more, to be told.
        let mut image = vec![0.0; values];
        for number in among.iter().skip(failed * PIECE).take(PIECE) {
            set.gather(&[*number], &mut image)?;
        }
    }
    let mut best = vec![Vec::new(); queries];
    for piece in &pieces {
        for (best, found) in best.iter_mut().zip(piece.chunks_exact(2 * count)) {
            let found = found.as_chunks::<2>().0.iter();
            let found = found.map(|&[image, distance]| Near { image: image as u32, distance });
            *best =
                merged(std::mem::take(best), found.filter(|near| near.distance.is_finite()).collect(), count);
        }
    }
    Ok(best)
}

/// The nearest of both; of equally near ones, the earlier image.
fn merged(mut near: Vec<Near>, more: Vec<Near>, count: usize) -> Vec<Near> {
    near.extend(more);
    near.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.image.cmp(&b.image)));
    near.truncate(count);
    near
}

/// `‖x − y‖²`, in eight sums that vector code can keep apart.
fn square(x: &[f32], y: &[f32]) -> f64 {
    let ((x, rest_x), (y, rest_y)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut sums = [0.0f32; 8];
    for (x, y) in x.iter().zip(y) {
        for lane in 0..8 {
            let difference = x[lane] - y[lane];
            sums[lane] += difference * difference;
        }
    }
    let rest = rest_x.iter().zip(rest_y).map(|(x, y)| f64::from((x - y) * (x - y))).sum::<f64>();
    sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_and_orders() {
        let x: Vec<f32> = (0..19).map(|i| i as f32).collect();
        let y: Vec<f32> = x.iter().map(|x| x + 2.0).collect();
        assert_eq!(square(&x, &y), 76.0);
        let near = |image, distance| Near { image, distance };
        let both = merged(vec![near(3, 1.0)], vec![near(1, 1.0), near(2, 0.5), near(9, 4.0)], 3);
        assert_eq!(both, [near(2, 0.5), near(1, 1.0), near(3, 1.0)]);
    }
}
