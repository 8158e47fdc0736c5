//! One image as it comes out of a file, and what framing makes of it.

use gausswork_kernels::nearest_byte;

use super::error::{ImageError, Origin};
use super::options::ReadImages;
use super::resize::resize;
use super::shape::{Channels, ImageShape};
use super::size::Size;

/// Numbers as they are kept: whole ones up to 255 in a byte.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Values {
    Bytes(Vec<u8>),
    Numbers(Vec<f32>),
}

/// An image before it is part of a set.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Raster {
    pub shape: ImageShape,
    pub values: Values,
}

impl Raster {
    /// Crops, resizes and recolours, in this order, as the options say.
    ///
    /// # Errors
    /// [`ImageError::CropTooLarge`], with the origin.
    pub(super) fn framed(
        self,
        options: &ReadImages,
        origin: impl Fn() -> Origin,
    ) -> Result<Self, ImageError> {
        let crop = options.crop.map(|crop| crop.of(self.shape));
        let cropped = match crop {
            Some(crop) if crop.height > self.shape.height || crop.width > self.shape.width => {
                return Err(ImageError::CropTooLarge { origin: origin(), crop, shape: self.shape });
            }
            Some(crop) => self.cropped(crop),
            None => self,
        };
        let resized = match options.resize {
            Some(size) => cropped.resized(size),
            None => cropped,
        };
        Ok(match options.channels {
            Some(channels) => resized.recoloured(channels),
            None => resized,
        })
    }

    fn size(&self) -> Size {
        Size { height: self.shape.height, width: self.shape.width }
    }

    /// The part of that size about the centre; where the rest is odd, the extra row or column is cut at the end.
    fn cropped(&self, size: Size) -> Self {
        if size == self.size() {
            return self.clone();
        }
        let shape = ImageShape { height: size.height, width: size.width, ..self.shape };
        let (top, left) = ((self.shape.height - size.height) / 2, (self.shape.width - size.width) / 2);
        let channels = shape.channels.count();
        let (pitch, run) = (self.shape.width * channels, size.width * channels);
        fn cut<T: Copy>(values: &[T], pitch: usize, skip: [usize; 2], height: usize, run: usize) -> Vec<T> {
            let rows = values.chunks_exact(pitch).skip(skip[0]).take(height);
            rows.flat_map(|row| row.iter().skip(skip[1]).take(run)).copied().collect()
        }
        let skip = [top, left * channels];
        let values = match &self.values {
            Values::Bytes(bytes) => Values::Bytes(cut(bytes, pitch, skip, size.height, run)),
            Values::Numbers(numbers) => Values::Numbers(cut(numbers, pitch, skip, size.height, run)),
        };
        Self { shape, values }
    }

    /// Another size; bytes are rounded once, at the end.
    fn resized(&self, size: Size) -> Self {
        if size == self.size() {
            return self.clone();
        }
        let shape = ImageShape { height: size.height, width: size.width, ..self.shape };
        let values = match &self.values {
            Values::Bytes(bytes) => {
                let numbers: Vec<f32> = bytes.iter().map(|&byte| f32::from(byte)).collect();
                Values::Bytes(resize(&numbers, self.shape, size).into_iter().map(nearest_byte).collect())
            }
            Values::Numbers(numbers) => Values::Numbers(resize(numbers, self.shape, size)),
        };
        Self { shape, values }
    }

    /// Grey as luma, `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601); colour as three equal numbers.
    fn recoloured(&self, channels: Channels) -> Self {
        let shape = ImageShape { channels, ..self.shape };
        let luma = |rgb: &[f32; 3]| 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
        let values = match (self.shape.channels, channels, &self.values) {
            (Channels::Grey, Channels::Rgb, Values::Bytes(bytes)) => {
                Values::Bytes(bytes.iter().flat_map(|&byte| [byte; 3]).collect())
            }
            (Channels::Grey, Channels::Rgb, Values::Numbers(numbers)) => {
                Values::Numbers(numbers.iter().flat_map(|&number| [number; 3]).collect())
            }
            (Channels::Rgb, Channels::Grey, Values::Bytes(bytes)) => {
                let (pixels, _) = bytes.as_chunks::<3>();
                Values::Bytes(pixels.iter().map(|rgb| nearest_byte(luma(&rgb.map(f32::from)))).collect())
            }
            (Channels::Rgb, Channels::Grey, Values::Numbers(numbers)) => {
                let (pixels, _) = numbers.as_chunks::<3>();
                Values::Numbers(pixels.iter().map(luma).collect())
            }
            (Channels::Grey, Channels::Grey, values) | (Channels::Rgb, Channels::Rgb, values) => {
                values.clone()
            }
        };
        Self { shape, values }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::size::Crop;
    use super::*;

    fn origin() -> Origin {
        Origin::member("set.zip".as_ref(), "a.png")
    }

    #[test]
    fn crops_are_about_the_centre() {
        let shape = ImageShape { height: 4, width: 5, channels: Channels::Rgb };
        let values = Values::Bytes((0..60).collect());
        let raster = Raster { shape, values };
        let options =
            ReadImages { crop: Some(Crop::To(Size { height: 2, width: 2 })), ..ReadImages::default() };
        let framed = raster.clone().framed(&options, origin).unwrap();
        let expected: Vec<u8> = (18..24).chain(33..39).collect();
        assert_eq!((framed.shape.height, framed.values), (2, Values::Bytes(expected)));
        let options = ReadImages { crop: Some(Crop::Square), ..ReadImages::default() };
        assert_eq!(raster.clone().framed(&options, origin).unwrap().shape.width, 4);
        let options =
            ReadImages { crop: Some(Crop::To(Size { height: 2, width: 6 })), ..ReadImages::default() };
        let error = raster.framed(&options, origin).unwrap_err().to_string();
        assert_eq!(
            error,
            "set.zip, a.png: --crop 2x6 is larger than the image, which is 4x5 rgb: crop less, or only --resize"
        );
    }

    #[test]
    fn grey_is_luma() {
        let shape = ImageShape { height: 1, width: 4, channels: Channels::Rgb };
        let values = Values::Bytes(vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90]);
        let raster = Raster { shape, values };
        // Pillow's convert("L") of the same four pixels.
        assert_eq!(raster.recoloured(Channels::Grey).values, Values::Bytes(vec![76, 150, 29, 90]));
        let grey = raster.recoloured(Channels::Grey);
        assert_eq!(
            grey.recoloured(Channels::Rgb).values,
            Values::Bytes(vec![76, 76, 76, 150, 150, 150, 29, 29, 29, 90, 90, 90])
        );
    }
}
