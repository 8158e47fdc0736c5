//! What keeps images from being read while many threads read them.

use std::sync::Mutex;

use super::ImageError;

/// The latest failure that a worker met.
#[derive(Debug, Default)]
pub(crate) struct Failure(Mutex<Option<ImageError>>);

impl Failure {
    /// Notes one.
    pub(crate) fn note(&self, error: ImageError) {
        if let Ok(mut noted) = self.0.lock() {
            *noted = Some(error);
        }
    }

    /// Passes where there was none.
    ///
    /// # Errors
    /// What was noted.
    pub(crate) fn check(self) -> Result<(), ImageError> {
        self.0.into_inner().ok().flatten().map_or(Ok(()), Err)
    }

    /// Takes out what was noted.
    pub(crate) fn take(&mut self) -> Option<ImageError> {
        self.0.get_mut().ok().and_then(Option::take)
    }
}
