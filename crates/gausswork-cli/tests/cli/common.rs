//! A small table, a small model of it, and ways to run the command.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use tempfile::TempDir;

/// The program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_gausswork");
/// Sizes at which a fit takes about a second.
pub(crate) const SMALL: &[&str] =
    &["--latent", "4", "--width", "32", "--hidden", "8", "--prior-components", "2", "--batch", "64"];
/// The header of [`table`].
pub(crate) const HEADER: &str = "id,age,balance,joined,member,city";

/// Rows of a table with a sequence, integers, decimals, dates, booleans and categories, some of which are missing.
pub(crate) fn table(rows: u64) -> String {
    let mut text = format!("{HEADER}\n");
    let mut state = 1u64;
    let mut next = move |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for row in 0..rows {
        let age = 18 + next(60);
        let balance = format!("{}.{:02}", age * 20 + next(500), next(100));
        let joined = format!("20{:02}-{:02}-{:02}", 10 + next(14), 1 + next(12), 1 + next(28));
        let member = ["no", "yes"][usize::from(age + next(30) > 60)];
        let city = ["Oslo", "\"Bergen, north\"", "NA", "Tromsø"][next(4) as usize];
        text.push_str(&format!("{},{age},{balance},{joined},{member},{city}\n", 1000 + row));
    }
    text
}

/// The command with these arguments, run in `directory`.
pub(crate) fn gausswork(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(directory).args(arguments);
    command
}

/// The arguments of a small fit of `t.csv`, and some more.
pub(crate) fn small_fit<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["fit", "t.csv"], SMALL, more].concat()
}

/// Runs a command that is to succeed; its stdout and stderr.
pub(crate) fn succeeds(directory: &Path, arguments: &[&str]) -> (String, String) {
    let output = gausswork(directory, arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    (stdout, stderr)
}

/// Runs a command that is to fail with `code`, a message that holds `words`, and no trace in the directory.
pub(crate) fn fails(directory: &Path, arguments: &[&str], code: i32, words: &[&str]) {
    let before = contents(directory);
    let output = gausswork(directory, arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    assert!(stderr.contains("error: ") && !stderr.contains("panicked"), "{arguments:?}: {stderr}");
    for word in words {
        assert!(stderr.contains(word), "{arguments:?}: no \"{word}\" in: {stderr}");
    }
    assert_eq!(contents(directory), before, "{arguments:?} left something behind");
}

/// Every file below a directory, with its length and time of change.
fn contents(directory: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            found.extend(contents(&path));
        }
        found.push((path, metadata.len(), metadata.modified().unwrap()));
    }
    found.sort();
    found
}

/// A directory with the table `t.csv` and no more.
pub(crate) fn with_table(rows: u64) -> TempDir {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("t.csv"), table(rows)).unwrap();
    directory
}

/// A directory with `t.csv` of 300 rows and a model of it in `run`, made once.
pub(crate) fn fitted() -> &'static Path {
    static FITTED: OnceLock<TempDir> = OnceLock::new();
    let directory = FITTED.get_or_init(|| {
        let directory = with_table(300);
        succeeds(directory.path(), &small_fit(&["--steps", "30", "--out", "run"]));
        directory
    });
    directory.path()
}
