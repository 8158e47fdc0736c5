//! IDX, the format of MNIST: a magic number, sizes, and bytes (<http://yann.lecun.com/exdb/mnist/>).
//!
//! `00 00 08 d`, then `d` sizes of four bytes, big endian, then the numbers, the last index fastest. Images have three sizes
//! (images, height, width) or four (and channels, 1 or 3), labels have one.

use std::path::{Path, PathBuf};

use super::decode::MOST_PIXELS;
use super::error::{ImageError, Origin};
use super::input::Input;
use super::labels::Labels;
use super::options::{LabelSource, ReadImages};
use super::range::Range;
use super::raster::{Raster, Values};
use super::read::assemble;
use super::set::ImageSet;
use super::shape::{Channels, ImageShape};
use super::sink::Sink;
use super::store::Width;

/// The types of numbers, as the third byte has them.
const TYPES: [(u8, &str); 6] = [
    (0x08, "unsigned bytes"),
    (0x09, "signed bytes"),
    (0x0b, "16-bit integers"),
    (0x0c, "32-bit integers"),
    (0x0d, "32-bit floats"),
    (0x0e, "64-bit floats"),
];

/// Whether a file begins as IDX does.
pub(super) fn is_idx(start: &[u8]) -> bool {
    matches!(start, [0, 0, kind, 1..=8, ..] if TYPES.iter().any(|(known, _)| known == kind))
}

/// Reads images, and the labels that lie beside them: `train-labels-idx1-ubyte` beside `train-images-idx3-ubyte`, either packed by
/// gzip or not.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn read(path: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let mut input = Input::open(path)?;
    let sizes = header(&mut input, "images (00 00 08 03 or 00 00 08 04)", 3..=4)?;
    let (images, height, width) = (sizes[0], sizes[1], sizes[2]);
    let count = sizes.get(3).copied().unwrap_or(1);
    let channels = Channels::of_count(count).filter(|_| (1..=MOST_PIXELS).contains(&(height * width)));
    let Some(channels) = channels else {
        let problem = format!(
            "images of {height}x{width} pixels and {count} channels: there are to be pixels, and 1 or 3 channels"
        );
        return Err(input.problem(problem));
    };
    if images == 0 {
        return Err(input.problem("the file has no images".to_owned()));
    }
    let shape = ImageShape { height: height as usize, width: width as usize, channels };
    // Below 2^32 · 2^26 · 3, which is far below 2^64.
    input.expect(images * shape.values() as u64, &format!("{images} images of {shape}"))?;
    let mut sink = Sink::new(Width::Byte, options);
    let mut framed_shape = shape;
    for image in 0..images {
        let mut bytes = vec![0; shape.values()];
        input.fill(&mut bytes, &format!("image {image} of {images} (from 0)"))?;
        let raster = Raster { shape, values: Values::Bytes(bytes) };
        let framed = raster.framed(options, || Origin::member(path, format!("image {image}")))?;
        framed_shape = framed.shape;
        sink.push(&framed.values)
            .map_err(|source| ImageError::io("write a temporary file in", &options.scratch, source))?;
    }
    input.end("the last image")?;
    let range = |extent: &super::sink::Extent| {
        Range::of_array([extent.least.value, extent.greatest.value], extent.whole, options)
    };
    let mut set = assemble(&Origin::file(path), sink, framed_shape, range)?;
    set.labels = match (options.labels, labels_beside(path)) {
        (LabelSource::Found, Some(beside)) => Some(read_labels(&beside, images)?),
        _ => None,
    };
    set.fingerprint = set.hashed()?;
    Ok(set)
}

/// The sizes that the header gives.
fn header(
    input: &mut Input<'_>,
    wanted: &str,
    dimensions: std::ops::RangeInclusive<u8>,
) -> Result<Vec<u64>, ImageError> {
    let mut magic = [0; 4];
    input.fill(&mut magic, "the magic number")?;
    let wrong = |reason: String| {
        let shown: Vec<String> = magic.iter().map(|byte| format!("{byte:02x}")).collect();
        ImageError::Format {
            origin: input.origin().clone(),
            offset: 0,
            problem: format!("the magic number is {}, not that of IDX {wanted}: {reason}", shown.join(" ")),
        }
    };
    match magic {
        [0, 0, 0x08, count] if dimensions.contains(&count) => {}
        [0, 0, 0x08, 1] => return Err(wrong("these are labels; name the file of images".to_owned())),
        [0, 0, 0x08, count] => return Err(wrong(format!("its numbers have {count} dimensions"))),
        [0, 0, kind, _] => {
            let name = TYPES.iter().find(|(known, _)| *known == kind).map(|(_, name)| *name);
            let name = name.unwrap_or("of no known type");
            return Err(wrong(format!("its numbers are {name}, and only unsigned bytes are read")));
        }
        _ => return Err(wrong("the file is another one, or damaged".to_owned())),
    }
    (0..magic[3])
        .map(|_| {
            let mut size = [0; 4];
            input.fill(&mut size, "the sizes")?;
            Ok(u64::from(u32::from_be_bytes(size)))
        })
        .collect()
}

/// The file of labels that belongs to one of images, by the usual names, if it is there.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    if !stem.contains("images") {
        return None;
    }
    let labels = stem.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1");
    let same = name.strip_prefix(stem).unwrap_or("");
    let other = if same.is_empty() { ".gz" } else { "" };
    [same, other]
        .iter()
        .map(|end| images.with_file_name(format!("{labels}{end}")))
        .find(|path| path.is_file())
}

fn read_labels(path: &Path, images: u64) -> Result<Labels, ImageError> {
    let mut input = Input::open(path)?;
    let count = header(&mut input, "labels (00 00 08 01)", 1..=1)?[0];
    if count != images {
        return Err(ImageError::LabelCount { origin: Origin::file(path), labels: count, images });
    }
    input.expect(count, &format!("{count} labels"))?;
    let labels = input.rest(count, "the labels")?;
    if (labels.len() as u64) < count {
        return Err(input.problem(format!(
            "the file ends within the labels, of which there are {count}: it is cut short"
        )));
    }
    input.end("the last label")?;
    Ok(Labels::of(&labels))
}
