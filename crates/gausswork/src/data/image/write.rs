//! Images to files, whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::error::ImageError;
use super::labels::Labels;
use super::range::Range;
use super::raster::nearest_byte;
use super::shape::{Channels, ImageShape};
use crate::whole::{temporary_beside, write_whole};

/// Pixels between the images of a grid.
const GAP: usize = 2;

/// Images that are to be written.
#[derive(Clone, Copy, Debug)]
pub struct ImageBatch<'a> {
    /// The shape of each.
    pub shape: ImageShape,
    /// `[images, height, width, channels]`, 0 for black and 1 for white; numbers outside are taken for the nearer of the two.
    pub values: &'a [f32],
}

/// The type of the numbers in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NpyNumbers {
    /// `|u1`: rounded.
    U8,
    /// `<f4`.
    F32,
}

impl ImageBatch<'_> {
    /// Images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.shape.values().max(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Passes for whole images of numbers.
    fn check(&self, file: &Path) -> Result<(), ImageError> {
        let problem = if self.is_empty() || !self.values.len().is_multiple_of(self.shape.values()) {
            format!("{} numbers are no images of {}", self.values.len(), self.shape)
        } else if let Some(at) = self.values.iter().position(|value| value.is_nan()) {
            format!("image {} (from 0) has a pixel that is not a number", at / self.shape.values())
        } else {
            return Ok(());
        };
        Err(ImageError::Unwritable { file: file.to_path_buf(), problem })
    }

    fn images(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.shape.values())
    }
}

/// Writes all images into one PNG, row by row, as nearly square as can be or with the columns given, white between them.
///
/// # Errors
/// [`ImageError::Unwritable`] for numbers that are no images; the operating system's.
pub fn write_grid(path: &Path, batch: &ImageBatch<'_>, columns: Option<usize>) -> Result<(), ImageError> {
    batch.check(path)?;
    let ImageShape { height, width, channels } = batch.shape;
    let square = (batch.len() as f64).sqrt().ceil() as usize;
    let columns = columns.unwrap_or(square).clamp(1, batch.len());
    let rows = batch.len().div_ceil(columns);
    let shape =
        ImageShape { height: rows * (height + GAP) - GAP, width: columns * (width + GAP) - GAP, channels };
    let mut page = vec![u8::MAX; shape.values()];
    let (run, pitch) = (width * channels.count(), shape.width * channels.count());
    for (at, image) in batch.images().enumerate() {
        let (top, left) = (at / columns * (height + GAP), at % columns * (width + GAP) * channels.count());
        for (line, to) in image.chunks_exact(run).zip(page.chunks_exact_mut(pitch).skip(top)) {
            to.iter_mut().skip(left).zip(line).for_each(|(to, value)| *to = byte(*value));
        }
    }
    let png = encode(path, shape, &page)?;
    write_whole(path, &png).map_err(|source| ImageError::io("write", path, source))
}

/// Writes a folder of PNG files, `000000.png` and on; with labels, in folders that are named after them, as reading finds them.
/// The folder appears when it is complete.
///
/// # Errors
/// [`ImageError::Unwritable`] where the folder is there already and not empty, for numbers that are no images, or for labels that
/// cannot name a folder; the operating system's.
pub fn write_folder(
    folder: &Path,
    batch: &ImageBatch<'_>,
    labels: Option<&Labels>,
) -> Result<(), ImageError> {
    let unwritable = |problem: String| ImageError::Unwritable { file: folder.to_path_buf(), problem };
    let failed = |source| ImageError::io("write", folder, source);
    batch.check(folder)?;
    if folder.exists() && fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(unwritable(
            "it is there already, and not empty: name another folder, or remove it".to_owned(),
        ));
    }
    if let Some(labels) = labels {
        let wrong = labels.names.iter().find(|name| !names_a_folder(name));
        if let Some(name) = wrong {
            return Err(unwritable(format!("the label \"{name}\" cannot name a folder")));
        }
        if labels.codes.len() != batch.len() {
            return Err(unwritable(format!("{} labels for {} images", labels.codes.len(), batch.len())));
        }
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gausswork-").suffix(".part");
    let temporary = builder.tempdir_in(parent).map_err(failed)?;
    let digits = batch.len().to_string().len().max(6);
    for (at, image) in batch.images().enumerate() {
        let label = labels.and_then(|labels| labels.names.get(*labels.codes.get(at)? as usize));
        let within = label.map_or_else(|| temporary.path().to_path_buf(), |name| temporary.path().join(name));
        fs::create_dir_all(&within).map_err(failed)?;
        let bytes: Vec<u8> = image.iter().map(|value| byte(*value)).collect();
        let png = encode(folder, batch.shape, &bytes)?;
        fs::write(within.join(format!("{at:0digits$}.png")), png).map_err(failed)?;
    }
    readable(temporary.path()).map_err(failed)?;
    fs::rename(temporary.path(), folder).map_err(failed)?;
    // It has another name now, and stays.
    let _ = temporary.keep();
    Ok(())
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

/// Writes an array `[images, height, width]` of grey images, or `[images, height, width, channels]`, of the numbers that `range` says
/// are 0 and 1.
///
/// # Errors
/// [`ImageError::Unwritable`] for numbers that are no images, or a range that does not fit the type; the operating system's.
pub fn write_npy(
    path: &Path,
    batch: &ImageBatch<'_>,
    range: Range,
    numbers: NpyNumbers,
) -> Result<(), ImageError> {
    batch.check(path)?;
    if numbers == NpyNumbers::U8 && !(range.low >= 0.0 && range.high <= 255.0) {
        let problem = format!("bytes do not hold {} to {}: write 32-bit floats", range.low, range.high);
        return Err(ImageError::Unwritable { file: path.to_path_buf(), problem });
    }
    let ImageShape { height, width, channels } = batch.shape;
    let shape = match channels {
        // A width that may be taken for channels needs those beside it.
        Channels::Grey if Channels::of_count(width as u64).is_none() => {
            format!("{}, {height}, {width}", batch.len())
        }
        Channels::Grey | Channels::Rgb => format!("{}, {height}, {width}, {}", batch.len(), channels.count()),
    };
    let descr = match numbers {
        NpyNumbers::U8 => "|u1",
        NpyNumbers::F32 => "<f4",
    };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    // Magic, version, length and header together are a multiple of 64 bytes, the last a new line.
    header.extend(std::iter::repeat_n(' ', (64 - (10 + header.len() + 1) % 64) % 64));
    header.push('\n');
    let write = || -> io::Result<()> {
        let mut file = temporary_beside(path)?;
        let mut out = io::BufWriter::new(file.as_file_mut());
        out.write_all(b"\x93NUMPY\x01\x00")?;
        out.write_all(&(header.len() as u16).to_le_bytes())?;
        out.write_all(header.as_bytes())?;
        for value in batch.values {
            let number = range.unscaled(value.clamp(0.0, 1.0));
            match numbers {
                NpyNumbers::U8 => out.write_all(&[nearest_byte(number)])?,
                NpyNumbers::F32 => out.write_all(&number.to_le_bytes())?,
            }
        }
        out.flush()?;
        drop(out);
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| ImageError::io("write", path, source))
}

/// A number in [0, 1] as one of 256 levels.
fn byte(value: f32) -> u8 {
    nearest_byte(255.0 * value)
}

/// An 8-bit PNG.
fn encode(path: &Path, shape: ImageShape, bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
    let unwritable = |error: png::EncodingError| ImageError::Unwritable {
        file: path.to_path_buf(),
        problem: error.to_string(),
    };
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, shape.width as u32, shape.height as u32);
    encoder.set_color(match shape.channels {
        Channels::Grey => png::ColorType::Grayscale,
        Channels::Rgb => png::ColorType::Rgb,
    });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(unwritable)?;
    writer.write_image_data(bytes).map_err(unwritable)?;
    writer.finish().map_err(unwritable)?;
    Ok(out)
}
