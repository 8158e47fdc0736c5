//! Templates of codes: at each place a character, or a class of characters.

use serde::{Deserialize, Serialize};

/// What stands at one place.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
enum Place {
    /// The same in every value.
    Always(char),
    Digit,
    Lower,
    Upper,
    /// A digit or a letter from a to f, of either case.
    Hex {
        upper: bool,
    },
    /// Letters and digits of the kinds that were seen.
    Mixed {
        digits: bool,
        lower: bool,
        upper: bool,
    },
}

impl Place {
    /// The characters that may stand here.
    fn alphabet(self) -> String {
        match self {
            Self::Always(letter) => letter.to_string(),
            Self::Digit => "0123456789".to_owned(),
            Self::Lower => ('a'..='z').collect(),
            Self::Upper => ('A'..='Z').collect(),
            Self::Hex { upper: false } => "0123456789abcdef".to_owned(),
            Self::Hex { upper: true } => "0123456789ABCDEF".to_owned(),
            Self::Mixed { digits, lower, upper } => {
                let all = ('0'..='9').filter(|_| digits);
                all.chain(('a'..='z').filter(|_| lower)).chain(('A'..='Z').filter(|_| upper)).collect()
            }
        }
    }

    fn size(self) -> u64 {
        (self.alphabet().len() as u64).max(1)
    }
}

/// A code's places.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub(super) struct Template {
    places: Vec<Place>,
}

impl Template {
    /// The classes of a text's characters: texts of one outline make one template.
    pub(super) fn outline(text: &str) -> Vec<u8> {
        text.bytes()
            .map(|byte| match byte {
                b'0'..=b'9' => b'0',
                b'a'..=b'z' => b'a',
                b'A'..=b'Z' => b'A',
                other => other,
            })
            .collect()
    }

    /// The narrowest template of ASCII texts of one length.
    pub(super) fn fit(texts: &[&str]) -> Self {
        let length = texts.first().map_or(0, |text| text.len());
        let bytes_at = |at: usize| texts.iter().filter_map(move |text| text.as_bytes().get(at).copied());
        let hex = |upper: bool| {
            let fits = |byte: u8| match byte {
                b'0'..=b'9' => true,
                b'a'..=b'f' => !upper,
                b'A'..=b'F' => upper,
                other => !other.is_ascii_alphanumeric(),
            };
            texts.iter().all(|text| text.bytes().all(fits))
        };
        let (hex_lower, hex_upper) = (hex(false), hex(true));
        let place = |at: usize| {
            let mut seen = bytes_at(at);
            let Some(first) = seen.next() else {
                return Place::Digit;
            };
            let (mut always, mut digits, mut lower, mut upper) = (true, false, false, false);
            for byte in bytes_at(at) {
                always &= byte == first;
                digits |= byte.is_ascii_digit();
                lower |= byte.is_ascii_lowercase();
                upper |= byte.is_ascii_uppercase();
            }
            match (digits, lower, upper) {
                // One text alone is no evidence of what is always there.
                _ if always && (texts.len() > 1 || !first.is_ascii_alphanumeric()) => {
                    Place::Always(char::from(first))
                }
                (true, false, false) => Place::Digit,
                (_, true, false) if hex_lower => Place::Hex { upper: false },
                (_, false, true) if hex_upper => Place::Hex { upper: true },
                (false, true, false) => Place::Lower,
                (false, false, true) => Place::Upper,
                (false, false, false) => Place::Always(char::from(first)),
                (digits, lower, upper) => Place::Mixed { digits, lower, upper },
            }
        };
        Self { places: (0..length).map(place).collect() }
    }

    /// How many texts it makes, as far as 64 bits count.
    pub(super) fn size(&self) -> u64 {
        self.places.iter().fold(1, |size: u64, place| size.saturating_mul(place.size()))
    }

    /// The text of a number below the size.
    pub(super) fn spell(&self, mut number: u64) -> String {
        let mut letters: Vec<char> = Vec::with_capacity(self.places.len());
        // The last places vary first. Where the size is beyond 64 bits, the first places still vary:
        // a number that has run out goes on as a scrambled one.
        let mut run = number;
        let mut left = self.size();
        for place in self.places.iter().rev() {
            let alphabet = place.alphabet();
            let size = place.size();
            if left < size {
                run = run.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
                number = run;
                left = u64::MAX;
            }
            let at = usize::try_from(number % size).unwrap_or(0);
            letters.push(alphabet.as_bytes().get(at).map_or('0', |&byte| char::from(byte)));
            number /= size;
            left /= size;
        }
        letters.iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_narrow() {
        let template = Template::fit(&["AB-1", "AC-2", "AX-9"]);
        assert_eq!(template.size(), 26 * 10);
        let made: std::collections::HashSet<String> = (0..260).map(|number| template.spell(number)).collect();
        assert_eq!(made.len(), 260);
        assert!(made.iter().all(|text| text.starts_with('A') && text.as_bytes().get(2) == Some(&b'-')));
        assert_eq!(Template::fit(&["3f", "a0"]).size(), 256);
        let long = "0123456789abcdef0123456789abcdeg";
        let other = "g123456789abcdef0123456789abcde0";
        assert_eq!(Template::fit(&[long, other]).spell(7).len(), 32);
    }
}
