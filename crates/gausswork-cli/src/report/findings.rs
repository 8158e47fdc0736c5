//! What stands out, with its gravity in words.

use gausswork_eval::report::{Gravity, Report};

use super::sets;

/// A finding.
#[derive(Debug)]
pub(super) struct Found {
    /// Its class in the style sheet.
    pub(super) class: &'static str,
    /// A symbol for its gravity.
    pub(super) symbol: &'static str,
    /// Its gravity in words.
    pub(super) gravity: &'static str,
    /// The set; empty where there is only one.
    pub(super) set: String,
    /// The sentence.
    pub(super) text: String,
}

impl Found {
    /// A sentence, and its gravity in words.
    pub(super) fn new(gravity: Gravity, words: &'static str, text: String) -> Self {
        let (class, symbol) = match gravity {
            Gravity::Bad => ("bad", "✕"),
            Gravity::Note => ("note", "!"),
            Gravity::Good => ("good", "✓"),
        };
        Self { class, symbol, gravity: words, set: String::new(), text }
    }
}

/// The findings, the grave of each set first.
pub(super) fn findings(report: &Report) -> Vec<Found> {
    let several = sets::synthetic(report).len() > 1;
    let found = report.verdict.findings.iter().map(|finding| {
        let words = match finding.gravity {
            Gravity::Bad => "Against the rows",
            Gravity::Note => "Worth knowing",
            Gravity::Good => "For the rows",
        };
        let set = report.sets.get(finding.set).filter(|_| several);
        let set = set.map_or(String::new(), |set| super::number::shown(&set.name));
        Found { set, ..Found::new(finding.gravity, words, finding.text.clone()) }
    });
    found.collect()
}
