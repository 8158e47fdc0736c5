//! Inception-v3, by whose features FID is defined; its weights are a file that the user has.
//!
//! | to see | look at |
//! |---|---|
//! | what is looked at: images at 299 × 299 pixels | [`resize`] |
//! | the layers | [`plan`], [`network`], [`pooling`] |
//! | weights by name, from either kind of file | [`weights`] |
//! | the file of PyTorch, read without running anything | [`torch`], [`pickle`], [`value`] |

mod network;
mod pickle;
mod plan;
mod pooling;
mod resize;
#[cfg(test)]
mod tests;
mod torch;
mod value;
mod weights;

pub use weights::WeightsError;

use std::io::Read as _;
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use gausswork_eval::features::{Extractor, Inception};
use sha2::{Digest as _, Sha256};

use self::network::Network;
use self::resize::{SIDE, resized};
use self::weights::Weights;
use super::extract::{Gather, in_pieces};
use crate::data::image::{ImageError, ImageShape};
use crate::learner::Collective;

/// Images that are looked at together: of one, the largest layer takes 6 MB, and its patches nine times as much.
const PIECE: usize = 4;
/// Bytes of the largest file that is read; the weights have 96 MB.
const MOST: u64 = 1 << 30;

/// Inception-v3 with weights.
#[derive(Debug)]
pub struct InceptionV3 {
    network: Network,
    name: Extractor,
}

impl InceptionV3 {
    /// Whether a file begins as one of weights does: a `.safetensors`, a zip archive or a pickle.
    pub fn may_be(path: &Path) -> bool {
        let mut start = Vec::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(9).read_to_end(&mut start));
        read.is_ok()
            && (start.get(8) == Some(&b'{') || start.starts_with(b"PK") || start.starts_with(&[0x80]))
    }

    /// Reads weights: the file `pt_inception-2015-12-05-6726825d.pth`, which is told by its SHA-256, or a `.safetensors` file of tensors with
    /// the same names, whose network is not said to be the one of FID.
    ///
    /// # Errors
    /// See [`WeightsError`].
    pub fn load(path: &Path) -> Result<Self, WeightsError> {
        let io = |source| WeightsError::Io { path: path.to_path_buf(), source };
        let size = path.metadata().map_err(io)?.len();
        if size > MOST {
            return Err(WeightsError::Large { path: path.to_path_buf(), size });
        }
        let bytes = std::fs::read(path).map_err(io)?;
        let (weights, name) = if bytes.get(8) == Some(&b'{') {
            let hash = blake3::hash(&bytes).to_hex();
            let name = format!("Inception-v3 with weights {}, not known to be those of FID", &hash[..8]);
            (Weights::of_safetensors(&bytes)?, Extractor::Other(name))
        } else {
            // Nothing of another file is looked at.
            let inception = Inception::verified(Sha256::digest(&bytes).into())?;
            (torch::state_dict(&bytes)?, Extractor::Inception(inception))
        };
        Ok(Self { network: Network::of(&weights)?, name })
    }

    /// What a score of its features is called.
    pub fn extractor(&self) -> &Extractor {
        &self.name
    }

    /// Features `[images, 2048]` of the images `0..images` of a shape.
    ///
    /// # Errors
    /// What `gather` returns.
    pub fn extract(
        &self,
        images: usize,
        shape: ImageShape,
        gather: &Gather<'_>,
        workers: &dyn Collective,
    ) -> Result<Vec<f32>, ImageError> {
        let device = Device::flex();
        let values = shape.values();
        let pieces = in_pieces(images, PIECE, workers, &|range| {
            let n = range.len();
            let mut pixels = vec![0.0; n * values];
            gather(range, &mut pixels)?;
            let seen = pixels.chunks_exact(values).flat_map(|image| resized(image, shape)).collect();
            let x = Tensor::<4>::from_data(TensorData::new::<f32, _>(seen, [n, SIDE, SIDE, 3]), &device);
            Ok(self.network.features(x).into_data().iter::<f64>().collect())
        })?;
        Ok(pieces.into_iter().flatten().map(|x| x as f32).collect())
    }
}
