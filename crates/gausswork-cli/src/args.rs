//! What several verbs share on the command line.

use std::path::Path;

use anyhow::Context as _;
use gausswork::artifact::{FILE_NAME, Model};
use gausswork::data::table::Kind;

/// The number of threads to work on: those asked for, or the available cores. Also sizes the pool that reads files.
pub(crate) fn threads(asked: Option<u16>) -> usize {
    let threads = match asked {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    // It fails only where a pool exists already; the results do not depend on it.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    threads
}

/// Reads a model file, or the one in a run directory.
///
/// # Errors
/// Those of [`Model::load`]; a run that has not finished says how to go on.
pub(crate) fn load(path: &Path) -> anyhow::Result<Model> {
    let unfinished = path.is_dir() && !path.join(FILE_NAME).exists();
    let model = Model::load(path);
    if unfinished {
        let run = crate::output::typed(path);
        return model.with_context(|| {
            format!("{run} holds no model; an unfinished run goes on with `gausswork fit --resume {run}`")
        });
    }
    Ok(model?)
}

/// One `COLUMN=KIND`.
pub(crate) fn column_kind(text: &str) -> Result<(String, Kind), String> {
    let kinds = || Kind::ALL.map(Kind::name).join(", ");
    match text.rsplit_once('=') {
        Some((column, kind)) if !column.is_empty() => {
            Ok((column.to_owned(), kind.parse().map_err(|e| format!("{e}"))?))
        }
        _ => Err(format!("\"{text}\" is not COLUMN=KIND; kinds are {}", kinds())),
    }
}

/// A delimiter: one ASCII character, or `tab`.
pub(crate) fn delimiter(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" => Ok('\t'),
        _ => character(text, "tab"),
    }
}

/// A quote: one ASCII character, or `none`.
pub(crate) fn quote(text: &str) -> Result<char, String> {
    match text {
        "none" => Ok('\0'),
        _ => character(text, "none"),
    }
}

fn character(text: &str, word: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) if c.is_ascii() && !matches!(c, '\n' | '\r') => Ok(c),
        _ => Err(format!("\"{text}\" is not one ASCII character, nor \"{word}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_columns_parse() {
        assert_eq!(column_kind("a=b=integer"), Ok(("a=b".to_owned(), Kind::Integer)));
        for text in ["age", "=integer", "age=", "age=int"] {
            assert!(column_kind(text).is_err_and(|e| e.contains("category")), "{text}");
        }
    }

    #[test]
    fn delimiters_and_quotes_parse() {
        assert_eq!(delimiter(";"), Ok(';'));
        assert_eq!(delimiter("tab"), Ok('\t'));
        assert_eq!(quote("none"), Ok('\0'));
        for text in ["", ";;", "é", "\n"] {
            assert!(delimiter(text).is_err() && quote(text).is_err(), "{text}");
        }
    }
}
