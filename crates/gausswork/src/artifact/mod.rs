//! The model file: one `.safetensors` whose metadata holds everything that is not a weight, as JSON.
//!
//! Nothing in it is executed. Sizes are checked against each other before anything is built from them, and a
//! checksum tells a damaged or altered file from a whole one.

mod network;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::data::table::TableCodec;
use crate::gan::Judgement;
use crate::vae::Prior;
use crate::whole::write_whole;

pub use network::{GanKind, ImageKind, ModelKind, Network, RowSampler};

/// Version of the file's own format; a greater one comes from a newer program.
const FORMAT: u32 = 1;
/// The metadata key.
const KEY: &str = "gausswork";
/// Name of the model file within a run directory.
pub const FILE_NAME: &str = "model.safetensors";

/// A fitted model: all that sampling and scoring need.
#[derive(Debug, Clone)]
pub struct Model {
    /// What the file says besides the weights.
    pub card: Card,
    /// The networks, with their weights.
    pub network: Network,
}

/// The self-description of a model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of the program that wrote it.
    pub version: String,
    /// Seed of the fit.
    pub seed: u64,
    /// The data's fingerprint, BLAKE3 of its columns' names and values.
    pub fingerprint: String,
    /// Rows trained on, and held out.
    pub rows: [usize; 2],
    /// The kind of model and its sizes.
    pub model: ModelKind,
    /// The resolved configuration, as TOML.
    pub config: String,
    /// Columns to features and back; of no columns where the model is of images.
    pub codec: TableCodec,
    /// `p(z)`.
    pub prior: Prior,
    /// Held-out figures, by name.
    pub figures: Vec<(String, f64)>,
    /// How the game ended, of a GAN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
}

/// The metadata entry. The card stays text until its checksum has been verified.
#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    checksum: String,
    card: Box<RawValue>,
}

/// A model file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// "read" or "write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// Not a model of this program.
    #[error("{}: not a gausswork model: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// Written by a newer program.
    #[error("{}: written in format {found}, this program reads up to {FORMAT}; use a newer gausswork", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Cut short, altered, or inconsistent.
    #[error("{}: damaged or altered: {reason}; restore it from a copy, or fit again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
}

impl Model {
    /// Reads a model file, or the one in a run directory.
    ///
    /// # Errors
    /// See [`ArtifactError`].
    pub fn load(path: &Path) -> Result<Self, ArtifactError> {
        let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() };
        let bytes = std::fs::read(&path).map_err(|source| ArtifactError::Io {
            action: "read",
            path: path.clone(),
            source,
        })?;
        Self::from_bytes(&bytes, &path)
    }

    fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, ArtifactError> {
        let damaged = |reason: String| ArtifactError::Damaged { path: path.to_path_buf(), reason };
        let foreign =
            |reason: &str| ArtifactError::Foreign { path: path.to_path_buf(), reason: reason.to_owned() };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| match bytes.get(8) {
            // A safetensors file begins with a length and a brace.
            Some(b'{') => damaged(e.to_string()),
            _ => foreign("it is not a safetensors file"),
        })?;
        let text = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
        let text = text.ok_or_else(|| foreign("its metadata has no 'gausswork' entry"))?;
        let format = serde_json::from_str::<serde_json::Value>(text)
            .ok()
            .and_then(|value| value.get("format")?.as_u64())
            .ok_or_else(|| damaged("the description does not parse".to_owned()))?;
        if format > u64::from(FORMAT) {
            let found = u32::try_from(format).unwrap_or(u32::MAX);
            return Err(ArtifactError::Newer { path: path.to_path_buf(), found });
        }
        let header: Header = serde_json::from_str(text)
            .map_err(|e| damaged(format!("the description does not parse: {e}")))?;
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| damaged(e.to_string()))?;
        let mut named: Vec<(String, TensorView<'_>)> = tensors.tensors();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        let sums = named.iter().map(|(name, view)| (name.as_str(), view.shape(), view.data()));
        if checksum(header.card.get(), sums) != header.checksum {
            return Err(damaged("the checksum does not match".to_owned()));
        }
        let card: Card = serde_json::from_str(header.card.get())
            .map_err(|e| damaged(format!("the description does not parse: {e}")))?;
        let expected = card.check().map_err(damaged)?;
        // Sizes are believed only as far as the file holds weights of those sizes.
        for (name, shape) in expected {
            if !named.iter().any(|(n, view)| *n == name && view.shape() == shape) {
                return Err(damaged(format!("'{name}' is missing or has the wrong shape")));
            }
        }
        let mut network = Network::blank(&card.model, card.codec.layout(), &card.prior);
        let count: usize = network.params().iter().map(|params| params.entries().len()).sum();
        if count != named.len() {
            return Err(damaged(format!("{} weights where the model has {count}", named.len())));
        }
        for params in network.params_mut() {
            for entry in params.entries().to_vec() {
                let view = tensors
                    .tensor(&entry.name)
                    .map_err(|_| damaged(format!("'{}' is missing", entry.name)))?;
                if view.dtype() != Dtype::F32 || view.shape() != entry.shape {
                    return Err(damaged(format!("'{}' has the wrong shape or type", entry.name)));
                }
                let target = &mut params.values_mut()[entry.offset..entry.offset + entry.len()];
                for (value, bytes) in target.iter_mut().zip(view.data().chunks_exact(4)) {
                    *value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                    if !value.is_finite() {
                        return Err(damaged(format!("'{}' holds a value that is not finite", entry.name)));
                    }
                }
            }
        }
        Ok(Self { card, network })
    }

    /// The bytes of the model file.
    ///
    /// # Errors
    /// [`ArtifactError::Damaged`] should the parts not form one.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArtifactError> {
        let failed = |reason: String| ArtifactError::Damaged { path: PathBuf::from(FILE_NAME), reason };
        let mut named: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        for params in self.network.params() {
            named.extend(params.entries().iter().map(|entry| {
                let values = &params.values()[entry.offset..entry.offset + entry.len()];
                let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                (entry.name.clone(), entry.shape.clone(), bytes)
            }));
        }
        named.sort_by(|a, b| a.0.cmp(&b.0));
        let sums =
            named.iter().map(|(name, shape, bytes)| (name.as_str(), shape.as_slice(), bytes.as_slice()));
        let card = serde_json::value::to_raw_value(&self.card).map_err(|e| failed(e.to_string()))?;
        let header = Header { format: FORMAT, checksum: checksum(card.get(), sums), card };
        let text = serde_json::to_string(&header).map_err(|e| failed(e.to_string()))?;
        let views = named
            .iter()
            .map(|(name, shape, bytes)| {
                let view =
                    TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(|e| failed(e.to_string()))?;
                Ok((name.as_str(), view))
            })
            .collect::<Result<Vec<_>, ArtifactError>>()?;
        // One key only: the order of a hash map is not reproducible.
        let metadata = HashMap::from([(KEY.to_owned(), text)]);
        safetensors::serialize(views, Some(metadata)).map_err(|e| failed(e.to_string()))
    }

    /// Writes the model file whole or not at all.
    ///
    /// # Errors
    /// See [`ArtifactError`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let bytes = self.to_bytes()?;
        write_whole(path, &bytes).map_err(|source| ArtifactError::Io {
            action: "write",
            path: path.to_path_buf(),
            source,
        })
    }
}

impl Card {
    /// Checks what the weights alone do not: that sizes fit each other and no index leaves its table; the names and shapes of
    /// weights that there must be.
    fn check(&self) -> Result<Vec<(String, Vec<usize>)>, String> {
        self.codec.check()?;
        self.prior.check(self.model.latent())?;
        self.model.check(&self.codec.layout())
    }
}

/// BLAKE3 over the description and every weight, with names and shapes.
fn checksum<'a>(card: &str, tensors: impl Iterator<Item = (&'a str, &'a [usize], &'a [u8])>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(card.as_bytes());
    for (name, shape, bytes) in tensors {
        hasher.update(format!("\0{name}{shape:?}").as_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().to_hex().to_string()
}
