//! The kinds of model behind one interface.

use arrow::array::RecordBatch;
use serde::{Deserialize, Serialize};

use super::Model;
use crate::data::image::{ImageFrame, LabelShares, LabelUse};
use crate::data::table::{CodecError, ConditionError, Conditions};
use crate::gan::{Field, Gan, GanConfig, GanSampler};
use crate::layout::{Coded, Drawn, Layout};
use crate::nn::Params;
use crate::noise::Noise;
use crate::vae::image::{ImageVae, ImageVaeConfig, Moments};
use crate::vae::{BLOCK, Prior, Sampler, Vae, VaeConfig};

/// The kinds of model, as a model file names them.
// There is one of them in a model: its size is of no account.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// A variational autoencoder.
    Vae(VaeConfig),
    /// A generative adversarial network.
    Gan(GanKind),
    /// A variational autoencoder of images.
    Images(ImageKind),
}

/// What a model file says of a GAN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GanKind {
    /// Sizes, objective and rules.
    pub config: GanConfig,
    /// Rows, points or images.
    pub field: Field,
}

/// What a model file says of an autoencoder of images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageKind {
    /// Sizes, likelihood and objective.
    pub config: ImageVaeConfig,
    /// Shape and scale of the images.
    pub frame: ImageFrame,
    /// How often each label comes; empty where labels are not told.
    #[serde(default, skip_serializing_if = "LabelShares::is_empty")]
    pub shares: LabelShares,
}

/// A model's networks with their weights.
// There is one of them in a model: its size is of no account.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone)]
pub enum Network {
    /// A variational autoencoder.
    Vae(Vae),
    /// A generative adversarial network.
    Gan(Gan),
    /// A variational autoencoder of images.
    Images(ImageVae),
}

impl ModelKind {
    /// Checks every size, and those that weights must have; the names and shapes of weights without which nothing else is
    /// believed.
    ///
    /// # Errors
    /// What is out of its range, in words.
    pub(super) fn check(&self, layout: &Layout) -> Result<Vec<(String, Vec<usize>)>, String> {
        let spans = layout.spans.len();
        match self {
            Self::Vae(config) => {
                config.check().map_err(|e| e.to_string())?;
                let resolved = config.clone().resolved(spans);
                let [hidden, embedding] = [resolved.hidden, resolved.embedding].map(|size| size.unwrap_or(1));
                let levels: usize = layout.simplexes().map(|(_, simplex)| simplex.levels).sum();
                Ok(vec![
                    ("embedding.table".to_owned(), vec![levels, embedding]),
                    ("decoder.fan_out.weight".to_owned(), vec![config.width, spans * hidden]),
                    ("decoder.trunk.weight".to_owned(), vec![config.latent, config.width]),
                ])
            }
            Self::Gan(GanKind { config, field }) => {
                config.check().map_err(|e| e.to_string())?;
                field.check()?;
                Ok(Gan::expected(config, layout, field))
            }
            Self::Images(ImageKind { config, frame, shares }) => {
                config.check().map_err(|e| e.to_string())?;
                frame.check()?;
                shares.check(frame.labels.len())?;
                if (config.labels == LabelUse::Told) == shares.is_empty() {
                    return Err(format!("labels {:?}, and {} shares of them", config.labels, shares.len()));
                }
                Ok(ImageVae::expected(config, frame, shares.len()))
            }
        }
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        match self {
            Self::Vae(config) => config.latent,
            Self::Gan(kind) => kind.config.latent(),
            Self::Images(kind) => kind.config.latent(),
        }
    }
}

impl Network {
    /// A network of a kind; its weights are to be overwritten.
    pub(super) fn blank(kind: &ModelKind, layout: Layout, prior: &Prior) -> Self {
        // Initial values are overwritten, so any noise serves.
        let noise = Noise::new(0);
        match kind {
            ModelKind::Vae(config) => {
                let mut vae = Vae::new(config.clone(), layout, &noise);
                vae.prior = prior.clone();
                Self::Vae(vae)
            }
            ModelKind::Gan(GanKind { config, field }) => {
                Self::Gan(Gan::new(config.clone(), layout, field.clone(), &noise))
            }
            ModelKind::Images(ImageKind { config, frame, shares }) => {
                let moments = Moments::none(frame.shape.values());
                let (config, frame, shares) = (config.clone(), frame.clone(), shares.clone());
                Self::Images(ImageVae::new(config, frame, shares, &moments, &noise))
            }
        }
    }

    /// Its kind.
    pub fn kind(&self) -> ModelKind {
        match self {
            Self::Vae(vae) => ModelKind::Vae(vae.config.clone()),
            Self::Gan(gan) => {
                ModelKind::Gan(GanKind { config: gan.config.clone(), field: gan.field.clone() })
            }
            Self::Images(ImageVae { config, frame, shares, .. }) => ModelKind::Images(ImageKind {
                config: config.clone(),
                frame: frame.clone(),
                shares: shares.clone(),
            }),
        }
    }

    /// All weights, network by network.
    pub fn params(&self) -> Vec<&Params> {
        match self {
            Self::Vae(vae) => vec![&vae.params],
            Self::Gan(gan) => vec![&gan.generator_params, &gan.discriminator_params],
            Self::Images(vae) => vec![&vae.params],
        }
    }

    /// All weights, to be changed.
    pub(super) fn params_mut(&mut self) -> Vec<&mut Params> {
        match self {
            Self::Vae(vae) => vec![&mut vae.params],
            Self::Gan(gan) => vec![&mut gan.generator_params, &mut gan.discriminator_params],
            Self::Images(vae) => vec![&mut vae.params],
        }
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.params().iter().map(|params| params.values().len()).sum()
    }

    /// The game, if it is one: only that has a discriminator.
    pub fn gan(&self) -> Option<&Gan> {
        match self {
            Self::Gan(gan) => Some(gan),
            Self::Vae(_) | Self::Images(_) => None,
        }
    }

    /// The autoencoder of rows, if it is one: only that has a likelihood of them.
    pub fn vae(&self) -> Option<&Vae> {
        match self {
            Self::Vae(vae) => Some(vae),
            Self::Gan(_) | Self::Images(_) => None,
        }
    }

    /// What its images are, if it is a model of those.
    pub fn frame(&self) -> Option<&ImageFrame> {
        match self {
            Self::Images(vae) => Some(&vae.frame),
            Self::Gan(Gan { field: Field::Images(images), .. }) => Some(&images.frame),
            Self::Vae(_) | Self::Gan(_) => None,
        }
    }

    /// What the labels are called that it is told; none where it is told none.
    pub fn labels(&self) -> &[String] {
        match self {
            Self::Images(vae) if vae.labels() > 0 => &vae.frame.labels,
            Self::Gan(Gan { field: Field::Images(images), .. }) if images.labels() > 0 => {
                &images.frame.labels
            }
            Self::Vae(_) | Self::Gan(_) | Self::Images(_) => &[],
        }
    }

    /// Prepares it for sampling rows that have a value, which its generator is told; none where it cannot be.
    pub fn sampler_given(&self, value: Coded) -> Option<RowSampler> {
        match self {
            Self::Vae(_) | Self::Images(_) => None,
            Self::Gan(gan) => GanSampler::given(gan, value).map(Box::new).map(RowSampler::Gan),
        }
    }

    /// Prepares it for sampling rows, if it is a model of those.
    pub fn sampler(&self) -> Option<RowSampler> {
        match self {
            Self::Vae(vae) => Some(RowSampler::Vae(Box::new(Sampler::new(vae)))),
            Self::Images(_) | Self::Gan(Gan { field: Field::Images(_), .. }) => None,
            Self::Gan(gan) => Some(RowSampler::Gan(Box::new(GanSampler::new(gan)))),
        }
    }
}

/// A network prepared for sampling.
#[derive(Debug)]
pub enum RowSampler {
    /// A variational autoencoder.
    Vae(Box<Sampler>),
    /// A generator.
    Gan(Box<GanSampler>),
}

impl RowSampler {
    /// Rows `BLOCK · block` to `BLOCK · (block + 1)` of the sample that `noise` names.
    pub fn block(&self, noise: &Noise, block: u64) -> Drawn {
        match self {
            Self::Vae(sampler) => sampler.block(noise, block),
            Self::Gan(sampler) => sampler.block(noise, block),
        }
    }
}

impl Model {
    /// Checks that rows of the model can meet conditions, as far as each column by itself shows.
    ///
    /// # Errors
    /// The conditions that no row can meet.
    pub fn can_draw(&self, conditions: &Conditions) -> Result<(), ConditionError> {
        match &self.network {
            // The codec does not decode points, which may lie anywhere.
            Network::Gan(Gan { field: Field::Points(_), .. }) => Ok(()),
            _ => conditions.check(&self.card.codec),
        }
    }

    /// A sampler of rows under those conditions on one column that the model can be told, and that column: where there are several,
    /// the one whose value is rarest among the training rows. None where there is none.
    ///
    /// # Errors
    /// Conditions on one column that contradict each other.
    pub fn sampler_under(
        &self,
        conditions: &Conditions,
    ) -> Result<Option<(RowSampler, usize)>, ConditionError> {
        let layout = self.card.codec.layout();
        let mut values = conditions.determined(&self.card.codec)?;
        values.sort_by(|a, b| a.log_share(&layout).total_cmp(&b.log_share(&layout)));
        let sampler = |value: Coded| {
            let column = value.column;
            Some((self.network.sampler_given(value)?, column))
        };
        Ok(values.into_iter().find_map(sampler))
    }

    /// A block of generated rows in canonical columns; `first` is the number of its first row, `words` what regenerated columns are
    /// made of.
    ///
    /// # Errors
    /// [`CodecError::Arrow`] where the columns do not form a batch.
    pub fn decode(
        &self,
        drawn: &Drawn,
        first: u64,
        words: &(dyn Fn(u64, u32) -> u32 + Sync),
    ) -> Result<RecordBatch, CodecError> {
        match &self.network {
            Network::Gan(Gan { field: Field::Points(_), .. }) => self.card.codec.of_points(&drawn.scores),
            _ => self.card.codec.decode(&drawn.codes, &drawn.scores, BLOCK as usize, first, words),
        }
    }
}
