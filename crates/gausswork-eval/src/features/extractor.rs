//! What made the features, which is half of what a score of them means.

use std::fmt;

/// The network, or whatever it was, that turned an image into numbers.
///
/// Its name stands beside every score of its features. A Fréchet distance may be called FID only over [`Inception`], which cannot be had
/// without the checksum of those weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extractor {
    /// None: the numbers of the image itself.
    Pixels,
    /// A network that was trained for this.
    Network {
        /// How many layers lie between an image and its features.
        layers: usize,
        /// On what: "the labels of digits".
        trained_on: String,
    },
    /// Anything else, by its name.
    Other(String),
    /// The network that FID is defined by.
    Inception(Inception),
}

/// Inception-v3 with the weights `pt_inception-2015-12-05`, features of its last pooling layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inception(());

/// A file that holds other weights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the weights have the SHA-256 {found}, those that FID is defined by have {expected} (pt_inception-2015-12-05-6726825d.pth); fetch \
     the file again, or name the extractor as what it is"
)]
pub struct WrongWeights {
    /// What the file has.
    found: String,
    /// What it should have.
    expected: String,
}

impl Inception {
    /// Features of a row.
    pub const WIDTH: usize = 2048;
    /// The SHA-256 of the file of weights, `pt_inception-2015-12-05-6726825d.pth`.
    pub const SHA256: [u8; 32] = [
        0x67, 0x26, 0x82, 0x5d, 0x0a, 0xf5, 0xf7, 0x29, 0xce, 0xbd, 0x58, 0x21, 0xdb, 0x51, 0x0b, 0x11, 0xb1,
        0xcf, 0xad, 0x8f, 0xaa, 0xd8, 0x8a, 0x03, 0xf1, 0xbe, 0xfd, 0x49, 0xfb, 0x91, 0x29, 0xb2,
    ];

    /// The network whose file of weights has this SHA-256.
    ///
    /// # Errors
    /// If that is another file.
    pub fn verified(sha256: [u8; 32]) -> Result<Self, WrongWeights> {
        if sha256 == Self::SHA256 {
            Ok(Self(()))
        } else {
            Err(WrongWeights { found: hex(&sha256), expected: hex(&Self::SHA256) })
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Extractor {
    /// What a Fréchet distance between its features is called.
    #[must_use]
    pub fn frechet_title(&self) -> &'static str {
        match self {
            Self::Inception(_) => "FID",
            Self::Pixels | Self::Network { .. } | Self::Other(_) => "Fréchet distance",
        }
    }
}

impl fmt::Display for Extractor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pixels => f.write_str("pixels"),
            Self::Network { layers: 1, trained_on } => {
                write!(f, "network of 1 layer trained on {trained_on}")
            }
            Self::Network { layers, trained_on } => {
                write!(f, "network of {layers} layers trained on {trained_on}")
            }
            Self::Other(name) => f.write_str(name),
            Self::Inception(_) => {
                write!(f, "Inception-v3 (pt_inception-2015-12-05, sha256 {})", hex(&Inception::SHA256[..4]))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_weights_of_fid_are_called_so() {
        let error = Inception::verified([7; 32]).unwrap_err().to_string();
        assert!(error.contains("0707") && error.contains("6726825d0af5f729cebd5821db510b11"), "{error}");
        let inception = Extractor::Inception(Inception::verified(Inception::SHA256).unwrap());
        assert_eq!(inception.frechet_title(), "FID");
        assert_eq!(inception.to_string(), "Inception-v3 (pt_inception-2015-12-05, sha256 6726825d)");
        let named = Extractor::Other("Inception-v3 of another file".to_owned());
        assert_eq!(named.frechet_title(), "Fréchet distance");
        let trained = Extractor::Network { layers: 3, trained_on: "the labels of digits".to_owned() };
        assert_eq!(trained.to_string(), "network of 3 layers trained on the labels of digits");
    }
}
