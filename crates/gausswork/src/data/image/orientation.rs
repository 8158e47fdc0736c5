//! How a camera was held: what EXIF says of a JPEG, and the pixels turned upright.

use super::raster::{Raster, Values};
use super::shape::ImageShape;

/// What has to be done to the stored pixels (Exif 2.32, §4.6.4, tag 274).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Orientation(u16);

impl Orientation {
    /// What a block of EXIF says; none where it says nothing, nonsense, or that the pixels are upright. Nothing is believed of its
    /// offsets and counts that its bytes do not hold.
    pub(super) fn of_exif(block: &[u8]) -> Option<Self> {
        let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        let big = match tiff.get(..4)? {
            [b'M', b'M', 0, 42] => true,
            [b'I', b'I', 42, 0] => false,
            _ => return None,
        };
        let short = |at: usize| -> Option<u16> {
            let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
            Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
        };
        let offset: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
        let first = if big { u32::from_be_bytes(offset) } else { u32::from_le_bytes(offset) } as usize;
        let entries = usize::from(short(first)?);
        let entry = (0..entries).map(|entry| first + 2 + 12 * entry).find(|&at| short(at) == Some(274))?;
        // A single number of 16 bits, which lies in the entry itself.
        let is_short = short(entry + 2) == Some(3);
        let value = short(entry + 8).filter(|value| is_short && (2..=8).contains(value))?;
        Some(Self(value))
    }

    /// The pixels upright.
    pub(super) fn upright(self, raster: &Raster) -> Raster {
        let ImageShape { height: h, width: w, channels } = raster.shape;
        let turned = self.0 >= 5;
        let [height, width] = if turned { [w, h] } else { [h, w] };
        let from = |row: usize, column: usize| match self.0 {
            2 => [row, w - 1 - column],
            3 => [h - 1 - row, w - 1 - column],
            4 => [h - 1 - row, column],
            5 => [column, row],
            6 => [h - 1 - column, row],
            7 => [h - 1 - column, w - 1 - row],
            8 => [column, w - 1 - row],
            _ => [row, column],
        };
        let count = channels.count();
        let places = || (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
        let starts = places().map(|(row, column)| {
            let [row, column] = from(row, column);
            (row * w + column) * count
        });
        let values = match &raster.values {
            Values::Bytes(bytes) => {
                Values::Bytes(starts.flat_map(|at| &bytes[at..at + count]).copied().collect())
            }
            Values::Numbers(numbers) => {
                Values::Numbers(starts.flat_map(|at| &numbers[at..at + count]).copied().collect())
            }
        };
        Raster { shape: ImageShape { height, width, channels }, values }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::shape::Channels;
    use super::*;

    #[test]
    fn pixels_are_turned_as_pillow_turns_them() {
        // ImageOps.exif_transpose of the rows [0 1 2] and [3 4 5].
        let expected: [(u16, [usize; 2], [u8; 6]); 7] = [
            (2, [2, 3], [2, 1, 0, 5, 4, 3]),
            (3, [2, 3], [5, 4, 3, 2, 1, 0]),
            (4, [2, 3], [3, 4, 5, 0, 1, 2]),
            (5, [3, 2], [0, 3, 1, 4, 2, 5]),
            (6, [3, 2], [3, 0, 4, 1, 5, 2]),
            (7, [3, 2], [5, 2, 4, 1, 3, 0]),
            (8, [3, 2], [2, 5, 1, 4, 0, 3]),
        ];
        let shape = ImageShape { height: 2, width: 3, channels: Channels::Grey };
        let raster = Raster { shape, values: Values::Bytes((0..6).collect()) };
        for (value, [height, width], bytes) in expected {
            let upright = Orientation(value).upright(&raster);
            assert_eq!((upright.shape.height, upright.shape.width), (height, width), "{value}");
            assert_eq!(upright.values, Values::Bytes(bytes.to_vec()), "{value}");
        }
    }

    #[test]
    fn what_lies_beyond_the_block_is_not_believed() {
        let whole = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(Orientation::of_exif(whole), Some(Orientation(6)));
        for length in 0..18 {
            assert_eq!(Orientation::of_exif(&whole[..length]), None, "{length}");
        }
        for (at, byte) in [(0, b'I'), (4, 255), (9, 0), (11, 19), (13, 4), (19, 9), (19, 1)] {
            let mut other = *whole;
            other[at] = byte;
            assert_eq!(Orientation::of_exif(&other), None, "byte {at}");
        }
    }
}
