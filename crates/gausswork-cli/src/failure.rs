//! How a failure is told, and which exit code it has.

use std::io::{self, Write as _};
use std::process::ExitCode;

use gausswork::data::table::TableError;
use gausswork::run::{FitError, SampleError, ScoreError};

/// A command line that parses, but cannot be meant.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The user asked to stop.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted; nothing was written")
    }
}

impl std::error::Error for Interrupted {}

/// Tells what went wrong, in one message on stderr, and returns the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        // `gausswork sample … | head` has what it wanted.
        return ExitCode::SUCCESS;
    }
    // Without stderr there is nobody to tell.
    let _ = writeln!(io::stderr(), "error: {}", message(error));
    if error.is::<Usage>() {
        let _ = writeln!(io::stderr(), "\nFor more information, try '--help'.");
        return ExitCode::from(2);
    }
    if error.is::<Interrupted>() { ExitCode::from(130) } else { ExitCode::FAILURE }
}

/// The chain of causes in one line, without those that the message before already tells.
fn message(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Whether the reader of our output went away.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let table = |error: &TableError| matches!(error, TableError::BrokenPipe);
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
            || cause.downcast_ref::<TableError>().is_some_and(table)
            || matches!(cause.downcast_ref::<SampleError>(), Some(SampleError::Table(e)) if table(e))
            || matches!(cause.downcast_ref::<ScoreError>(), Some(ScoreError::Table(e)) if table(e))
            || matches!(cause.downcast_ref::<FitError>(), Some(FitError::Table(e)) if table(e))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let inner = io::Error::other("disk full");
        let outer = anyhow::Error::new(inner).context("cannot write x: disk full").context("saving");
        assert_eq!(message(&outer), "saving: cannot write x: disk full");
    }
}
