//! A PNG or JPEG file to pixels.

use std::io::Cursor;

use png::{BitDepth, ColorType, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::orientation::Orientation;
use super::raster::{Raster, Values};
use super::set::NoteKind;
use super::shape::{Channels, ImageShape};

/// Most pixels of an image: 64 million, twice those of 8K film. A file of some bytes can claim any number.
pub(super) const MOST_PIXELS: u64 = 1 << 26;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = &[0xff, 0xd8, 0xff];

/// Whether a file is one that is decoded, by its first bytes.
pub(super) fn is_image(start: &[u8]) -> bool {
    start.starts_with(PNG) || start.starts_with(JPEG)
}

/// The pixels of a file, and what was done to them.
///
/// # Errors
/// What is wrong with the file, and what to do about it.
pub(super) fn decode(bytes: &[u8]) -> Result<(Raster, Vec<NoteKind>), String> {
    let other = |what: &str| Err(format!("is {what}, which is not read: convert it to PNG"));
    match bytes {
        bytes if bytes.starts_with(PNG) => decode_png(bytes),
        bytes if bytes.starts_with(JPEG) => decode_jpeg(bytes),
        [] => Err("is empty".to_owned()),
        [b'G', b'I', b'F', b'8', ..] => other("a GIF"),
        [b'B', b'M', ..] => other("a BMP"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => other("a WebP"),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => other("a TIFF"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => other("an AVIF or HEIC"),
        _ => Err("is neither a PNG nor a JPEG, by its first bytes".to_owned()),
    }
}

/// Passes for a number of pixels that may be decoded.
fn check_size(height: u64, width: u64) -> Result<(), String> {
    match height.checked_mul(width) {
        Some(1..=MOST_PIXELS) => Ok(()),
        _ => Err(format!("claims {height}x{width} pixels; an image has 1 to {MOST_PIXELS}")),
    }
}

fn decode_png(bytes: &[u8]) -> Result<(Raster, Vec<NoteKind>), String> {
    let damaged = |error: png::DecodingError| format!("the PNG is damaged or cut short: {error}");
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND);
    decoder.ignore_checksums(false);
    let mut reader = decoder.read_info().map_err(damaged)?;
    let info = reader.info();
    let (height, width) = (info.height as usize, info.width as usize);
    let palette = info.color_type == ColorType::Indexed;
    check_size(height as u64, width as u64)?;
    let room = reader.output_buffer_size().ok_or("has more pixels than memory can hold")?;
    let mut bytes = vec![0; room];
    let frame = reader.next_frame(&mut bytes).map_err(damaged)?;
    bytes.truncate(frame.buffer_size());
    // The checksums of what comes after the pixels, and that the file has its end.
    reader.finish().map_err(damaged)?;
    let mut notes = Vec::new();
    if palette {
        notes.push(NoteKind::Palette);
    }
    if frame.bit_depth == BitDepth::Sixteen {
        notes.push(NoteKind::SixteenBit);
        bytes =
            bytes.as_chunks::<2>().0.iter().map(|pair| to_eight_bits(u16::from_be_bytes(*pair))).collect();
    }
    let channels = match frame.color_type {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => Channels::Grey,
        ColorType::Rgb | ColorType::Rgba | ColorType::Indexed => Channels::Rgb,
    };
    if matches!(frame.color_type, ColorType::GrayscaleAlpha | ColorType::Rgba) {
        notes.push(NoteKind::Opaque);
        bytes = without_alpha(&bytes, channels.count(), width)?;
    }
    Ok((Raster { shape: ImageShape { height, width, channels }, values: Values::Bytes(bytes) }, notes))
}

/// The nearest of 256 levels, `round(v / 257)`: 0 and 65535 become 0 and 255.
fn to_eight_bits(value: u16) -> u8 {
    ((u32::from(value) + 128) / 257) as u8
}

/// The colours of pixels that are all opaque.
fn without_alpha(bytes: &[u8], channels: usize, width: usize) -> Result<Vec<u8>, String> {
    let pixels = || bytes.chunks_exact(channels + 1);
    if let Some(at) = pixels().position(|pixel| pixel.last() != Some(&255)) {
        let (row, column) = (at / width, at % width);
        return Err(format!(
            "is transparent at row {row}, column {column} (from 0), and no colour is said to lie behind: flatten it first, \
             for example `magick in.png -background white -alpha remove out.png`"
        ));
    }
    Ok(pixels().flat_map(|pixel| pixel.iter().take(channels)).copied().collect())
}

fn decode_jpeg(bytes: &[u8]) -> Result<(Raster, Vec<NoteKind>), String> {
    let damaged =
        |error: zune_jpeg::errors::DecodeErrors| format!("the JPEG is damaged or cut short: {error}");
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let (width, height) = decoder.dimensions().ok_or("the JPEG has no size")?;
    check_size(height as u64, width as u64)?;
    let (colours, channels) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (ColorSpace::Luma, Channels::Grey),
        Some(ColorSpace::YCbCr | ColorSpace::RGB) => (ColorSpace::RGB, Channels::Rgb),
        Some(ColorSpace::CMYK | ColorSpace::YCCK) => {
            return Err("has the four inks of print (CMYK), whose colours depend on a profile: convert it first, for \
                        example `magick in.jpg -colorspace sRGB out.jpg`"
                .to_owned());
        }
        _ => return Err("has colours of a kind that is not read: convert it to PNG".to_owned()),
    };
    // The decoder fills what is missing of the last rows with grey. Only the end of the file tells that they are all there;
    // before the picture there may be a thumbnail, which has an end of its own.
    let last = |marker: u8| bytes.windows(2).rposition(|pair| pair == [0xff, marker]);
    if last(0xd9) < last(0xda) {
        return Err("the JPEG is cut short: it has no end marker".to_owned());
    }
    decoder.set_options(options.jpeg_set_out_colorspace(colours));
    let pixels = decoder.decode().map_err(damaged)?;
    let shape = ImageShape { height, width, channels };
    if pixels.len() != shape.values() {
        return Err(format!(
            "the JPEG decodes to {} numbers where {shape} has {}",
            pixels.len(),
            shape.values()
        ));
    }
    let raster = Raster { shape, values: Values::Bytes(pixels) };
    Ok(match decoder.exif().and_then(|block| Orientation::of_exif(block)) {
        Some(orientation) => (orientation.upright(&raster), vec![NoteKind::Turned]),
        None => (raster, Vec::new()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_become_the_nearest_eight() {
        for value in 0..=u16::MAX {
            let exact = (f64::from(value) / 257.0).round();
            assert_eq!(f64::from(to_eight_bits(value)), exact, "{value}");
        }
    }
}
