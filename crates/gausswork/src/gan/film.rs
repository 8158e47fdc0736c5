//! A look at a game: samples, and in the plane the outputs of the discriminator around them.

use burn::tensor::{Device, Tensor, TensorData};

use super::discriminator::Mode;
use super::image::draw;
use super::model::{Field, Gan};
use super::sampler::GanSampler;
use crate::data::image::ImageShape;
use crate::learner::{Collective, Frame, ImagesFrame, PlaneFrame, Scene, Square};
use crate::noise::Noise;

/// Samples that are shown, of the first block of a sample.
const POINTS: usize = 500;
/// Cells along a side of the square in which outputs are shown.
const ACROSS: usize = 40;
/// Steps along a side of the square to which points are rounded: far finer than any picture.
const STEPS: f64 = 1e5;

/// What there is to see of a game; none of one of rows.
pub(super) fn frame(
    gan: &Gan,
    average: &[f32],
    noise: &Noise,
    scene: Scene,
    workers: &dyn Collective,
) -> Option<Frame> {
    match scene {
        Scene::Plane(square) => plane(gan, average, noise, square).map(Frame::Plane),
        Scene::Images(count) => images(gan, average, noise, count, workers).map(Frame::Images),
    }
}

/// The first images that sampling with `noise` would draw of the generator with weights `average`; none where the game is not one of
/// images.
fn images(
    gan: &Gan,
    average: &[f32],
    noise: &Noise,
    count: usize,
    workers: &dyn Collective,
) -> Option<ImagesFrame> {
    let Field::Images(field) = &gan.field else { return None };
    let mut used = gan.clone();
    used.generator_params.values_mut().copy_from_slice(average);
    let drawn = draw(&used, [0, count as u64], None, noise, workers)?;
    let ImageShape { height, width, channels } = field.frame.shape;
    Some(ImagesFrame::new([height, width, channels.count()], &drawn.values))
}

/// What there is to see of a game in a square: the first points that sampling with `noise` would draw of the generator with
/// weights `average`, and the outputs of the discriminator as it plays. None where the game is not one of points of the plane.
///
/// The latents are the same at every moment, so that a point of one frame can be followed to the next.
fn plane(gan: &Gan, average: &[f32], noise: &Noise, square: Square) -> Option<PlaneFrame> {
    let Field::Points(affine) = &gan.field else { return None };
    if affine.centre.len() != 2 {
        return None;
    }
    let mut used = gan.clone();
    used.generator_params.values_mut().copy_from_slice(average);
    let drawn = GanSampler::new(&used).block(noise, 0).scores;
    let [low, high] = square;
    let side = [0, 1].map(|axis| high[axis] - low[axis]);
    let point = |point: &[f64]| [0, 1].map(|axis| rounded(point[axis], STEPS / side[axis]));
    let points = drawn.chunks_exact(2).take(POINTS).map(point).collect();
    // A discriminator of packs says nothing of a single point.
    if gan.config.discriminator.pac > 1 {
        return Some(PlaneFrame { square, points, across: 0, surface: Vec::new() });
    }
    let middle = |cell: usize, axis: usize| low[axis] + side[axis] * (cell as f64 + 0.5) / ACROSS as f64;
    let cells = (0..ACROSS * ACROSS).flat_map(|at| [middle(at % ACROSS, 0), middle(at / ACROSS, 1)]);
    let seen = affine.inverse(&cells.collect::<Vec<_>>());
    let device = Device::flex();
    let x = Tensor::from_data(TensorData::new(seen, [ACROSS * ACROSS, 2]), &device);
    let opponent = gan.discriminator_params.constants(&device);
    let outputs: Tensor<2> = gan.discriminator.logits(&opponent, x, Mode::Evaluate);
    let surface = outputs.into_data().iter::<f64>().map(|l| rounded(l, 1e3)).collect();
    Some(PlaneFrame { square, points, across: ACROSS, surface })
}

/// A number to so many parts of one.
fn rounded(x: f64, parts: f64) -> f64 {
    // A power of ten, so that the number is short in decimals, too.
    let parts = 10f64.powf(parts.log10().ceil());
    (x * parts).round() / parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::{Affine, GanConfig};
    use crate::layout::Layout;

    const SQUARE: Square = [[-3.0, 1.0], [1.0, 5.0]];

    fn game(pac: usize, dimensions: usize) -> Gan {
        let mut config = GanConfig::default();
        config.discriminator.pac = pac;
        let affine = Affine { centre: vec![-1.0; dimensions], scale: vec![2.0; dimensions] };
        Gan::new(config, Layout::default(), Field::Points(affine), &Noise::new(1))
    }

    #[test]
    fn a_frame_shows_what_sampling_draws_and_what_the_discriminator_says() {
        let (gan, noise) = (game(1, 2), Noise::new(4));
        let average: Vec<f32> = gan.generator_params.values().iter().map(|w| 0.5 * w).collect();
        let frame = plane(&gan, &average, &noise, SQUARE).unwrap();
        let mut used = gan.clone();
        used.generator_params.values_mut().copy_from_slice(&average);
        let drawn = GanSampler::new(&used).block(&noise, 0).scores;
        assert_eq!(frame.points.len(), POINTS);
        for (shown, drawn) in frame.points.as_flattened().iter().zip(drawn) {
            assert!((shown - drawn).abs() <= 4.0 / STEPS, "{shown} {drawn}");
        }
        // The second cell of the third row, in the coordinates of the networks.
        let [x, y] =
            [-3.0 + 4.0 * 1.5 / 40.0, 1.0 + 4.0 * 2.5 / 40.0].map(|at: f64| ((at + 1.0) / 2.0) as f32);
        let device = Device::flex();
        let x = Tensor::from_data(TensorData::new(vec![x, y], [1, 2]), &device);
        let leaves = gan.discriminator_params.constants(&device);
        let output: Tensor<2> = gan.discriminator.logits(&leaves, x, Mode::Evaluate);
        let output = output.into_data().iter::<f64>().sum::<f64>();
        assert!((frame.surface[2 * ACROSS + 1] - output).abs() < 1e-3);
    }

    #[test]
    fn where_there_is_nothing_to_see() {
        let (noise, packs, line) = (Noise::new(4), game(2, 2), game(1, 3));
        let average = packs.generator_params.values();
        assert!(plane(&packs, average, &noise, SQUARE).unwrap().surface.is_empty());
        assert!(plane(&line, line.generator_params.values(), &noise, SQUARE).is_none());
    }
}
