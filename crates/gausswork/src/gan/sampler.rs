//! Drawing rows from the generator of a [`Gan`], as it is used: with running moments, exact choices and a number for every draw.

use burn::tensor::{Device, Tensor, TensorData};

use super::model::{Field, Gan, Generator};
use super::points;
use super::rows::Generated;
use crate::fused::Relaxation;
use crate::layout::{Coded, Drawn, ends_in};
use crate::nn::Phase;
use crate::noise::{Noise, Stream};

/// Rows per block; a row does not depend on where a sample starts or how it is cut.
pub(super) const BLOCK: u64 = 512;

/// A [`Gan`] prepared for sampling.
#[derive(Debug, Clone)]
pub struct GanSampler {
    gan: Gan,
    condition: Option<Coded>,
}

impl GanSampler {
    /// Prepares a model.
    pub fn new(gan: &Gan) -> Self {
        Self { gan: gan.clone(), condition: None }
    }

    /// Prepares a model for sampling rows that have a value, which its generator is told; none where it cannot be.
    ///
    /// Values that are rare ends of their columns ([`End`](crate::layout::End)) are then not drawn by rote but as the generator has
    /// them: how often they come with the value is not known otherwise.
    pub fn given(gan: &Gan, condition: Coded) -> Option<Self> {
        gan.view.discrete.cells(0, &condition)?;
        Some(Self { gan: gan.clone(), condition: Some(condition) })
    }

    /// The random numbers of a sample: each condition has its own, so that samples under different ones are independent.
    fn noise(&self, noise: &Noise) -> Noise {
        let Some(Coded { column, codes }) = &self.condition else { return *noise };
        let codes = codes.iter().fold(0, |all, &code| all << 16 | u32::from(code));
        // No step of training is so late.
        Noise::new(noise.word(Stream::Condition, u64::MAX - *column as u64, codes))
    }

    /// Rows `BLOCK · block` to `BLOCK · (block + 1)` of the sample that `noise` names. Of points, the scores are the coordinates.
    pub fn block(&self, noise: &Noise, block: u64) -> Drawn {
        let (rows, first, device) = (BLOCK as usize, block * BLOCK, Device::flex());
        let noise = &self.noise(noise);
        let latent = self.gan.config.latent();
        let mut z = vec![0.0; rows * latent];
        noise.fill_normal_of_steps(Stream::SampleLatent, first, latent, &mut z);
        let categories = self.gan.categories();
        let mut uniforms = vec![0.0; rows.min(rows * categories)];
        noise.fill_uniform_of_steps(Stream::SampleCell, first, 1, &mut uniforms);
        let z = points::latents(z, latent, &uniforms, categories);
        let z = Tensor::from_data(TensorData::new(z, [rows, latent + categories]), &device);
        let leaves = self.gan.generator_params.constants(&device);
        match (&self.gan.generator, &self.gan.field) {
            (Generator::Points(points), field) => {
                let (y, _) = points.generate(&leaves, z, Phase::Evaluate);
                let y: Vec<f32> = y.into_data().iter().collect();
                let scores = match field {
                    Field::Points(affine) => affine.apply(&y),
                    Field::Rows | Field::Images(_) => y.into_iter().map(f64::from).collect(),
                };
                Drawn { codes: Vec::new(), scores }
            }
            // Images are drawn as such.
            (Generator::Images(_), _) => Drawn { codes: Vec::new(), scores: Vec::new() },
            (Generator::Rows(generator), _) => {
                let width = generator.noise_width();
                let mut gumbels = vec![0.0; rows * width];
                noise.fill_gumbel_of_steps(Stream::SampleCell, first, width, &mut gumbels);
                let (given, told) = match &self.condition {
                    None => (ends_in(&self.gan.layout.ends, noise, [first, BLOCK]), Vec::new()),
                    Some(value) => {
                        let cells = |row| self.gan.view.discrete.cells(row, value).into_iter().flatten();
                        (Vec::new(), (0..rows).flat_map(cells).collect())
                    }
                };
                let Generated { codes, scores } =
                    generator.generate(&leaves, z, (Relaxation::Gumbel, 1.0), &gumbels, [&given, &told]);
                let mut drawn =
                    Drawn { codes: vec![0; rows * codes.len()], scores: vec![0.0; rows * scores.len()] };
                let simplexes = codes.len();
                for (s, one_hot) in codes.into_iter().enumerate() {
                    let [_, levels] = one_hot.dims();
                    let data = one_hot.into_data();
                    let values: Vec<f32> = data.iter().collect();
                    for (row, one_hot) in values.chunks_exact(levels).enumerate() {
                        let code = one_hot.iter().position(|&x| x > 0.5).unwrap_or(0);
                        drawn.codes[row * simplexes + s] = code as u16;
                    }
                }
                let reals = scores.len();
                for (r, column) in scores.into_iter().enumerate() {
                    for (row, score) in column.into_data().iter::<f64>().enumerate() {
                        drawn.scores[row * reals + r] = score;
                    }
                }
                drawn
            }
        }
    }
}
