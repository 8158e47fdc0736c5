//! The file of a trained extractor: one `.safetensors` whose metadata holds its card as JSON.
//!
//! Nothing in it is executed; sizes are believed only as far as the file holds weights of those sizes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::network::FeatureNetwork;
use super::{ExtractorCard, TrainedExtractor};
use crate::nn::Params;
use crate::noise::Noise;
use crate::whole::write_whole;

/// The metadata key; its number is the format's.
const KEY: &str = "gausswork-extractor-1";

/// The file of an extractor cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractorError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// "read" or "write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// Not an extractor that this program wrote.
    #[error("{}: not a gausswork extractor: {reason}; --save-extractor writes one", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// Cut short, altered, or inconsistent.
    #[error("{}: damaged or altered: {reason}; restore it from a copy, or train another", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
}

/// The BLAKE3 hash of weights, with their names and shapes.
pub(super) fn digest(params: &Params) -> String {
    let mut hasher = blake3::Hasher::new();
    for entry in params.entries() {
        hasher.update(format!("\0{}{:?}", entry.name, entry.shape).as_bytes());
        let values = &params.values()[entry.offset..entry.offset + entry.len()];
        values.iter().for_each(|value| _ = hasher.update(&value.to_le_bytes()));
    }
    hasher.finalize().to_hex().to_string()
}

impl TrainedExtractor {
    /// Reads one that [`TrainedExtractor::save`] wrote.
    ///
    /// # Errors
    /// See [`ExtractorError`].
    pub fn load(path: &Path) -> Result<Self, ExtractorError> {
        let bytes = std::fs::read(path).map_err(|source| ExtractorError::Io {
            action: "read",
            path: path.to_path_buf(),
            source,
        })?;
        let damaged = |reason: String| ExtractorError::Damaged { path: path.to_path_buf(), reason };
        let foreign =
            |reason: &str| ExtractorError::Foreign { path: path.to_path_buf(), reason: reason.to_owned() };
        let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| match bytes.get(8) {
            // A safetensors file begins with a length and a brace.
            Some(b'{') => damaged(e.to_string()),
            _ => foreign("it is not a safetensors file"),
        })?;
        let text = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
        let text = text.ok_or_else(|| foreign("its metadata has no such entry"))?;
        let card: ExtractorCard = serde_json::from_str(text)
            .map_err(|e| damaged(format!("the description does not parse: {e}")))?;
        card.check().map_err(damaged)?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(|e| damaged(e.to_string()))?;
        let expected = card.sizes.expected();
        if expected.len() != tensors.len() {
            return Err(damaged(format!("{} weights where it has {}", tensors.len(), expected.len())));
        }
        // Before there is room made for weights, they are there.
        for (name, shape) in &expected {
            let fits = |view: &TensorView<'_>| view.dtype() == Dtype::F32 && view.shape() == shape;
            if !tensors.tensor(name).is_ok_and(|view| fits(&view)) {
                return Err(damaged(format!("'{name}' is missing or has the wrong shape or type")));
            }
        }
        let mut network = FeatureNetwork::new(card.sizes.clone(), &Noise::new(0));
        for entry in network.params.entries().to_vec() {
            let view = tensors.tensor(&entry.name).map_err(|e| damaged(e.to_string()))?;
            let target = &mut network.params.values_mut()[entry.offset..entry.offset + entry.len()];
            for (value, bytes) in target.iter_mut().zip(view.data().chunks_exact(4)) {
                *value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                if !value.is_finite() {
                    return Err(damaged(format!("'{}' holds a value that is not finite", entry.name)));
                }
            }
        }
        if digest(&network.params) != card.weights {
            return Err(damaged("the weights are not those that were described".to_owned()));
        }
        Ok(Self { card, network })
    }

    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// See [`ExtractorError`].
    pub fn save(&self, path: &Path) -> Result<(), ExtractorError> {
        let failed = |reason: String| ExtractorError::Damaged { path: path.to_path_buf(), reason };
        let params = &self.network.params;
        let of = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        let named: Vec<(&str, &[usize], Vec<u8>)> = (params.entries().iter())
            .map(|entry| {
                let values = &params.values()[entry.offset..entry.offset + entry.len()];
                (entry.name.as_str(), entry.shape.as_slice(), of(values))
            })
            .collect();
        let views = named
            .iter()
            .map(|(name, shape, bytes)| {
                let view = TensorView::new(Dtype::F32, shape.to_vec(), bytes);
                view.map(|view| (*name, view)).map_err(|e| failed(e.to_string()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let text = serde_json::to_string(&self.card).map_err(|e| failed(e.to_string()))?;
        let metadata = HashMap::from([(KEY.to_owned(), text)]);
        let bytes = safetensors::serialize(views, Some(metadata)).map_err(|e| failed(e.to_string()))?;
        write_whole(path, &bytes).map_err(|source| ExtractorError::Io {
            action: "write",
            path: path.to_path_buf(),
            source,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::image::{Channels, ImageShape};
    use crate::extractor::{Lesson, NetworkSizes, Skill};

    fn small() -> TrainedExtractor {
        let image = ImageShape { height: 8, width: 8, channels: Channels::Grey };
        let lesson = Lesson::Labels(vec!["a".to_owned(), "b".to_owned()]);
        let network = FeatureNetwork::new(NetworkSizes::of(image, 2), &Noise::new(3));
        let card = ExtractorCard {
            version: "0".to_owned(),
            sizes: network.sizes.clone(),
            lesson,
            data: "digits.npz".to_owned(),
            fingerprint: "0123456789abcdef".to_owned(),
            images: 10,
            steps: 0,
            seed: 3,
            held_out: Skill::of(9, 10),
            weights: digest(&network.params),
        };
        TrainedExtractor { card, network }
    }

    #[test]
    fn what_is_written_is_read_and_what_is_altered_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.safetensors");
        let extractor = small();
        extractor.save(&path).unwrap();
        let again = TrainedExtractor::load(&path).unwrap();
        assert_eq!(again.card, extractor.card);
        assert_eq!(again.network.params.values(), extractor.network.params.values());
        let name = again.card.extractor().to_string();
        let weights = &extractor.card.weights[..8];
        assert_eq!(
            name,
            format!(
                "network of 3 layers trained on the labels of digits.npz (seed 3, data 01234567, weights {weights}; 90.0 % of 10 \
                 held-out images right)"
            )
        );

        let whole = std::fs::read(&path).unwrap();
        let refused = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            TrainedExtractor::load(&path).unwrap_err().to_string()
        };
        for end in (0..whole.len()).step_by(97) {
            refused(&whole[..end]);
        }
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert!(refused(&flipped).contains("not those that were described"));
        // A size that nothing in the file backs: no room is made for it.
        let text = String::from_utf8_lossy(&whole).into_owned();
        let at = text.find("\\\"features\\\":64").unwrap() + 13;
        let mut large = whole.clone();
        large[at..at + 2].copy_from_slice(b"99");
        let error = refused(&large);
        assert!(error.contains("'features.weight' is missing or has the wrong shape"), "{error}");
        assert!(refused(b"PK\x03\x04").contains("not a safetensors file"));
    }
}
