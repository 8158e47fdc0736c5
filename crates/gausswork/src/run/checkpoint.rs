//! Checkpoints: where training stands and the learner's arrays, in one safetensors file.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::config::{Config, Of};

use crate::train::Progress;
use crate::whole::write_whole;

/// Name of the checkpoint within a run directory.
pub(super) const FILE_NAME: &str = "checkpoint.safetensors";
const KEY: &str = "gausswork-checkpoint";

/// What a checkpoint says besides the arrays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// The resolved configuration, as TOML; a resumed run must have the same.
    pub config: String,
    /// The data's fingerprint; likewise.
    pub fingerprint: String,
    /// Which pass this is: the fit, or the refit on all rows.
    pub pass: Pass,
    /// Where training stands within it.
    pub progress: Progress,
    /// Figures of the fit, once it is done.
    pub figures: Vec<(String, f64)>,
}

/// The passes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Pass {
    /// On the training rows.
    Fit,
    /// On all rows.
    Refit,
}

pub(super) type State = Vec<(String, Vec<f32>)>;

impl Checkpoint {
    /// Where a new run stands.
    pub(super) fn start(config: &Config, of: Of, fingerprint: String) -> Self {
        let (pass, progress) = (Pass::Fit, Progress::default());
        Self { config: config.to_toml(of), fingerprint, pass, progress, figures: Vec::new() }
    }

    /// Writes a checkpoint whole or not at all.
    pub(super) fn save(&self, state: &State, path: &Path) -> std::io::Result<()> {
        let other = |e: &dyn std::fmt::Display| std::io::Error::other(e.to_string());
        let bytes: Vec<(&str, Vec<u8>)> = state
            .iter()
            .map(|(name, values)| (name.as_str(), values.iter().flat_map(|v| v.to_le_bytes()).collect()))
            .collect();
        let views = bytes
            .iter()
            .map(|(name, bytes)| Ok((*name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?)))
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
            .map_err(|e| other(&e))?;
        let text = serde_json::to_string(self).map_err(|e| other(&e))?;
        let metadata = HashMap::from([(KEY.to_owned(), text)]);
        write_whole(path, &safetensors::serialize(views, Some(metadata)).map_err(|e| other(&e))?)
    }

    /// Reads a checkpoint; the reason, in words, where it cannot be.
    pub(super) fn load(path: &Path) -> Result<(Self, State), String> {
        let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
        let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| e.to_string())?;
        let text = metadata.metadata().as_ref().and_then(|m| m.get(KEY)).ok_or("it is not a checkpoint")?;
        let checkpoint = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let tensors = SafeTensors::deserialize(&bytes).map_err(|e| e.to_string())?;
        let state = tensors
            .tensors()
            .into_iter()
            .map(|(name, view)| {
                let values =
                    view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
                (name, values.collect())
            })
            .collect();
        Ok((checkpoint, state))
    }
}
