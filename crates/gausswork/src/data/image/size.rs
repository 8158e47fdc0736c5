//! Sizes that a person asks for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::shape::ImageShape;
use crate::error::OutOfRange;

/// The longest side that can be asked for.
const LONGEST: usize = 8192;

/// Height and width in pixels, written `28x20`; a single number is a square.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
}

impl Size {
    fn parse(key: &'static str, text: &str) -> Result<Self, OutOfRange> {
        let (height, width) = text.split_once(['x', '×']).unwrap_or((text, text));
        let side = |text: &str| text.trim().parse().ok().filter(|side| (1..=LONGEST).contains(side));
        match (side(height), side(width)) {
            (Some(height), Some(width)) => Ok(Self { height, width }),
            _ => {
                let expected = "HEIGHTxWIDTH, or one number for a square, each from 1 to 8192 pixels";
                Err(OutOfRange { key: key.into(), value: format!("\"{text}\""), expected })
            }
        }
    }
}

impl FromStr for Size {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        Self::parse("resize", text)
    }
}

impl TryFrom<String> for Size {
    type Error = OutOfRange;

    fn try_from(text: String) -> Result<Self, OutOfRange> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.height, self.width)
    }
}

/// Which part about the centre of an image is kept: `square`, or a size as `178x178`.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(try_from = "String", into = "String")]
pub enum Crop {
    /// The largest square.
    Square,
    /// So many pixels.
    To(Size),
}

impl Crop {
    /// The size that is cut out of an image.
    #[must_use]
    pub fn of(self, shape: ImageShape) -> Size {
        let side = shape.height.min(shape.width);
        match self {
            Self::Square => Size { height: side, width: side },
            Self::To(size) => size,
        }
    }
}

impl FromStr for Crop {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        if text == "square" { Ok(Self::Square) } else { Size::parse("crop", text).map(Self::To) }
    }
}

impl TryFrom<String> for Crop {
    type Error = OutOfRange;

    fn try_from(text: String) -> Result<Self, OutOfRange> {
        text.parse()
    }
}

impl From<Crop> for String {
    fn from(crop: Crop) -> Self {
        crop.to_string()
    }
}

impl fmt::Display for Crop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Square => f.write_str("square"),
            Self::To(size) => size.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn sizes_are_height_by_width() {
        assert_eq!("28x20".parse::<Size>().unwrap(), Size { height: 28, width: 20 });
        assert_eq!("64".parse::<Size>().unwrap(), Size { height: 64, width: 64 });
        assert_eq!("square".parse::<Crop>().unwrap(), Crop::Square);
        assert_eq!("28x20".parse::<Crop>().unwrap().to_string(), "28x20");
        for wrong in ["", "0x3", "3x", "9000", "3x4x5", "-1", "2.5"] {
            let error = wrong.parse::<Size>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("resize = \"{wrong}\": must be HEIGHTxWIDTH")), "{error}");
        }
        assert!("circle".parse::<Crop>().unwrap_err().to_string().starts_with("crop = \"circle\""));
    }
}
