//! What there is to be seen of a model while it is trained.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gausswork_kernels::nearest_byte;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A square of the plane: its lower left and its upper right corner.
pub type Square = [[f64; 2]; 2];

/// What of a model is filmed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scene {
    /// A square of the plane, in the data's units.
    Plane(Square),
    /// The images of so many latents, the same at every moment: the first of a sample.
    Images(usize),
}

/// What is to be seen of a model at a moment of its training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Frame {
    /// Points of the plane.
    Plane(PlaneFrame),
    /// Images.
    Images(ImagesFrame),
}

/// What a model makes of a square of the plane, in the data's units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaneFrame {
    /// The square.
    pub square: Square,
    /// Points that it generates, inside the square or not.
    pub points: Vec<[f64; 2]>,
    /// Cells along a side of the square.
    pub across: usize,
    /// The output of its discriminator in the middle of each cell, from the lower left one on, row by row; empty where no
    /// single point is judged.
    pub surface: Vec<f64>,
}

/// Images that a model generates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImagesFrame {
    /// Height, width and channels of each.
    pub shape: [usize; 3],
    /// `[images, height, width, channels]`, 0 for black and 255 for white.
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    pub pixels: Vec<u8>,
}

impl ImagesFrame {
    /// Images of numbers in [0, 1].
    pub fn new(shape: [usize; 3], values: &[f32]) -> Self {
        Self { shape, pixels: values.iter().map(|value| nearest_byte(255.0 * value)).collect() }
    }

    /// The images as numbers in [0, 1]; none where they are not whole.
    pub fn values(&self) -> Option<Vec<f32>> {
        let numbers = self.shape.iter().try_fold(1usize, |product, side| product.checked_mul(*side))?;
        let whole = numbers > 0 && !self.pixels.is_empty() && self.pixels.len().is_multiple_of(numbers);
        whole.then(|| self.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect())
    }
}

fn to_base64<S: Serializer>(pixels: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(pixels))
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(deserializer)?).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_what_they_were() {
        let images = ImagesFrame::new([1, 2, 1], &[0.0, 1.0, 0.2, 7.0]);
        assert_eq!(images.pixels, [0, 255, 51, 255]);
        assert_eq!(images.values().unwrap()[2], 0.2);
        let plane = PlaneFrame {
            square: [[0.0; 2], [1.0; 2]],
            points: vec![[0.5, 0.25]],
            across: 1,
            surface: vec![2.0],
        };
        for frame in [Frame::Images(images), Frame::Plane(plane)] {
            let text = serde_json::to_string(&frame).unwrap();
            assert_eq!(serde_json::from_str::<Frame>(&text).unwrap(), frame);
        }
        assert!(serde_json::from_str::<Frame>(r#"{"shape": [1, 1, 1], "pixels": "?"}"#).is_err());
        let cut = ImagesFrame { shape: [2, 2, 1], pixels: vec![0; 3] };
        assert!(cut.values().is_none());
        let vast = ImagesFrame { shape: [usize::MAX, 2, 2], pixels: vec![0; 3] };
        assert!(vast.values().is_none());
    }
}
