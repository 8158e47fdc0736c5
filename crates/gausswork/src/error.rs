//! What every module may complain about in the same words.

use std::borrow::Cow;

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{key} = {value}: must be {expected}")]
pub struct OutOfRange {
    /// Dotted path of the setting, as in a configuration file.
    pub key: Cow<'static, str>,
    /// The value given.
    pub value: String,
    /// The range.
    pub expected: &'static str,
}

impl OutOfRange {
    /// Passes where `fits`, else the complaint.
    ///
    /// # Errors
    /// Where it does not fit.
    pub fn unless(
        fits: bool,
        key: impl Into<Cow<'static, str>>,
        value: impl ToString,
        expected: &'static str,
    ) -> Result<(), Self> {
        if fits { Ok(()) } else { Err(Self { key: key.into(), value: value.to_string(), expected }) }
    }
}
