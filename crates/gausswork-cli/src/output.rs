//! Writing to stdout and stderr without ever panicking, and numbers as people read them.

use std::io::{self, Write as _};
use std::path::Path;

/// Writes what was asked for to stdout.
///
/// # Errors
/// The stream's.
pub(crate) fn to_stdout(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes JSON to stdout.
///
/// # Errors
/// The stream's.
pub(crate) fn json_to_stdout(value: &serde_json::Value) -> anyhow::Result<()> {
    to_stdout(&format!("{value:#}\n"))
}

/// Tells something on stderr; where that is closed, nobody.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A whole number with its thousands apart.
pub(crate) fn grouped(n: impl Into<u128>) -> String {
    let digits = n.into().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time, as precise as one cares.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 5940.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// A number of bytes.
pub(crate) fn bytes(n: u64) -> String {
    let n = n as f64;
    match n {
        n if n < 1024.0 * 1024.0 => format!("{:.1} KiB", n / 1024.0),
        n if n < 1024.0 * 1024.0 * 1024.0 => format!("{:.1} MiB", n / (1024.0 * 1024.0)),
        n => format!("{:.2} GiB", n / (1024.0 * 1024.0 * 1024.0)),
    }
}

/// A path as one types it in a shell.
pub(crate) fn typed(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:@,%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(0u64), "0");
        assert_eq!(grouped(999u64), "999");
        assert_eq!(grouped(1_234_567u64), "1,234,567");
        assert_eq!(duration(2.53), "2.5 s");
        assert_eq!(duration(600.0), "10 min");
        assert_eq!(bytes(1 << 20), "1.0 MiB");
        assert_eq!(typed(Path::new("a b")), "'a b'");
        assert_eq!(typed(Path::new("runs/a.csv")), "runs/a.csv");
    }
}
