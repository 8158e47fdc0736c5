//! Weights by name.

use std::collections::HashMap;
use std::path::PathBuf;

use gausswork_eval::features::WrongWeights;
use safetensors::tensor::{Dtype, SafeTensors};

/// Weights of Inception-v3 cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The operating system refused.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// No file of weights is so large.
    #[error("{}: {size} bytes, and weights of Inception-v3 have 96 MB", path.display())]
    Large {
        /// The file.
        path: PathBuf,
        /// Its size.
        size: u64,
    },
    /// Another file than the one FID is defined by.
    #[error(transparent)]
    Wrong(#[from] WrongWeights),
    /// A file that is none of weights, or does not fit together.
    #[error("the weights cannot be read: {0}")]
    Format(String),
    /// A weight is missing or has another shape.
    #[error("the weight '{name}' {found} where Inception-v3 has one of shape {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// What there is.
        found: String,
        /// The shape it should have.
        expected: Vec<usize>,
    },
}

/// Arrays by name.
#[derive(Debug, Default)]
pub(super) struct Weights(HashMap<String, (Vec<usize>, Vec<f32>)>);

impl Weights {
    /// Adds an array.
    pub(super) fn add(&mut self, name: String, shape: Vec<usize>, values: Vec<f32>) {
        self.0.insert(name, (shape, values));
    }

    /// The values of an array of a shape.
    pub(super) fn get(&self, name: &str, shape: &[usize]) -> Result<&[f32], WeightsError> {
        let wrong = |found| WeightsError::Shape { name: name.to_owned(), found, expected: shape.to_vec() };
        let (found, values) = self.0.get(name).ok_or_else(|| wrong("is missing".to_owned()))?;
        if found != shape || values.len() != shape.iter().product::<usize>() {
            return Err(wrong(format!("has the shape {found:?}")));
        }
        if values.iter().any(|value| !value.is_finite()) {
            return Err(wrong("holds a value that is not finite".to_owned()));
        }
        Ok(values)
    }

    /// The arrays of single precision of a `.safetensors` file.
    pub(super) fn of_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| WeightsError::Format(e.to_string()))?;
        let mut weights = Self::default();
        for (name, view) in tensors.tensors() {
            if view.dtype() == Dtype::F32 {
                weights.add(name, view.shape().to_vec(), singles(view.data()));
            }
        }
        Ok(weights)
    }
}

/// Numbers of four bytes each, the lowest first.
pub(super) fn singles(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}
