//! From the files of a folder or archive to a set.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::decode::{decode, is_image};
use super::error::{ImageError, Origin, Others};
use super::labels::Labels;
use super::options::{LabelSource, ReadImages, Unreadable};
use super::range::Range;
use super::raster::Raster;
use super::read::assemble;
use super::set::{ImageSet, Note, NoteKind, Skipped};
use super::shape::{Channels, ImageShape};
use super::sink::Sink;
use super::size::Size;
use super::store::Width;

/// Most bytes of a file that is decoded.
const MOST_BYTES: u64 = 1 << 28;
/// Files that are decoded together, and their bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 4 << 20;

/// A file that is to be an image: its path within the folder or archive, and its bytes or why there are none.
pub(super) struct Member {
    pub name: String,
    pub bytes: Result<Vec<u8>, String>,
}

/// Whether a path within a set is looked at at all: not what begins with a dot, nor what macOS adds to archives.
pub(super) fn is_visible(path: &str) -> bool {
    !path.split('/').any(|part| part.starts_with('.') && part != "." || part == "__MACOSX")
}

/// A path within a set as it is named: parts between single `/`.
pub(super) fn tidy(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// Whether a name claims to be an image, of whatever kind.
pub(super) fn claims_image(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let known = ["png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "webp", "tif", "tiff", "avif", "heic"];
    extension.is_some_and(|extension| known.contains(&extension.as_str()))
}

/// The set that is made of members, taken in one by one.
pub(super) struct Gathering<'a> {
    file: &'a Path,
    options: &'a ReadImages,
    sink: Sink,
    batch: Vec<Member>,
    batch_bytes: usize,
    names: Vec<String>,
    first: Option<(String, ImageShape)>,
    skipped: Vec<Skipped>,
    notes: BTreeMap<NoteKind, Note>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(file: &'a Path, options: &'a ReadImages) -> Self {
        Self {
            file,
            options,
            sink: Sink::new(Width::Byte, options),
            batch: Vec::new(),
            batch_bytes: 0,
            names: Vec::new(),
            first: None,
            skipped: Vec::new(),
            notes: BTreeMap::new(),
        }
    }

    /// Takes a file, if its name or its first bytes say that it is an image.
    ///
    /// # Errors
    /// Any [`ImageError`] about this image or one before it.
    pub(super) fn take(&mut self, path: &str, reader: io::Result<&mut dyn Read>) -> Result<(), ImageError> {
        let name = tidy(path);
        let Some(name) = self.within(&name).filter(|name| is_visible(name)).map(str::to_owned) else {
            return Ok(());
        };
        let claims = claims_image(&name);
        let bytes = reader.map_err(|error| error.to_string()).and_then(|reader| bytes_of(reader, claims));
        match bytes {
            Ok(None) => self.note(NoteKind::OtherFile, &name),
            Err(_) if !claims => self.note(NoteKind::OtherFile, &name),
            Ok(Some(bytes)) => self.add(Member { name, bytes: Ok(bytes) })?,
            Err(problem) => self.add(Member { name, bytes: Err(problem) })?,
        }
        Ok(())
    }

    /// A path below the folder that the options name.
    fn within<'p>(&self, path: &'p str) -> Option<&'p str> {
        let Some(below) = &self.options.below else { return Some(path) };
        path.strip_prefix(&tidy(below))?.strip_prefix('/')
    }

    fn add(&mut self, member: Member) -> Result<(), ImageError> {
        self.batch_bytes += member.bytes.as_ref().map_or(0, Vec::len);
        self.batch.push(member);
        if self.batch.len() < BATCH && self.batch_bytes < BATCH_BYTES { Ok(()) } else { self.decode() }
    }

    fn note(&mut self, kind: NoteKind, name: &str) {
        let note = self.notes.entry(kind).or_insert_with(|| Note { kind, count: 0, first: name.to_owned() });
        note.count += 1;
    }

    /// Decodes what waits, several at a time, and takes it in order.
    fn decode(&mut self) -> Result<(), ImageError> {
        self.batch_bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        let (file, options) = (self.file, self.options);
        let decoded: Vec<_> = batch
            .into_par_iter()
            .map(|member| {
                let pixels = member.bytes.and_then(|bytes| decode(&bytes)).map(|(raster, notes)| {
                    let framed = raster.framed(options, || origin_of(file, options, &member.name));
                    framed.map(|raster| (raster, notes))
                });
                (member.name, pixels)
            })
            .collect();
        for (name, pixels) in decoded {
            match pixels {
                Ok(framed) => {
                    let (raster, notes) = framed?;
                    notes.into_iter().for_each(|kind| self.note(kind, &name));
                    self.push(name, &raster)?;
                }
                Err(problem) if options.unreadable == Unreadable::Skip => {
                    self.skipped.push(Skipped { name, problem });
                }
                Err(problem) => {
                    return Err(ImageError::Unreadable { origin: origin_of(file, options, &name), problem });
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, name: String, raster: &Raster) -> Result<(), ImageError> {
        let shape = raster.shape;
        let (first, first_shape) = self.first.get_or_insert_with(|| (name.clone(), shape));
        let size = |shape: &ImageShape| Size { height: shape.height, width: shape.width };
        if size(first_shape) != size(&shape) {
            return Err(ImageError::MixedSizes {
                file: self.file.to_path_buf(),
                first: first.clone(),
                first_size: size(first_shape),
                other: name,
                other_size: size(&shape),
            });
        }
        if first_shape.channels != shape.channels {
            let (grey, rgb) = match shape.channels {
                Channels::Grey => (name, first.clone()),
                Channels::Rgb => (first.clone(), name),
            };
            return Err(ImageError::MixedChannels { file: self.file.to_path_buf(), grey, rgb });
        }
        let scratch: PathBuf = self.sink.scratch().clone();
        self.sink
            .push(&raster.values)
            .map_err(|source| ImageError::io("write a temporary file in", &scratch, source))?;
        self.names.push(name);
        Ok(())
    }

    /// The set, in the order of the paths.
    ///
    /// # Errors
    /// No image at all, images beside the folders of others, or any error about one of the last images.
    pub(super) fn finish(mut self) -> Result<ImageSet, ImageError> {
        self.decode()?;
        let file = self.file.to_path_buf();
        self.skipped.sort_by(|a, b| a.name.cmp(&b.name));
        let Some((_, shape)) = self.first.take() else {
            if let Some(Skipped { name, problem }) = self.skipped.first().cloned() {
                return Err(ImageError::AllUnreadable {
                    file,
                    images: self.skipped.len(),
                    first: name,
                    problem,
                });
            }
            let other = self.notes.remove(&NoteKind::OtherFile);
            let others = other
                .map_or_else(Others::default, |note| Others { files: note.count, first: Some(note.first) });
            let origin = Origin { file, member: self.options.below.clone() };
            return Err(ImageError::NoImages { origin, others });
        };
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        order.sort_by(|a, b| self.names[*a as usize].cmp(&self.names[*b as usize]));
        let mut names: Vec<String> =
            order.iter().map(|&at| std::mem::take(&mut self.names[at as usize])).collect();
        names.shrink_to_fit();
        let labels = match self.options.labels {
            LabelSource::Ignored => None,
            LabelSource::Found => {
                let paths: Vec<&str> = names.iter().map(String::as_str).collect();
                Labels::of_paths(&paths).map_err(|[bare, nested]| ImageError::HalfLabelled {
                    file: file.clone(),
                    bare: bare.to_owned(),
                    nested: nested.to_owned(),
                })?
            }
        };
        let range = Range::given(self.options).unwrap_or(Range::BYTE);
        let mut set = assemble(&Origin::file(&file), self.sink, shape, |_| range)?;
        let sorted = order.is_sorted();
        (set.order, set.names, set.labels) = ((!sorted).then_some(order), Some(names), labels);
        (set.skipped, set.notes) = (self.skipped, self.notes.into_values().collect());
        set.fingerprint = set.hashed()?;
        Ok(set)
    }
}

/// Where an image of the set is, for messages.
fn origin_of(file: &Path, options: &ReadImages, name: &str) -> Origin {
    let below = options.below.as_deref().map_or_else(String::new, |below| tidy(below) + "/");
    if file.file_name().is_some_and(|own| own.to_string_lossy() == name) {
        Origin::file(file)
    } else if file.is_dir() {
        Origin::file(&file.join(below).join(name))
    } else {
        Origin::member(file, below + name)
    }
}

/// The bytes of a file that is an image or claims to be one; nothing where it is and does neither.
fn bytes_of(reader: &mut dyn Read, claims: bool) -> Result<Option<Vec<u8>>, String> {
    let failed = |error: io::Error| format!("cannot be read: {error}");
    let mut bytes = Vec::new();
    reader.take(8).read_to_end(&mut bytes).map_err(failed)?;
    if !claims && !is_image(&bytes) {
        return Ok(None);
    }
    reader.take(MOST_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("is larger than {} MiB", MOST_BYTES >> 20));
    }
    Ok(Some(bytes))
}
