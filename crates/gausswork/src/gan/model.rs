//! The model: both players, their parameters, and what a row is.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::condition::DiscreteColumns;
use super::config::GanConfig;
use super::discriminator::Discriminator;
use super::points::{self, Affine, PointGenerator, gather};
use super::rows::{CONDITIONS, RowGenerator, Sizes};
use super::view::View;
use crate::layout::{Features, Given, Layout};
use crate::nn::{Leaves, Params, Phase};
use crate::noise::{Noise, Stream};

/// What the players play for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Rows of a table, coded.
    Rows,
    /// Points: numbers as they are, standardised.
    Points(Affine),
}

/// Data as a game reads it.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    /// Coded rows.
    Rows(&'a Features),
    /// Standardised points, `[n, dimensions]`.
    Points(&'a [f32]),
}

/// A generator and a discriminator.
#[derive(Debug, Clone)]
pub struct Gan {
    /// Sizes, objective and rules.
    pub config: GanConfig,
    /// What a row consists of.
    pub layout: Layout,
    /// Rows or points.
    pub field: Field,
    /// The generator's weights.
    pub generator_params: Params,
    /// The discriminator's weights.
    pub discriminator_params: Params,
    /// `G`.
    pub generator: Generator,
    /// `D`.
    pub discriminator: Discriminator,
    /// How the discriminator sees rows.
    pub view: View,
}

/// The kinds of generator.
#[derive(Debug, Clone)]
pub enum Generator {
    /// Of a table.
    Rows(RowGenerator),
    /// Of points.
    Points(PointGenerator),
}

impl Field {
    /// The columns of which a generator can be told the value.
    fn discrete(&self, config: &GanConfig, layout: &Layout) -> DiscreteColumns {
        match self {
            Self::Rows if config.generator.rows.conditions > 0.0 => DiscreteColumns::new(layout),
            _ => DiscreteColumns::default(),
        }
    }

    /// Checks what a model file says.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        let Self::Points(affine) = self else { return Ok(()) };
        let finite = affine.centre.iter().chain(&affine.scale).all(|x| x.is_finite());
        let fits = !affine.centre.is_empty() && affine.centre.len() == affine.scale.len();
        if finite && fits && affine.scale.iter().all(|&scale| scale > 0.0) {
            Ok(())
        } else {
            Err("the map of the points is inconsistent".to_owned())
        }
    }
}

impl Gan {
    /// Players with initial weights from `noise`.
    pub fn new(config: GanConfig, layout: Layout, field: Field, noise: &Noise) -> Self {
        let mut generator_params = Params::default();
        let g = &config.generator;
        let discrete = field.discrete(&config, &layout);
        let view = View::new(&layout, discrete.clone());
        let (generator, width) = match &field {
            Field::Rows => {
                let sizes = Sizes {
                    latent: config.latent(),
                    width: g.width,
                    blocks: g.rows.blocks,
                    hidden: g.rows.hidden,
                    embedding: g.rows.embedding,
                };
                let rows = RowGenerator::new(&mut generator_params, &layout, discrete, sizes, noise);
                (Generator::Rows(rows), view.width())
            }
            Field::Points(affine) => {
                let dimensions = affine.centre.len();
                let shape = [config.latent() + config.categories(), g.width, g.points.layers, dimensions];
                let function = g.points.activation.activation();
                let params = &mut generator_params;
                let points = PointGenerator::new(params, shape, function, g.points.normalisation, noise);
                (Generator::Points(points), dimensions)
            }
        };
        let mut discriminator_params = Params::default();
        // The players' weights must not be the same numbers.
        let other = Noise::new(noise.word(Stream::Init, u64::MAX, 0));
        let discriminator =
            Discriminator::new(&mut discriminator_params, width, config.discriminator.clone(), &other);
        Self { config, layout, field, generator_params, discriminator_params, generator, discriminator, view }
    }

    /// Names and shapes of weights that decide how large all others are, without making any of them.
    pub fn expected(config: &GanConfig, layout: &Layout, field: &Field) -> Vec<(String, Vec<usize>)> {
        let g = &config.generator;
        let of_points = config.latent() + config.categories();
        let discrete = field.discrete(config, layout);
        let conditions = (CONDITIONS.to_owned(), vec![discrete.levels(), g.width]);
        let conditions = (!discrete.is_empty()).then_some(conditions);
        let (trunk, seen) = match field {
            Field::Rows => {
                let view = View::new(layout, discrete);
                (("generator.trunk.weight", vec![config.latent(), g.width]), view.width())
            }
            Field::Points(affine) if g.points.layers == 0 => {
                (("generator.last.weight", vec![of_points, affine.centre.len()]), affine.centre.len())
            }
            Field::Points(affine) => {
                (("generator.layer0.weight", vec![of_points, g.width]), affine.centre.len())
            }
        };
        let (name, shape) = trunk;
        let players = [(name.to_owned(), shape), Discriminator::expected(seen, &config.discriminator)];
        players.into_iter().chain(conditions).collect()
    }

    /// Numbers that the discriminator sees of a row.
    pub fn seen_width(&self) -> usize {
        match &self.field {
            Field::Rows => self.view.width(),
            Field::Points(affine) => affine.centre.len(),
        }
    }

    /// Real rows as the discriminator sees them without conditions, `[rows, seen_width]`.
    pub fn real(&self, data: Data<'_>, rows: &[u32], device: &Device) -> Tensor<2> {
        match data {
            Data::Rows(features) => self.view.rows(features, rows, device),
            Data::Points(points) => gather(points, self.seen_width(), rows, device),
        }
    }

    /// Categories of a latent; none of rows.
    pub(super) fn categories(&self) -> usize {
        match self.field {
            Field::Rows => 0,
            Field::Points(_) => self.config.categories(),
        }
    }

    /// Latents `[rows, latent + categories]` from `address` of the stream of the game.
    pub fn latents(&self, rows: usize, noise: &Noise, address: u64, device: &Device) -> Tensor<2> {
        let latent = self.config.latent();
        let mut z = vec![0.0; rows * latent];
        noise.fill_normal(Stream::GameLatent, address, &mut z);
        let categories = self.categories();
        let mut uniforms = vec![0.0; rows.min(rows * categories)];
        noise.fill_uniform(Stream::GameCell, address, &mut uniforms);
        let z = points::latents(z, latent, &uniforms, categories);
        Tensor::from_data(TensorData::new(z, [rows, latent + categories]), device)
    }

    /// Generated rows as the discriminator sees them, `[rows, seen_width]`, and the moments that normalisations saw.
    ///
    /// Latents and cells come from `address` of the streams of the game; `told` are conditions of some rows.
    pub fn fake(
        &self,
        leaves: &Leaves,
        (rows, told): (usize, &[Given]),
        noise: &Noise,
        address: u64,
        phase: Phase,
        device: &Device,
    ) -> (Tensor<2>, Vec<Tensor<2>>) {
        let z = self.latents(rows, noise, address, device);
        match &self.generator {
            Generator::Points(points) => points.generate(leaves, z, phase),
            Generator::Rows(generator) => {
                let mut gumbels = vec![0.0; rows * generator.noise_width()];
                noise.fill_gumbel(Stream::GameCell, address, &mut gumbels);
                let g = &self.config.generator;
                let relaxed = (g.rows.relaxation, g.rows.temperature as f32);
                (generator.viewed(leaves, &self.view, z, relaxed, &gumbels, told), Vec::new())
            }
        }
    }
}
