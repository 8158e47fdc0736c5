//! Going on with a run that was interrupted.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::{Finished, FitError, go};
use crate::artifact;
use crate::data::image::is_image_set;
use crate::run::checkpoint::{self, Checkpoint};
use crate::run::prepare::{of, prepare};
use crate::run::{Config, Observer, images};

/// Continues an interrupted run from its last checkpoint, bit for bit as if it had not stopped.
///
/// `data` is where the table is now, if it moved; `config` is a configuration that must equal the run's.
///
/// # Errors
/// [`FitError::Resume`] where there is nothing to resume, or where configuration or data have changed.
pub fn resume(
    directory: &Path,
    data: Option<&Path>,
    config: Option<&Config>,
    threads: usize,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Finished, FitError> {
    let refuse = |reason: String| FitError::Resume { path: directory.to_path_buf(), reason };
    let path = directory.join(checkpoint::FILE_NAME);
    if !path.exists() {
        return Err(refuse(match directory.join(artifact::FILE_NAME).exists() {
            true => "the run is finished; fit again under another name for more steps".to_owned(),
            false => "it has no checkpoint; start it again".to_owned(),
        }));
    }
    let (saved, state) = Checkpoint::load(&path).map_err(|e| refuse(format!("{}: {e}", path.display())))?;
    let stored = Config::from_toml(&saved.config)?;
    let on_disk = fs::read_to_string(directory.join("config.toml")).unwrap_or_default();
    if on_disk != saved.config {
        return Err(refuse("config.toml was changed since; put it back, or start a new run".to_owned()));
    }
    let source = match data {
        Some(path) => path.to_path_buf(),
        None => fs::read_to_string(directory.join("data.path"))
            .map(|text| PathBuf::from(text.trim()))
            .map_err(|e| refuse(format!("data.path cannot be read: {e}; name the table")))?,
    };
    if is_image_set(&source) {
        return images::resume([directory, &source], (saved, state), config, threads, stop, observer);
    }
    let prepared = prepare(&source, stored.clone(), observer)?;
    let given = config.map(|config| {
        config.clone().resolved(prepared.train.len(), prepared.codec.layout().spans.len(), of(&source))
    });
    same_configuration(directory, &stored, given.transpose()?.as_ref(), &prepared.config)?;
    if prepared.table.fingerprint != saved.fingerprint {
        return Err(refuse(format!("{} is not the table it was started with", source.display())));
    }
    go(prepared, &source, directory, threads, Some((saved, state)), stop, observer)
}

/// Passes where a configuration given, if one is, and that of the data as they are now are what a run was started with.
pub(in crate::run) fn same_configuration(
    directory: &Path,
    stored: &Config,
    given: Option<&Config>,
    now: &Config,
) -> Result<(), FitError> {
    let refuse =
        |reason: &str| Err(FitError::Resume { path: directory.to_path_buf(), reason: reason.to_owned() });
    if given.is_some_and(|given| given != stored) {
        return refuse("the configuration differs from the run's; leave it out, or start a new run");
    }
    if now != stored {
        return refuse("the configuration does not resolve to what it was");
    }
    Ok(())
}
