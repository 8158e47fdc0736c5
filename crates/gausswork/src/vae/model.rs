//! The model: networks, parameters and prior of one VAE.

use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::decoder::{Columns, Decoder, Sizes};
use super::encoder::Encoder;
use super::prior::Prior;
use crate::dist::Normal;
use crate::error::OutOfRange;
use crate::layout::Layout;
use crate::nn::{Embedding, Leaves, Params};
use crate::noise::Noise;

/// Sizes and structure of a [`Vae`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct VaeConfig {
    /// Latent dimensions.
    pub latent: usize,
    /// Hidden units of encoder and decoder trunk.
    pub width: usize,
    /// Residual blocks of the encoder.
    pub blocks: usize,
    /// Hidden units per span; fewer the more spans there are, where not given.
    pub hidden: Option<usize>,
    /// Numbers per embedded span; likewise.
    pub embedding: Option<usize>,
    /// How the columns depend on each other given z.
    pub columns: Columns,
}

impl Default for VaeConfig {
    fn default() -> Self {
        Self {
            latent: 16,
            width: 128,
            blocks: 1,
            hidden: None,
            embedding: None,
            columns: Columns::Autoregressive,
        }
    }
}

impl VaeConfig {
    /// Fills in what depends on the number of spans.
    ///
    /// The masked weight between spans has `(spans · embedding) · (spans · hidden)` entries, so a wide table gets
    /// narrower spans.
    pub fn resolved(mut self, spans: usize) -> Self {
        let (hidden, embedding) = match spans {
            0..=48 => (32, 16),
            49..=96 => (32, 8),
            97..=256 => (24, 6),
            _ => (16, 4),
        };
        self.hidden.get_or_insert(hidden);
        self.embedding.get_or_insert(embedding);
        self
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first size that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let size = |key, value: usize, least: usize, greatest: usize, expected| {
            OutOfRange::unless((least..=greatest).contains(&value), key, value, expected)
        };
        size("model.latent", self.latent, 1, 1024, "1 to 1024")?;
        size("model.width", self.width, 1, 8192, "1 to 8192")?;
        size("model.hidden", self.hidden.unwrap_or(1), 1, 1024, "1 to 1024")?;
        size("model.embedding", self.embedding.unwrap_or(1), 1, 1024, "1 to 1024")?;
        size("model.blocks", self.blocks, 0, 64, "0 to 64")
    }
}

/// A variational autoencoder of rows.
#[derive(Debug, Clone)]
pub struct Vae {
    /// Sizes.
    pub config: VaeConfig,
    /// What a row consists of.
    pub layout: Layout,
    /// The learned weights.
    pub params: Params,
    /// Rows to vectors, shared by encoder and decoder.
    pub embedding: Embedding,
    /// `q(z|x)`.
    pub encoder: Encoder,
    /// `p(x|z)`.
    pub decoder: Decoder,
    /// `p(z)`.
    pub prior: Prior,
}

/// The two sides of the bound, before any sum over rows.
#[derive(Debug)]
pub struct Terms {
    /// `log p(x_t | x_<t, z)`, `[batch, units]`, nats; units as in [`Decoder::units`].
    pub log_probs: Tensor<2>,
    /// `q(z|x)`, event size `latent`.
    pub posterior: Normal,
}

impl Vae {
    /// A model with initial weights from `noise`.
    pub fn new(config: VaeConfig, layout: Layout, noise: &Noise) -> Self {
        let config = config.resolved(layout.spans.len());
        let [hidden, embedding_width] = [config.hidden, config.embedding].map(|size| size.unwrap_or(1));
        let mut params = Params::default();
        let embedding = Embedding::new(&mut params, &layout, embedding_width, noise);
        let input = layout.spans.len() * embedding_width;
        let encoder = Encoder::new(&mut params, [input, config.width, config.latent], config.blocks, noise);
        let sizes = Sizes { latent: config.latent, width: config.width, hidden, embedding: embedding_width };
        let decoder = Decoder::new(&mut params, &layout, sizes, config.columns, noise);
        let prior = Prior::Standard { latent: config.latent };
        Self { config, layout, params, embedding, encoder, decoder, prior }
    }

    /// Gathers rows of features for this model.
    pub fn gather(
        &self,
        features: &crate::layout::Features,
        rows: impl ExactSizeIterator<Item = usize> + Clone,
        device: &Device,
    ) -> Batch {
        Batch::gather(features, rows, &self.layout, &self.decoder, device)
    }

    /// Encodes a batch, draws `z = mu + σ ε` and describes the batch given `z`; `epsilon: [batch, latent]`.
    pub fn forward(&self, leaves: &Leaves, batch: &Batch, epsilon: Tensor<2>) -> Terms {
        let embedded = self.embed(leaves, batch);
        let posterior = self.encoder.forward(leaves, embedded.clone());
        let z = posterior.reparameterised(epsilon);
        let described = self.decoder.describe(leaves, z, self.decoder.context(leaves, embedded), batch);
        Terms { log_probs: described.log_probs, posterior }
    }

    /// The embedding of a batch, `[batch, spans · embedding]`.
    pub fn embed(&self, leaves: &Leaves, batch: &Batch) -> Tensor<2> {
        self.embedding.forward(
            leaves,
            batch.embedded.clone(),
            batch.scores.clone(),
            batch.places.clone(),
            batch.size,
        )
    }

    /// The column of each unit of the decoder.
    pub fn unit_columns(&self) -> Vec<usize> {
        self.decoder.units.iter().map(|&span| self.layout.spans[span].column()).collect()
    }
}
