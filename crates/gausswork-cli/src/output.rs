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

/// A number to so many significant digits, with a power of ten where it is very large or small.
pub(crate) fn significant(x: f64, digits: usize) -> String {
    if x.is_infinite() {
        return if x > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let scientific = format!("{x:.*e}", digits.saturating_sub(1));
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let short = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    match exponent.parse::<i32>() {
        Ok(exponent @ -5..15) => {
            let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
            short(&format!("{x:.decimals$}"))
        }
        _ => format!("{}e{exponent}", short(mantissa)),
    }
}

/// A number and its error, to the decimals that the error leaves meaning to.
pub(crate) fn with_error(x: f64, error: f64) -> String {
    if !x.is_finite() || !error.is_finite() {
        return format!("{} ± {}", significant(x, 15), significant(error, 2));
    }
    let place = |x: f64| if x == 0.0 { 0.0 } else { x.abs().log10().floor() };
    let digits = if error == 0.0 { 15.0 } else { (place(x) - place(error) + 2.0).clamp(1.0, 15.0) };
    format!("{} ± {}", significant(x, digits as usize), significant(error, 2))
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
        assert_eq!(significant(0.1 + 0.2, 15), "0.3");
        assert_eq!(significant(-1234.5678, 6), "-1234.57");
        assert_eq!(significant(9.999e-7, 2), "1e-6");
        assert_eq!(significant(1e300, 3), "1e300");
        assert_eq!(significant(99.96, 3), "100");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(f64::INFINITY, 3), "∞");
        assert_eq!(with_error(1.234_567_8, 0.001_3), "1.2346 ± 0.0013");
        assert_eq!(with_error(0.0, 0.5), "0 ± 0.5");
        assert_eq!(typed(Path::new("a b")), "'a b'");
        assert_eq!(typed(Path::new("runs/a.csv")), "runs/a.csv");
    }
}
