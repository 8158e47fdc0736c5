//! Images drawn from a generator, as it is used: with running moments, and a number for every draw.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};

use super::super::model::{Field, Gan, Generator};
use super::field::ImageField;
use super::generator::ImageGenerator;
use super::images::marked;
use crate::data::image::DrawnImages;
use crate::layout::Given;
use crate::learner::{Collective, each_of};
use crate::nn::{Leaves, Phase};
use crate::noise::{Noise, Stream};

/// Images that are computed together, of numbers that are multiples of it; an image does not depend on where a sample starts.
const BLOCK: u64 = 128;

/// Images drawn in a game as its discriminator sees them: numbers from −1 to 1, and behind each its label, one-hot, where the players are
/// told labels.
pub fn as_seen(gan: &Gan, drawn: &DrawnImages) -> Vec<f32> {
    let scaled: Vec<f32> = drawn.values.iter().map(|x| 2.0 * x - 1.0).collect();
    match &gan.field {
        Field::Images(field) => field.shares.behind(&scaled, &drawn.labels),
        Field::Rows | Field::Points(_) => scaled,
    }
}

/// The images `first..first + count` of the sample that `noise` names, of one label or of labels as often as among the training
/// images; none of a game of something else. Image i is the same whatever the others are.
pub fn draw(
    gan: &Gan,
    [first, count]: [u64; 2],
    label: Option<u32>,
    noise: &Noise,
    workers: &dyn Collective,
) -> Option<DrawnImages> {
    let brush = Brush::of(gan)?;
    let latent = gan.config.latent();
    let blocks = first / BLOCK..(first + count).div_ceil(BLOCK);
    let told = |range: [u64; 2]| -> Vec<u32> {
        let of_sample = brush.field.told(range, noise);
        of_sample.into_iter().map(|drawn| label.unwrap_or(drawn)).collect()
    };
    let mut values = vec![0.0; count as usize * brush.field.frame.shape.values()];
    let ends = blocks.map(|block| {
        let start = block * BLOCK;
        let skipped = first.saturating_sub(start) as usize;
        (start, skipped..(first + count - start).min(BLOCK) as usize)
    });
    let pieces = brush.pieces(&mut values, ends);
    each_of(workers, pieces, &|(start, inside, part)| {
        let mut z = vec![0.0; BLOCK as usize * latent];
        noise.fill_normal_of_steps(Stream::SampleLatent, *start, latent, &mut z);
        brush.block(z, &told([*start, BLOCK]), inside.clone(), part);
    });
    Some(DrawnImages { values, labels: told([first, count]) })
}

/// The images of latents `[images, latent]`, each of its label where the generator is told labels; `[images, values]`, numbers in
/// [0, 1]. None of a game of something else.
pub fn draw_latents(gan: &Gan, z: &[f32], labels: &[u32], workers: &dyn Collective) -> Option<Vec<f32>> {
    let brush = Brush::of(gan)?;
    let (latent, block) = (gan.config.latent(), BLOCK as usize);
    let images = z.len() / latent;
    let mut values = vec![0.0; images * brush.field.frame.shape.values()];
    let ends = (0..images).step_by(block).map(|start| (start as u64, 0..block.min(images - start)));
    let pieces = brush.pieces(&mut values, ends);
    each_of(workers, pieces, &|(start, inside, part)| {
        let some = *start as usize..*start as usize + inside.len();
        // As many as when a sample is drawn, so that the same latent gives the same image.
        let mut padded = z[some.start * latent..some.end * latent].to_vec();
        padded.resize(block * latent, 0.0);
        brush.block(padded, labels.get(some).unwrap_or_default(), inside.clone(), part);
    });
    Some(values)
}

/// Where a block starts, which of its images are wanted, and where these belong.
type Piece<'v> = (u64, Range<usize>, &'v mut [f32]);

/// A generator as it is used.
struct Brush<'a> {
    generator: &'a ImageGenerator,
    field: &'a ImageField,
    leaves: Leaves,
    latent: usize,
}

impl<'a> Brush<'a> {
    fn of(gan: &'a Gan) -> Option<Self> {
        let (Generator::Images(generator), Field::Images(field)) = (&gan.generator, &gan.field) else {
            return None;
        };
        let leaves = gan.generator_params.constants(&Device::flex());
        Some(Self { generator, field, leaves, latent: gan.config.latent() })
    }

    /// Images cut where blocks end, each part with where its block starts and which of the block are inside.
    fn pieces<'v>(
        &self,
        values: &'v mut [f32],
        ends: impl Iterator<Item = (u64, Range<usize>)>,
    ) -> Vec<Piece<'v>> {
        let (mut rest, of_image) = (values, self.field.frame.shape.values());
        let cut = ends.map(|(start, inside)| {
            let (part, behind) = std::mem::take(&mut rest).split_at_mut(inside.len() * of_image);
            rest = behind;
            (start, inside, part)
        });
        cut.collect()
    }

    /// Puts those `inside` of a block of latents where they belong, numbers in [0, 1].
    fn block(&self, z: Vec<f32>, labels: &[u32], inside: Range<usize>, part: &mut [f32]) {
        let cell = |(row, &code): (usize, &u32)| Given { row, span: 0, code: code as u16, score: 0.0 };
        let given: Vec<Given> = labels.iter().enumerate().map(cell).collect();
        let z = TensorData::new(z, [BLOCK as usize, self.latent]);
        let z = Tensor::<2>::from_data(z, &self.leaves.device());
        let z = marked(z, &given, self.field.labels());
        let (x, _) = self.generator.generate(&self.leaves, z, Phase::Evaluate);
        let x = x.narrow(0, inside.start, inside.len());
        for (number, x) in part.iter_mut().zip(x.into_data().iter::<f64>()) {
            *number = level(0.5 * x + 0.5, self.field.frame.levels) as f32;
        }
    }
}

/// The nearest of so many levels from 0 to 1.
fn level(x: f64, levels: Option<u32>) -> f64 {
    let x = x.clamp(0.0, 1.0);
    levels.map_or(x, |levels| {
        let steps = f64::from(levels.max(2) - 1);
        (x * steps).round() / steps
    })
}
