//! `gausswork verify`.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use gausswork::divergence::verify::{Row, Subject, verify};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::args::threads;
use crate::gradients::Gradients;
use crate::output::{duration, grouped, json_to_stdout, tell, to_stdout};
use crate::plot::{self, Format};

/// Check every closed form in the program.
///
/// Each divergence is compared with quadrature, or an exact sum, over a grid of ordinary, nearly equal and extreme
/// parameters; its derivatives with finite differences; ten million random pairs are looked through for a negative
/// value; and the identities that the models stand on are computed from both sides. One line per check: how many
/// cases, the worst relative error, its bound, and where it occurred.
///
/// The exit code is 1 if any error exceeds its bound.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Also draw what the gradient-ratio identity says: the slopes of both generator losses [.svg or .png]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    plot: Option<PathBuf>,
    /// Threads to work on [default: all cores]; the result does not depend on them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Output")]
    threads: Option<u16>,
}

/// Runs the checks and prints them.
///
/// # Errors
/// A check that does not hold, or stdout.
pub(crate) fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    let plot = args.plot.as_deref().map(|path| Format::of(path).map(|format| (path, format))).transpose()?;
    threads(args.threads);
    let started = Instant::now();
    let bar = ProgressBar::with_draw_target(None, target());
    let style = ProgressStyle::with_template("{bar:24} {pos} of {len} groups of checks ({elapsed})");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let rows = verify(&|done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    if let Some((path, format)) = plot {
        plot::write(path, format, &Gradients)?;
    }
    let broken = rows.iter().filter(|row| !row.holds()).count();
    if args.json {
        json_to_stdout(&to_json(&rows))?;
    } else {
        to_stdout(&to_text(&rows))?;
    }
    let cases: usize = rows.iter().map(|row| row.cases).sum();
    let (checks, cases) = (grouped(rows.len() as u64), grouped(cases as u64));
    tell(&format!("{checks} checks of {cases} cases in {}", duration(started.elapsed().as_secs_f64())));
    anyhow::ensure!(broken == 0, "{broken} of {checks} checks do not hold; they are marked FAILED");
    Ok(())
}

/// The terminal; nothing where stderr is none.
fn target() -> ProgressDrawTarget {
    if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

/// What a section is called, and what its figures are.
fn heading(subject: Subject) -> &'static str {
    match subject {
        Subject::Pair => "Kullback-Leibler divergences: closed form against quadrature, worst relative error",
        Subject::Gradient => "Their derivatives: dual numbers against finite differences",
        Subject::Kind => "Other divergences: closed form against quadrature",
        Subject::Law => "Laws",
        Subject::Identity => "Identities: both sides computed apart, worst relative difference",
        _ => "Other checks",
    }
}

fn to_text(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut subject = None;
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).min(60);
    for row in rows {
        if subject != Some(row.subject) {
            subject = Some(row.subject);
            let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, heading(row.subject));
            let _ = writeln!(text, "  {:width$} {:>10} {:>9} {:>7}", "", "cases", "worst", "bound");
        }
        let verdict = if row.holds() { "" } else { "FAILED " };
        let (cases, worst, bound) = (grouped(row.cases as u64), row.worst, row.bound);
        let _ = write!(text, "  {:width$} {cases:>10} {worst:>9.1e} {bound:>7.0e}  {verdict}", row.name);
        let _ = match (row.subject, row.note) {
            (Subject::Identity, statement) => writeln!(text, "{statement}"),
            (_, note) if !note.is_empty() && row.worst == 0.0 => writeln!(text, "{note}"),
            _ => writeln!(text, "{}", row.at),
        };
        if row.subject == Subject::Identity && !row.holds() {
            let _ = writeln!(text, "  {:width$} at {}", "", row.at);
        }
    }
    text
}

fn to_json(rows: &[Row]) -> serde_json::Value {
    let subject = |subject| match subject {
        Subject::Pair => "pair",
        Subject::Gradient => "gradient",
        Subject::Kind => "kind",
        Subject::Law => "law",
        Subject::Identity => "identity",
        _ => "other",
    };
    let row = |row: &Row| {
        // JSON knows no infinity: the worst error of a check that could not be made is null.
        let worst = row.worst.is_finite().then_some(row.worst);
        json!({
            "subject": subject(row.subject),
            "name": row.name,
            "cases": row.cases,
            "worst": worst,
            "bound": row.bound,
            "holds": row.holds(),
            "at": row.at,
            "note": row.note,
        })
    };
    json!({ "holds": rows.iter().all(Row::holds), "checks": rows.iter().map(row).collect::<Vec<_>>() })
}
