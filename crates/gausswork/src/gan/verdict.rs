//! How a game ended: a verdict from figures, with its reasons.
//!
//! Nothing here looks at a model. D = ½ alone proves nothing, since a discriminator that learned nothing says so too: a game has
//! converged where a *freshly trained* discriminator cannot tell samples from held-out data either.

mod recent;
mod thresholds;

pub use recent::Recent;
pub use thresholds::*;

use std::f64::consts::LN_2;

use serde::{Deserialize, Serialize};

use super::objective::{Convention, jensen_shannon_bound};
use super::record::{FreshDiscriminator, GamePoint, GameRecord, ModesCaptured};
use super::swings::Swings;

/// How a game ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// `D = ½`, and a freshly trained discriminator stays there on held-out data.
    Converged,
    /// `D(x) ≈ 1` and `D(G(z)) ≈ 0`, or which of two is real is nearly always said: the samples are told from data, and the gradient
    /// of a zero-sum game has vanished.
    DiscriminatorWon,
    /// `D = ½`, but a freshly trained discriminator tells samples from data.
    DeadDiscriminator,
    /// The loss or the samples go round without getting anywhere.
    Oscillating,
    /// The samples leave out modes, or have far less spread than the data.
    Collapsed,
    /// A figure is not finite.
    Diverged,
    /// None of these, or too little is known.
    Undecided,
}

impl Verdict {
    /// One of each.
    pub const ALL: [Self; 7] = [
        Self::Converged,
        Self::DiscriminatorWon,
        Self::DeadDiscriminator,
        Self::Oscillating,
        Self::Collapsed,
        Self::Diverged,
        Self::Undecided,
    ];

    /// Its name, as in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Converged => "converged",
            Self::DiscriminatorWon => "discriminator-won",
            Self::DeadDiscriminator => "dead-discriminator",
            Self::Oscillating => "oscillating",
            Self::Collapsed => "collapsed",
            Self::Diverged => "diverged",
            Self::Undecided => "undecided",
        }
    }
}

/// A verdict and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Its reasons, a sentence each, the decisive ones first.
    pub reasons: Vec<String>,
}

/// Judges a game. The first that applies, in this order:
///
/// 1. *diverged*: a figure is not finite;
/// 2. *discriminator won*: over the last quarter of the points `D(x)` is above [`SURE`] on average, `D(G(z))` below one less that,
///    and the gradients' ratio below [`VANISHED`]; of a game of pairs, `J_D` is below `−log` [`SURE`]; unless the samples are known to
///    sit on modes of the data, which is 3. Other games have no outputs that say so, and none whose gradient vanishes;
/// 3. *collapsed*: fewer than [`MODES_KEPT`] of the modes, or spread below [`SPREAD_KEPT`] of the data's;
/// 4. *oscillating*: over the last half, the loss or a mean of the samples [`swings`](Swings::swings);
/// 5. *converged*: `D` is ½ within [`HALF_WITHIN`], and the fresh discriminator beats guessing by at most [`STANDARD_ERRORS`]
///    standard errors or [`SMALL_ADVANTAGE`];
/// 6. *dead discriminator*: `D` is ½, but the fresh one beats guessing by at least [`LARGE_ADVANTAGE`], significantly;
/// 7. *undecided*.
pub fn judge(record: &GameRecord) -> Judgement {
    let rules = [diverged, discriminator_won, collapsed, oscillating, at_one_half];
    let found = rules.iter().find_map(|rule| rule(record));
    found.unwrap_or_else(|| Judgement { verdict: Verdict::Undecided, reasons: vec![still_playing(record)] })
}

fn diverged(record: &GameRecord) -> Option<Judgement> {
    let not_finite = |point: &GamePoint| {
        let named = [
            ("J_D", Some(point.j_d)),
            ("J_G", Some(point.j_g)),
            ("D(x)", point.real),
            ("D(G(z))", point.fake),
            ("the minimax gradient", Some(point.minimax_gradient)),
            ("the non-saturating gradient", Some(point.non_saturating_gradient)),
            ("the Jensen-Shannon bound", point.jensen_shannon),
        ];
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let positions = point.position.iter().map(|&value| ("a mean of the samples", value));
        let (name, value) = named.chain(positions).find(|(_, value)| !value.is_finite())?;
        Some(format!("step {}: {name} is {value}", point.step))
    };
    let of_fresh = record.fresh.map(|fresh| fresh.j_d + fresh.standard_error);
    let finals =
        [("the freshly trained discriminator's loss", of_fresh), ("the samples' spread", record.spread)];
    let of_finals = |(name, value): (&str, Option<f64>)| {
        value.filter(|value| !value.is_finite()).map(|value| format!("{name} is {value}"))
    };
    let reason =
        record.points.iter().find_map(not_finite).or_else(|| finals.into_iter().find_map(of_finals))?;
    Some(Judgement { verdict: Verdict::Diverged, reasons: vec![reason] })
}

fn discriminator_won(record: &GameRecord) -> Option<Judgement> {
    let recent = Recent::of(record)?;
    let on_modes = record.modes.is_some_and(|modes| modes.captured > 0) && collapse(record).is_some();
    let mut reasons = recent.says_sure(record.objective).filter(|_| !on_modes)?;
    let of_fresh = || record.fresh.map(|fresh| jensen_shannon_bound(fresh.j_d));
    if let Some(bound) = recent.jensen_shannon.or_else(of_fresh) {
        reasons.push(format!(
            "on held-out data the Jensen-Shannon divergence is at least {bound:.3} nats, of at most {LN_2:.3}"
        ));
    }
    reasons.extend(collapse(record));
    Some(Judgement { verdict: Verdict::DiscriminatorWon, reasons })
}

fn collapsed(record: &GameRecord) -> Option<Judgement> {
    Some(Judgement { verdict: Verdict::Collapsed, reasons: vec![collapse(record)?] })
}

/// What says that the samples have collapsed.
fn collapse(record: &GameRecord) -> Option<String> {
    let lost = |modes: &ModesCaptured| (modes.captured as f64) < MODES_KEPT * modes.of as f64;
    let of_modes = record.modes.filter(lost);
    let of_spread = record.spread.filter(|&spread| spread < SPREAD_KEPT);
    match (of_modes, of_spread) {
        (None, None) => None,
        (Some(ModesCaptured { captured, of }), None) => {
            Some(format!("samples fall in {captured} of {of} modes"))
        }
        (None, Some(spread)) => Some(format!("the samples' spread is {spread:.3} of the data's")),
        (Some(ModesCaptured { captured, of }), Some(spread)) => Some(format!(
            "samples fall in {captured} of {of} modes, and their spread is {spread:.3} of the data's"
        )),
    }
}

fn oscillating(record: &GameRecord) -> Option<Judgement> {
    let half = &record.points[record.points.len() / 2..];
    let losses: Vec<f64> = half.iter().map(|point| point.j_d).collect();
    let scale = record.objective.equilibrium(Convention::Halved).discriminator;
    let describe = |what: &str, unit: &str, found: Swings| {
        let Swings { amplitude, crossings, roughness, .. } = found;
        format!(
            "over the last half {what} swings by {amplitude:.3}{unit} about its trend and crosses it {crossings} times \
             (von Neumann's ratio {roughness:.2}; 2 would be chance)"
        )
    };
    let mut reasons = Vec::new();
    // A loss that is 0 at equilibrium has no scale of its own.
    if scale > 0.0 {
        let found = Swings::of(&losses).filter(|found| found.swings(LOSS_SWING * scale));
        reasons.extend(found.map(|found| describe("J_D", "", found)));
    }
    let directions = half.iter().map(|point| point.position.len()).min().unwrap_or(0);
    let swinging = |direction: usize| {
        let series: Vec<f64> = half.iter().map(|point| point.position[direction]).collect();
        Swings::of(&series).filter(|found| found.swings(POSITION_SWING))
    };
    let widest = (0..directions).filter_map(swinging).max_by(|a, b| a.amplitude.total_cmp(&b.amplitude));
    reasons.extend(widest.map(|found| describe("a mean of the samples", " standard deviations", found)));
    if reasons.is_empty() { None } else { Some(Judgement { verdict: Verdict::Oscillating, reasons }) }
}

fn at_one_half(record: &GameRecord) -> Option<Judgement> {
    let recent = Recent::of(record)?;
    let half = recent.says_one_half(record.objective)?;
    let judged = |verdict, proof: String| Some(Judgement { verdict, reasons: vec![proof, half.clone()] });
    let Some(FreshDiscriminator { j_d, standard_error }) = record.fresh else {
        let proof = "a dead discriminator says ½ too: train a fresh one and see whether it stays there";
        return judged(Verdict::Undecided, proof.into());
    };
    let advantage = LN_2 - j_d;
    let shown = format!("J_D = {j_d:.4} ± {standard_error:.4} on held-out data, against log 2 = {LN_2:.4}");
    let noise = STANDARD_ERRORS * standard_error;
    if standard_error > GREATEST_ERROR {
        judged(
            Verdict::Undecided,
            format!("too few held-out data to tell: a fresh discriminator has {shown}"),
        )
    } else if -advantage > noise.max(LARGE_ADVANTAGE) {
        judged(
            Verdict::Undecided,
            format!("the fresh discriminator is worse than guessing and proves nothing: {shown}"),
        )
    } else if advantage <= noise.max(SMALL_ADVANTAGE) {
        judged(
            Verdict::Converged,
            format!("a freshly trained discriminator does no better than guessing: {shown}"),
        )
    } else if advantage >= noise.max(LARGE_ADVANTAGE) {
        let proof = format!(
            "a freshly trained discriminator tells samples from data where this one does not: {shown}"
        );
        judged(Verdict::DeadDiscriminator, proof)
    } else {
        judged(Verdict::Undecided, format!("nearly there: a fresh discriminator finds a little: {shown}"))
    }
}

/// Where no rule applies.
fn still_playing(record: &GameRecord) -> String {
    let Some(recent) = Recent::of(record) else {
        return "no figures".into();
    };
    let named = [
        ("J_D =", Some(recent.j_d)),
        ("D(x) =", recent.real),
        ("D(G(z)) =", recent.fake),
        ("Jensen-Shannon bound", recent.jensen_shannon),
    ];
    let known = named.into_iter().filter_map(|(name, value)| Some(format!("{name} {:.3}", value?)));
    let told = known.collect::<Vec<_>>().join(", ");
    format!("D still tells samples from data, and has not won: {told}")
}

#[cfg(test)]
mod tests;
