//! The model: both players, their parameters, and what a row is.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::condition::DiscreteColumns;
use super::config::GanConfig;
use super::discriminator::{Discriminator, Seen};
use super::image::{ImageField, ImageGenerator, Images, marked};
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
    /// Images, as numbers from −1 to 1.
    Images(ImageField),
}

/// Data as a game reads it.
#[derive(Debug, Clone, Copy)]
pub enum Data<'a> {
    /// Coded rows.
    Rows(&'a Features),
    /// Standardised points, `[n, dimensions]`; also images as the discriminator sees them.
    Points(&'a [f32]),
    /// The images of a set.
    Images(&'a Images<'a>),
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
    /// Of images.
    Images(ImageGenerator),
}

impl Generator {
    /// Moves running moments towards those of a batch of `rows` rows, of whose shards these are the sums that [`Gan::fake`] gave.
    pub fn update(&self, params: &mut Params, sums: &[f64], rows: usize) {
        match self {
            Self::Rows(_) => {}
            Self::Points(points) => points.update(params, sums, rows),
            Self::Images(images) => images.update(params, sums),
        }
    }
}

impl Field {
    /// The columns of which a generator can be told the value.
    fn discrete(&self, config: &GanConfig, layout: &Layout) -> DiscreteColumns {
        match self {
            Self::Rows if config.generator.rows.conditions > 0.0 => DiscreteColumns::new(layout),
            _ => DiscreteColumns::default(),
        }
    }

    /// What a discriminator is of.
    fn seen(&self, view: &View) -> Seen {
        match self {
            Self::Rows => Seen::Numbers(view.width()),
            Self::Points(affine) => Seen::Numbers(affine.centre.len()),
            Self::Images(images) => Seen::Images(images.frame.shape, images.labels()),
        }
    }

    /// Checks what a model file says.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        let affine = match self {
            Self::Rows => return Ok(()),
            Self::Images(images) => return images.check(),
            Self::Points(affine) => affine,
        };
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
        let generator = match &field {
            Field::Rows => {
                let sizes = Sizes {
                    latent: config.latent(),
                    width: g.width,
                    blocks: g.rows.blocks,
                    hidden: g.rows.hidden,
                    embedding: g.rows.embedding,
                };
                let rows = RowGenerator::new(&mut generator_params, &layout, discrete, sizes, noise);
                Generator::Rows(rows)
            }
            Field::Points(affine) => {
                let dimensions = affine.centre.len();
                let shape = [config.latent() + config.categories(), g.width, g.points.layers, dimensions];
                let function = g.points.activation.activation();
                let params = &mut generator_params;
                let points = PointGenerator::new(params, shape, function, g.points.normalisation, noise);
                Generator::Points(points)
            }
            Field::Images(images) => {
                let (inputs, shape) = (config.latent() + images.labels(), images.frame.shape);
                Generator::Images(ImageGenerator::new(&mut generator_params, inputs, shape, &g.images, noise))
            }
        };
        let mut discriminator_params = Params::default();
        // The players' weights must not be the same numbers.
        let other = Noise::new(noise.word(Stream::Init, u64::MAX, 0));
        let discriminator = Discriminator::new(
            &mut discriminator_params,
            field.seen(&view),
            config.discriminator.clone(),
            &other,
        );
        if let Some(deviation) = config.initial_deviation {
            generator_params.rescale_weights(deviation);
            discriminator_params.rescale_weights(deviation);
        }
        Self { config, layout, field, generator_params, discriminator_params, generator, discriminator, view }
    }

    /// Names and shapes of weights that decide how large all others are, without making any of them.
    pub fn expected(config: &GanConfig, layout: &Layout, field: &Field) -> Vec<(String, Vec<usize>)> {
        let g = &config.generator;
        let of_points = config.latent() + config.categories();
        let discrete = field.discrete(config, layout);
        let conditions = (CONDITIONS.to_owned(), vec![discrete.levels(), g.width]);
        let conditions = (!discrete.is_empty()).then_some(conditions);
        let view = View::new(layout, discrete);
        let of_generator = match field {
            Field::Rows => vec![("generator.trunk.weight".to_owned(), vec![config.latent(), g.width])],
            Field::Points(affine) => {
                let (name, outputs) = match g.points.layers {
                    0 => ("generator.last.weight", affine.centre.len()),
                    _ => ("generator.layer0.weight", g.width),
                };
                vec![(name.to_owned(), vec![of_points, outputs])]
            }
            Field::Images(images) => {
                ImageGenerator::expected(config.latent() + images.labels(), images.frame.shape, &g.images)
            }
        };
        let of_discriminator = Discriminator::expected(field.seen(&view), &config.discriminator);
        of_generator.into_iter().chain(of_discriminator).chain(conditions).collect()
    }

    /// What the discriminator is of.
    pub fn seen(&self) -> Seen {
        self.field.seen(&self.view)
    }

    /// Numbers that the discriminator sees of a row.
    pub fn seen_width(&self) -> usize {
        self.seen().width()
    }

    /// Those of them, at the end, that are a condition: which column a row is told, or the label of an image.
    pub fn condition_width(&self) -> usize {
        match &self.field {
            Field::Rows => self.view.discrete.len(),
            Field::Points(_) => 0,
            Field::Images(images) => images.labels(),
        }
    }

    /// Real rows as the discriminator sees them without conditions, and images with their labels, `[rows, seen_width]`.
    pub fn real(&self, data: Data<'_>, rows: &[u32], device: &Device) -> Tensor<2> {
        match data {
            Data::Rows(features) => self.view.rows(features, rows, device),
            Data::Points(points) => gather(points, self.seen_width(), rows, device),
            Data::Images(images) => images.seen(rows, self.condition_width(), device),
        }
    }

    /// What generated rows are to be told so that they stand beside real ones: the labels of images.
    pub(super) fn labels(&self, data: Data<'_>, rows: &[u32]) -> Vec<Given> {
        match data {
            Data::Rows(_) | Data::Points(_) => Vec::new(),
            Data::Images(images) => images.told(rows, self.condition_width()),
        }
    }

    /// Real rows with the conditions of `told`; images have their labels already.
    pub(super) fn told(&self, x: Tensor<2>, told: &[Given]) -> Tensor<2> {
        match self.field {
            Field::Rows => self.view.told(x, told),
            Field::Points(_) | Field::Images(_) => x,
        }
    }

    /// Categories of a latent; none of rows.
    pub(super) fn categories(&self) -> usize {
        match self.field {
            Field::Rows | Field::Images(_) => 0,
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

    /// Generated rows as the discriminator sees them, `[rows, seen_width]`, and while training what normalisations saw, in numbers that
    /// add up over shards.
    ///
    /// Latents and cells come from `address` of the streams of the game; `told` are conditions of some rows. Images that are told no
    /// label have those that the stream draws.
    pub fn fake(
        &self,
        leaves: &Leaves,
        (rows, told): (usize, &[Given]),
        noise: &Noise,
        address: u64,
        phase: Phase,
        device: &Device,
    ) -> (Tensor<2>, Vec<f64>) {
        let z = self.latents(rows, noise, address, device);
        match &self.generator {
            Generator::Points(points) => {
                let (x, moments) = points.generate(leaves, z, phase);
                (x, points.sums(moments.into_iter().map(Tensor::inner).collect(), rows))
            }
            Generator::Images(images) => {
                let labels = self.condition_width();
                let told = self.drawn_labels(rows, told, noise, address);
                let (x, seen) = images.generate(leaves, marked(z, &told, labels), phase);
                (marked(x, &told, labels), seen)
            }
            Generator::Rows(generator) => {
                let mut gumbels = vec![0.0; rows * generator.noise_width()];
                noise.fill_gumbel(Stream::GameCell, address, &mut gumbels);
                let g = &self.config.generator;
                let relaxed = (g.rows.relaxation, g.rows.temperature as f32);
                (generator.viewed(leaves, &self.view, z, relaxed, &gumbels, told), Vec::new())
            }
        }
    }

    /// The labels that images are told: those of `told`, or drawn as often as among the training images.
    fn drawn_labels(&self, rows: usize, told: &[Given], noise: &Noise, address: u64) -> Vec<Given> {
        let Field::Images(images) = &self.field else { return Vec::new() };
        if images.labels() == 0 || !told.is_empty() {
            return told.to_vec();
        }
        let mut uniforms = vec![0.0; rows];
        noise.fill_uniform(Stream::GameCell, address, &mut uniforms);
        let cell = |(row, u)| Given { row, span: 0, code: images.shares.label(u) as u16, score: 0.0 };
        uniforms.into_iter().enumerate().map(cell).collect()
    }
}
