//! Images to the PNG files of a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;

use super::error::ImageError;
use super::labels::Labels;
use super::shape::ImageShape;
use super::write::{ImageBatch, byte, encode};

/// A folder of PNG files, `000000.png` and on, that appears when it is complete.
#[derive(Debug)]
pub struct FolderWriter {
    folder: PathBuf,
    temporary: TempDir,
    shape: ImageShape,
    names: Vec<String>,
    digits: usize,
    /// Images so far.
    images: usize,
}

impl FolderWriter {
    /// A folder for so many images; with labels that are called so, in folders that are named after them, as reading finds them.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] where the folder is there already and not empty, or for labels that cannot name a folder; the
    /// operating system's.
    pub fn create(
        folder: &Path,
        shape: ImageShape,
        images: usize,
        names: &[String],
    ) -> Result<Self, ImageError> {
        let unwritable = |problem: String| ImageError::Unwritable { file: folder.to_path_buf(), problem };
        let failed = |source| ImageError::io("write", folder, source);
        if folder.exists() && fs::read_dir(folder).map_err(failed)?.next().is_some() {
            return Err(unwritable(
                "it is there already, and not empty: name another folder, or remove it".to_owned(),
            ));
        }
        if let Some(name) = names.iter().find(|name| !names_a_folder(name)) {
            return Err(unwritable(format!("the label \"{name}\" cannot name a folder")));
        }
        let parent =
            folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".gausswork-").suffix(".part");
        let temporary = builder.tempdir_in(parent).map_err(failed)?;
        let digits = images.to_string().len().max(6);
        let (folder, names) = (folder.to_path_buf(), names.to_vec());
        Ok(Self { folder, temporary, shape, names, digits, images: 0 })
    }

    /// Writes the images that come next, several at a time, with their labels as places among the names.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for numbers that are no images, or without labels; the operating system's.
    pub fn write(&mut self, values: &[f32], labels: &[u32]) -> Result<(), ImageError> {
        let batch = ImageBatch { shape: self.shape, values };
        batch.check(&self.folder)?;
        batch.check_labels(&self.folder, labels, self.names.len())?;
        let failed = |source| ImageError::io("write", &self.folder, source);
        let images: Vec<&[f32]> = batch.images().collect();
        images.into_par_iter().enumerate().try_for_each(|(place, image)| {
            let at = self.images + place;
            let label = labels.get(place).and_then(|&label| self.names.get(label as usize));
            let within = self.temporary.path();
            let within = label.map_or_else(|| within.to_path_buf(), |name| within.join(name));
            fs::create_dir_all(&within).map_err(failed)?;
            let bytes: Vec<u8> = image.iter().map(|value| byte(*value)).collect();
            let png = encode(&self.folder, self.shape, &bytes)?;
            fs::write(within.join(format!("{at:0digits$}.png", digits = self.digits)), png).map_err(failed)
        })?;
        self.images += batch.len();
        Ok(())
    }

    /// Gives the folder its name.
    ///
    /// # Errors
    /// The operating system's.
    pub fn finish(self) -> Result<(), ImageError> {
        let failed = |source| ImageError::io("write", &self.folder, source);
        readable(self.temporary.path()).map_err(failed)?;
        fs::rename(self.temporary.path(), &self.folder).map_err(failed)?;
        // It has another name now, and stays.
        let _ = self.temporary.keep();
        Ok(())
    }
}

/// Writes a folder of PNG files at once; see [`FolderWriter`].
///
/// # Errors
/// As those of [`FolderWriter`].
pub fn write_folder(
    folder: &Path,
    batch: &ImageBatch<'_>,
    labels: Option<&Labels>,
) -> Result<(), ImageError> {
    batch.check(folder)?;
    let (names, codes) = labels.map(|labels| (&labels.names[..], &labels.codes[..])).unwrap_or_default();
    let mut writer = FolderWriter::create(folder, batch.shape, batch.len(), names)?;
    writer.write(batch.values, codes)?;
    writer.finish()
}

/// Gives a folder the rights of any new one; a temporary one is its owner's only.
fn readable(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let probe = folder.join(".probe");
        fs::create_dir(&probe)?;
        let mode = probe.metadata()?.permissions().mode();
        fs::remove_dir(&probe)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Whether a label is one part of a path.
fn names_a_folder(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':'])
}
