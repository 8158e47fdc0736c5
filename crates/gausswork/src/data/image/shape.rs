//! The shape that all images of a set have.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a pixel holds.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// One number: how light it is.
    Grey,
    /// Three: red, green and blue.
    Rgb,
}

impl Channels {
    /// Numbers in a pixel.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }

    /// The kind of pixel that has so many numbers, if there is one.
    #[must_use]
    pub fn of_count(count: u64) -> Option<Self> {
        match count {
            1 => Some(Self::Grey),
            3 => Some(Self::Rgb),
            _ => None,
        }
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grey => "grey",
            Self::Rgb => "rgb",
        })
    }
}

/// Height, width and channels; the numbers of an image lie row by row, the channels of a pixel side by side.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImageShape {
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// What a pixel holds.
    pub channels: Channels,
}

impl ImageShape {
    /// Numbers in an image: height × width × channels.
    #[must_use]
    pub fn values(&self) -> usize {
        self.height * self.width * self.channels.count()
    }
}

impl fmt::Display for ImageShape {
    /// `28x20 grey`: height, width, channels.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{} {}", self.height, self.width, self.channels)
    }
}
