//! The header of NumPy's `.npy`, versions 1 to 3 (NEP 1): type of the numbers, their order, and the shape of the array.
//!
//! `\x93NUMPY`, the version in two bytes, the header's length in two bytes (version 1) or four, little endian, and the header: a
//! Python dictionary with the keys `descr`, `fortran_order` and `shape`. It is parsed, never evaluated.

use super::error::ImageError;
use super::input::Input;

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header that is read: an array of numbers needs less than a hundredth.
const LONGEST: u32 = 1 << 16;
/// The most dimensions of an array, as NumPy has it.
const DIMENSIONS: usize = 64;

/// The type of an array's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
}

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Element {
    pub kind: Kind,
    /// Bytes.
    pub size: usize,
    pub big_endian: bool,
}

impl Element {
    /// The number that some bytes are, as many as the element has.
    pub(super) fn number(self, bytes: &[u8]) -> f64 {
        let mut word = [0; 8];
        for (at, byte) in bytes.iter().take(self.size).enumerate() {
            let place = if self.big_endian { self.size - 1 - at } else { at };
            word[place.min(7)] = *byte;
        }
        let word = u64::from_le_bytes(word);
        let unused = 64 - 8 * self.size as u32;
        match self.kind {
            Kind::Bool => f64::from(u8::from(word != 0)),
            Kind::Unsigned => word as f64,
            Kind::Signed => (((word << unused) as i64) >> unused) as f64,
            Kind::Float if self.size == 4 => f64::from(f32::from_bits(word as u32)),
            Kind::Float => f64::from_bits(word),
        }
    }

    /// The element that a `descr` names.
    fn parse(descr: &str) -> Result<Self, String> {
        let refused = |what: &str, instead: &str| Err(format!("the array holds {what} ({descr}): {instead}"));
        let (order, rest) = match descr.as_bytes().first() {
            Some(b'<' | b'>' | b'|' | b'=') => descr.split_at(1),
            _ => ("=", descr),
        };
        let big_endian = order == ">" || (order == "=" && cfg!(target_endian = "big"));
        let (kind, size) = match rest {
            "b1" => (Kind::Bool, 1),
            "u1" => (Kind::Unsigned, 1),
            "u2" => (Kind::Unsigned, 2),
            "u4" => (Kind::Unsigned, 4),
            "u8" => (Kind::Unsigned, 8),
            "i1" => (Kind::Signed, 1),
            "i2" => (Kind::Signed, 2),
            "i4" => (Kind::Signed, 4),
            "i8" => (Kind::Signed, 8),
            "f4" => (Kind::Float, 4),
            "f8" => (Kind::Float, 8),
            "f2" | "f16" => return refused("half or long floats", "save it with .astype('float32')"),
            rest if rest.starts_with('O') => {
                return refused(
                    "Python objects",
                    "reading those would mean to execute code from the file; save numbers instead, for example \
                     np.save(file, np.stack(images).astype('uint8'))",
                );
            }
            rest if rest.starts_with(['U', 'S', 'a']) => {
                return refused("text", "only numbers are read");
            }
            _ => return refused("what is no plain number", "only whole numbers and floats are read"),
        };
        Ok(Self { kind, size, big_endian })
    }
}

/// What an array is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Header {
    pub element: Element,
    /// Whether the first index is the fastest, not the last.
    pub fortran: bool,
    pub shape: Vec<u64>,
}

impl Header {
    /// Reads a header, and leaves the input at the first number.
    ///
    /// # Errors
    /// [`ImageError::Format`] where it is none, or is that of an array whose numbers are not read.
    pub(super) fn read(input: &mut Input<'_>) -> Result<Self, ImageError> {
        let mut start = [0; 8];
        input.fill(&mut start, "the header")?;
        let [.., major, minor] = start;
        if !start.starts_with(MAGIC) {
            return Err(input.problem("the array does not begin as .npy does".to_owned()));
        }
        let length = match major {
            1 => {
                let mut length = [0; 2];
                input.fill(&mut length, "the header")?;
                u32::from(u16::from_le_bytes(length))
            }
            2 | 3 => {
                let mut length = [0; 4];
                input.fill(&mut length, "the header")?;
                u32::from_le_bytes(length)
            }
            _ => return Err(input.problem(format!("version {major}.{minor} of .npy; 1 to 3 are read"))),
        };
        if length > LONGEST {
            return Err(
                input.problem(format!("a header of {length} bytes; an array of numbers has a short one"))
            );
        }
        let mut text = vec![0; length as usize];
        input.fill(&mut text, "the header")?;
        let text = String::from_utf8_lossy(&text);
        Self::parse(&text).map_err(|problem| input.problem(problem))
    }

    /// Bytes of a number, and numbers in all.
    pub(super) fn bytes(&self) -> Option<u64> {
        let numbers = self.shape.iter().try_fold(1u64, |product, size| product.checked_mul(*size))?;
        numbers.checked_mul(self.element.size as u64)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("the header is not that of an array: {}", text.trim_end());
        let mut rest = text.trim().strip_prefix('{').ok_or_else(wrong)?;
        let (mut element, mut fortran, mut shape) = (None, None, None);
        loop {
            rest = rest.trim_start_matches([' ', ',']);
            if rest.starts_with('}') {
                break;
            }
            let (key, after) = quoted(rest).ok_or_else(wrong)?;
            rest = after.trim_start().strip_prefix(':').ok_or_else(wrong)?.trim_start();
            match key {
                "descr" if rest.starts_with('[') => {
                    return Err(
                        "the array holds records of several fields: save one field of numbers".to_owned()
                    );
                }
                "descr" => {
                    let (descr, after) = quoted(rest).ok_or_else(wrong)?;
                    (element, rest) = (Some(Element::parse(descr)?), after);
                }
                "fortran_order" => {
                    let (value, after) = [("True", true), ("False", false)]
                        .iter()
                        .find_map(|(word, value)| Some((*value, rest.strip_prefix(word)?)))
                        .ok_or_else(wrong)?;
                    (fortran, rest) = (Some(value), after);
                }
                "shape" => {
                    let (inside, after) =
                        rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).ok_or_else(wrong)?;
                    let sizes = inside.split(',').map(str::trim).filter(|size| !size.is_empty());
                    let sizes: Option<Vec<u64>> =
                        sizes.map(|size| size.trim_end_matches('L').parse().ok()).collect();
                    let sizes = sizes.filter(|sizes| sizes.len() <= DIMENSIONS).ok_or_else(wrong)?;
                    (shape, rest) = (Some(sizes), after);
                }
                _ => return Err(wrong()),
            }
        }
        match (element, fortran, shape) {
            (Some(element), Some(fortran), Some(shape)) => Ok(Self { element, fortran, shape }),
            _ => Err(wrong()),
        }
    }
}

/// A text in quotes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    text.get(1..)?.split_once(quote)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn headers_are_parsed_not_evaluated() {
        let header =
            Header::parse("{'descr': '>i2', 'fortran_order': True, 'shape': (3, 4, 5), }   \n").unwrap();
        let element = Element { kind: Kind::Signed, size: 2, big_endian: true };
        assert_eq!(header, Header { element, fortran: true, shape: vec![3, 4, 5] });
        assert_eq!(header.bytes(), Some(120));
        let header =
            Header::parse("{\"shape\": (7,), \"fortran_order\": False, \"descr\": \"|u1\"}").unwrap();
        assert_eq!(header.shape, [7]);
        let huge =
            Header::parse("{'descr':'<f8','fortran_order':False,'shape':(4294967296,4294967296)}").unwrap();
        assert_eq!(huge.bytes(), None);
        for wrong in [
            "",
            "{",
            "{'descr': '<f4'}",
            "{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        ] {
            assert!(
                Header::parse(wrong).unwrap_err().starts_with("the header is not that of an array"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn numbers_of_every_type() {
        let number = |descr: &str, bytes: &[u8]| Element::parse(descr).unwrap().number(bytes);
        assert_eq!(number("|b1", &[1]), 1.0);
        assert_eq!(number("|u1", &[200]), 200.0);
        assert_eq!(number("|i1", &[200]), -56.0);
        assert_eq!(number("<u2", &[1, 2]), 513.0);
        assert_eq!(number(">u2", &[1, 2]), 258.0);
        assert_eq!(number(">i4", &(-70_000i32).to_be_bytes()), -70_000.0);
        assert_eq!(number("<i8", &(-5i64).to_le_bytes()), -5.0);
        assert_eq!(number("<u8", &7u64.to_le_bytes()), 7.0);
        assert_eq!(number("<f4", &0.1f32.to_le_bytes()), f64::from(0.1f32));
        assert_eq!(number(">f8", &0.1f64.to_be_bytes()), 0.1);
        assert!(Element::parse("|O").unwrap_err().contains("execute code"));
        assert!(Element::parse("<f2").unwrap_err().contains("astype('float32')"));
        assert!(Element::parse("<U10").unwrap_err().contains("text"));
        assert!(Element::parse("<c8").unwrap_err().contains("no plain number"));
    }
}
