//! Images in a NumPy array.
//!
//! Three dimensions are `[images, height, width]`, grey. Four are `[images, height, width, channels]` where the last is 1 or 3, else
//! `[images, channels, height, width]` where the second is. Others are refused, with what to do.

use std::path::Path;

use super::decode::MOST_PIXELS;
use super::error::{ImageError, Origin};
use super::input::Input;
use super::npy_header::{Element, Header, Kind};
use super::options::ReadImages;
use super::range::Range;
use super::raster::{Raster, Values};
use super::read::{assemble, value_error};
use super::set::ImageSet;
use super::shape::{Channels, ImageShape};
use super::sink::{Extent, Sink};
use super::store::Width;

/// Reads an array of images.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn read(path: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let mut set = images(Input::open(path)?, options)?;
    set.fingerprint = set.hashed()?;
    Ok(set)
}

/// Which index of an array means what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Axes {
    images: u64,
    shape: ImageShape,
    /// Numbers between neighbours along images, rows, columns and channels.
    strides: [usize; 4],
}

impl Axes {
    /// Tells the axes of an array.
    fn of(header: &Header) -> Result<Self, String> {
        let sizes = header.shape.as_slice();
        let shown = || {
            format!(
                "an array of shape ({})",
                sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            )
        };
        let is_channels = |size: u64| Channels::of_count(size).is_some();
        // Where in the shape images, height, width and channels are.
        let places: [Option<usize>; 4] = match *sizes {
            [_, _, last] if is_channels(last) => {
                return Err(format!(
                    "{} may be one coloured image or many narrow ones: give it four dimensions (array[None] is one image)",
                    shown()
                ));
            }
            [_, _, _] => [Some(0), Some(1), Some(2), None],
            [.., last] if sizes.len() == 4 && is_channels(last) => [Some(0), Some(1), Some(2), Some(3)],
            [_, second, _, _] if is_channels(second) => [Some(0), Some(2), Some(3), Some(1)],
            [_, _, _, _] => {
                return Err(format!(
                    "{} has neither 1 nor 3 channels, last or second: drop what is not grey or red, green, blue",
                    shown()
                ));
            }
            [_, _] => {
                return Err(format!(
                    "{} is flat: give the images their height and width, array.reshape(-1, height, width)",
                    shown()
                ));
            }
            _ => return Err(format!("{} is not images: those have three or four dimensions", shown())),
        };
        let size = |place: Option<usize>| place.and_then(|place| sizes.get(place)).copied().unwrap_or(1);
        let [images, height, width, channels] = places.map(size);
        let pixels = height.checked_mul(width).filter(|pixels| (1..=MOST_PIXELS).contains(pixels));
        let (Some(channels), Some(_)) = (Channels::of_count(channels), pixels) else {
            return Err(format!(
                "{} has images of {height}x{width} pixels; 1 to {MOST_PIXELS} are read",
                shown()
            ));
        };
        if images == 0 {
            return Err(format!("{} has no images", shown()));
        }
        let shape = ImageShape { height: height as usize, width: width as usize, channels };
        // The product of the sizes on the faster side of each; the header's product is known to fit.
        let stride = |place: Option<usize>| {
            let Some(place) = place else { return 0 };
            let faster = if header.fortran { sizes.get(..place) } else { sizes.get(place + 1..) };
            faster.unwrap_or(&[]).iter().product::<u64>() as usize
        };
        Ok(Self { images, shape, strides: places.map(stride) })
    }

    /// One image out of a block of bytes that begins with image `first`.
    fn image(&self, element: Element, block: &[u8], image: usize) -> Values {
        let ImageShape { height, width, channels } = self.shape;
        let [of_image, of_row, of_column, of_channel] = self.strides;
        let places = (0..height).flat_map(|row| {
            (0..width).flat_map(move |column| {
                let at = image * of_image + row * of_row + column * of_column;
                (0..channels.count()).map(move |channel| at + channel * of_channel)
            })
        });
        match element {
            Element { size: 1, kind: Kind::Unsigned, .. } => {
                Values::Bytes(places.map(|at| block.get(at).copied().unwrap_or(0)).collect())
            }
            Element { kind: Kind::Bool, .. } => {
                Values::Bytes(places.map(|at| block.get(at).is_some_and(|byte| *byte != 0).into()).collect())
            }
            Element { size, .. } => {
                let number =
                    |at: usize| element.number(block.get(at * size..(at + 1) * size).unwrap_or(&[])) as f32;
                Values::Numbers(places.map(number).collect())
            }
        }
    }
}

/// The images of an array, without a fingerprint.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn images(mut input: Input<'_>, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let origin = input.origin().clone();
    let header = Header::read(&mut input)?;
    let unfit = |problem| ImageError::Array { origin: origin.clone(), problem };
    let bytes =
        header.bytes().ok_or_else(|| unfit(format!("a shape of {:?} is more than can be", header.shape)))?;
    let axes = Axes::of(&header).map_err(unfit)?;
    input.expect(bytes, &format!("{} images of {}", axes.images, axes.shape))?;
    let element = header.element;
    let plain = element.kind == Kind::Bool || (element.kind == Kind::Unsigned && element.size == 1);
    let mut sink = Sink::new(if plain { Width::Byte } else { Width::Float }, options);
    // With the images' index the slowest, they come one by one; else they are interleaved, and all are needed at once.
    let one_by_one = !header.fortran || axes.images == 1;
    let mut block = Vec::new();
    if !one_by_one {
        if bytes > options.memory {
            let problem = format!(
                "{bytes} bytes in Fortran order cannot be read piece by piece: save np.ascontiguousarray(array), or allow \
                 more memory than {} bytes",
                options.memory
            );
            return Err(unfit(problem));
        }
        block = input.rest(bytes, "the array")?;
        if (block.len() as u64) < bytes {
            return Err(input.problem(format!(
                "the file ends within the array, which takes {bytes} bytes: it is cut short"
            )));
        }
    } else {
        block.resize(axes.shape.values() * element.size, 0);
    }
    let mut framed_shape = axes.shape;
    for image in 0..axes.images {
        let within = if one_by_one {
            input.fill(&mut block, &format!("image {image} of {} (from 0)", axes.images))?;
            0
        } else {
            image as usize
        };
        let values = axes.image(element, &block, within);
        if let Values::Numbers(numbers) = &values
            && let Some(at) = numbers.iter().position(|number| !number.is_finite())
        {
            let value = numbers.get(at).copied().unwrap_or(f32::NAN);
            let at = image * axes.shape.values() as u64 + at as u64;
            let problem = "is not a number that a pixel can have: repair it, or drop the image".to_owned();
            return Err(value_error(&origin, axes.shape, at, value, problem));
        }
        let raster = Raster { shape: axes.shape, values };
        let framed = raster.framed(options, || Origin {
            member: Some(
                origin
                    .member
                    .iter()
                    .cloned()
                    .chain([format!("image {image}")])
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            ..origin.clone()
        })?;
        framed_shape = framed.shape;
        sink.push(&framed.values)
            .map_err(|source| ImageError::io("write a temporary file in", &options.scratch, source))?;
    }
    input.end("the last image")?;
    let range =
        |extent: &Extent| Range::of_array([extent.least.value, extent.greatest.value], extent.whole, options);
    assemble(&origin, sink, framed_shape, range)
}

/// The whole numbers of an array of one dimension, or of two with one column.
///
/// # Errors
/// Any other array, and those of [`images`].
pub(super) fn whole_numbers(mut input: Input<'_>, count: u64) -> Result<Vec<i64>, ImageError> {
    let origin = input.origin().clone();
    let header = Header::read(&mut input)?;
    let unfit = |problem| ImageError::Array { origin: origin.clone(), problem };
    let found = match header.shape.as_slice() {
        [found] | [found, 1] => *found,
        other => {
            let problem = format!(
                "labels of shape {other:?}: one whole number per image is needed (array.argmax(1) of one-hot rows)"
            );
            return Err(unfit(problem));
        }
    };
    if found != count {
        return Err(ImageError::LabelCount { origin, labels: found, images: count });
    }
    let mut bytes = vec![0; header.element.size];
    let mut labels = Vec::new();
    for at in 0..count {
        input.fill(&mut bytes, &format!("label {at} of {count} (from 0)"))?;
        let label = header.element.number(&bytes);
        if label.fract() != 0.0 || label.abs() > 2f64.powi(53) {
            return Err(unfit(format!("label {at} (from 0) is {label}: labels are whole numbers")));
        }
        labels.push(label as i64);
    }
    input.end("the last label")?;
    Ok(labels)
}
