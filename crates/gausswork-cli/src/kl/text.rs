//! A divergence for people.

use gausswork_divergence::{Distribution, Divergence};

use super::{
    KlArgs,
    direction::{Direction, Source},
};
use crate::columns::aligned;
use crate::output::{grouped, significant, with_error};

/// All that is known, the second direction in short.
pub(super) fn all(
    args: &KlArgs,
    q: &Distribution,
    p: &Distribution,
    forward: &Direction,
    reverse: Option<&Direction>,
) -> String {
    let mut text = format!("{}\n", headline(args, forward, q, p));
    let mut lines = vec![line("q", q.to_string()), line("p", p.to_string())];
    lines.extend(origin(forward));
    lines.extend(checks(args, forward, true));
    text.push_str(&aligned(&lines));
    if let Some(reverse) = reverse {
        text.push_str(&format!("\n{}\n", headline(args, reverse, p, q)));
        let formula = |d: &Direction| d.answer.closed.as_ref().map(|closed| closed.formula);
        let mut lines = Vec::new();
        if formula(reverse).is_some() && formula(reverse) != formula(forward) {
            lines.extend(origin(reverse).into_iter().take(1));
        }
        lines.extend(checks(args, reverse, false));
        text.push_str(&aligned(&lines));
    }
    text
}

fn line(label: &str, text: String) -> [String; 2] {
    [format!("  {label}"), text]
}

/// The value, or that there is no single one.
fn headline(args: &KlArgs, direction: &Direction, a: &Distribution, b: &Distribution) -> String {
    let symbol = &direction.symbol;
    if let Some(why) = &direction.infinite {
        return format!("{symbol} = ∞: {why}");
    }
    match &direction.answer.closed {
        Some(closed) => format!("{symbol} = {}", in_units(args.divergence, closed.value)),
        None => {
            let name = args.divergence.name();
            format!("{symbol}: no closed form of the {name} from {} to {}", a.family(), b.family())
        }
    }
}

/// A value with its unit; in bits, too, where it is one of information.
fn in_units(divergence: Divergence, value: f64) -> String {
    let number = significant(value, 15);
    match divergence {
        _ if divergence.in_nats() => format!("{number} nats = {} bits", significant(bits(value), 15)),
        Divergence::Wasserstein1 | Divergence::Wasserstein2 => format!("{number} in the units of x"),
        _ => number,
    }
}

/// Nats in bits.
pub(super) fn bits(nats: f64) -> f64 {
    nats / std::f64::consts::LN_2
}

/// The formula, where to read about it, and its terms.
fn origin(direction: &Direction) -> Vec<[String; 2]> {
    let Some(closed) = &direction.answer.closed else { return Vec::new() };
    if direction.infinite.is_some() {
        return Vec::new();
    }
    let mut lines = vec![
        line("closed form", closed.formula.name.to_owned()),
        line("", closed.formula.reference.to_owned()),
    ];
    for term in &direction.terms {
        lines.push(line("", format!("{:>21}  {}", significant(term.value, 15), term.name)));
    }
    lines
}

/// What was found numerically; with references, or without.
fn checks(args: &KlArgs, direction: &Direction, references: bool) -> Vec<[String; 2]> {
    let mut lines = Vec::new();
    let answer = &direction.answer;
    if direction.infinite.is_some() {
        return lines;
    }
    if let Some(bounds) = &answer.bounds {
        let both = [("lower bound", bounds.lower), ("upper bound", bounds.upper)];
        for (i, (label, bound)) in both.into_iter().enumerate() {
            lines.push(line(label, format!("{} by {}", significant(bound.value, 10), bound.name)));
            if references && (i == 1 || bound.reference != bounds.upper.reference) {
                lines.push(line("", bound.reference.to_owned()));
            }
        }
    }
    if let Some(numeric) = answer.numeric {
        let (label, times) =
            (Source::numeric(direction.discrete).name(), grouped(numeric.evaluations as u128));
        let what = if direction.discrete { "terms" } else { "evaluations" };
        let mut text = format!("{} ({times} {what})", with_error(numeric.value, numeric.error));
        match &answer.closed {
            Some(closed) => {
                let difference = (numeric.value - closed.value).abs();
                text.push_str(&format!(", {} from the closed form", significant(difference, 2)));
            }
            None if args.divergence.in_nats() => {
                text.push_str(&format!(" = {} bits", significant(bits(numeric.value), 10)));
            }
            None => {}
        }
        // An error that large, or none at all, checks nothing.
        let converged = numeric.error <= 1e-3 * numeric.value.abs() + 1e-9;
        if numeric.value.is_nan() {
            text = format!("does not converge ({times} {what}); the integral may be infinite");
        } else if !converged {
            text.push_str("; it does not converge well");
        }
        lines.push(line(label, text));
    }
    if let Some(estimate) = answer.estimate {
        let (low, high) = estimate.interval();
        let digits = |x: f64| {
            let error = estimate.standard_error;
            with_error(x, error).split(' ').next().unwrap_or_default().to_owned()
        };
        let (value, low, high) = (digits(estimate.value), digits(low), digits(high));
        let draws = grouped(estimate.draws);
        lines.push(line(
            "Monte Carlo",
            format!("{value}, 95 % interval {low} to {high} ({draws} draws, seed {})", args.seed),
        ));
    }
    lines
}
