//! Images drawn from a generator, as it is used: with running moments, and a number for every draw.

use burn::tensor::{Device, Tensor, TensorData};

use super::super::model::{Field, Gan, Generator};
use super::images::marked;
use crate::data::image::DrawnImages;
use crate::layout::Given;
use crate::learner::Collective;
use crate::nn::Phase;
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
    let (Generator::Images(generator), Field::Images(field)) = (&gan.generator, &gan.field) else {
        return None;
    };
    let device = Device::flex();
    let leaves = gan.generator_params.constants(&device);
    let (latent, labels, levels) = (gan.config.latent(), field.labels(), field.frame.levels);
    let blocks = first / BLOCK..(first + count).div_ceil(BLOCK);
    let told = |start: u64| -> Vec<u32> {
        let mut uniforms = vec![0.0; if labels > 0 { BLOCK as usize } else { 0 }];
        noise.fill_uniform_of_steps(Stream::SampleCell, start, 1, &mut uniforms);
        uniforms.into_iter().map(|u| label.unwrap_or_else(|| field.shares.label(u))).collect()
    };
    let inside = |block: u64| {
        let start = block * BLOCK;
        let skipped = first.saturating_sub(start) as usize;
        skipped..(first + count - start).min(BLOCK) as usize
    };
    let of_block = |item: usize| {
        let block = blocks.start + item as u64;
        let start = block * BLOCK;
        let mut z = vec![0.0; BLOCK as usize * latent];
        noise.fill_normal_of_steps(Stream::SampleLatent, start, latent, &mut z);
        let z = Tensor::<2>::from_data(TensorData::new(z, [BLOCK as usize, latent]), &device);
        let cell = |(row, code): (usize, u32)| Given { row, span: 0, code: code as u16, score: 0.0 };
        let given: Vec<Given> = told(start).into_iter().enumerate().map(cell).collect();
        let (x, _) = generator.generate(&leaves, marked(z, &given, labels), Phase::Evaluate);
        let inside = inside(block);
        let x = x.narrow(0, inside.start, inside.len());
        x.into_data().iter::<f64>().map(|x| level(0.5 * x + 0.5, levels)).collect()
    };
    let count = (blocks.end - blocks.start) as usize;
    let values = workers.map(count, &of_block).into_iter().flatten().map(|x| x as f32).collect();
    let labels = blocks.clone().flat_map(|block| {
        let told = told(block * BLOCK);
        inside(block).filter_map(move |at| told.get(at).copied()).collect::<Vec<_>>()
    });
    Some(DrawnImages { values, labels: labels.collect() })
}

/// The nearest of so many levels from 0 to 1.
fn level(x: f64, levels: Option<u32>) -> f64 {
    let x = x.clamp(0.0, 1.0);
    levels.map_or(x, |levels| {
        let steps = f64::from(levels.max(2) - 1);
        (x * steps).round() / steps
    })
}
