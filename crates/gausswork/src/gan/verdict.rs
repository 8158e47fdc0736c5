//! How a game ended: a verdict from figures, with its reasons.
//!
//! Nothing here looks at a model. D = ½ alone proves nothing, since a discriminator that learned nothing says so too: a game has
//! converged where a *freshly trained* discriminator cannot tell samples from held-out data either.

use std::f64::consts::LN_2;

use serde::{Deserialize, Serialize};

use super::objective::{Convention, Objective};
use super::record::{FreshDiscriminator, GamePoint, GameRecord, ModesCaptured};
use super::swings::Swings;

/// How a game ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// `D = ½`, and a freshly trained discriminator stays there on held-out data.
    Converged,
    /// `D(x) ≈ 1` and `D(G(z)) ≈ 0`: the samples are told from data, and the minimax gradient has vanished.
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

/// How far from ½ the means of `D(x)` and `D(G(z))` may be for "D = ½".
///
/// A mean within 0.1 of ½ is an advantage of at most 0.02 nats where `D` is the same everywhere (2 · 0.1²). It needn't be narrow:
/// the freshly trained discriminator decides.
pub const HALF_WITHIN: f64 = 0.1;

/// Mean `D(x)` above which, and one less mean `D(G(z))` below which, the discriminator is sure.
///
/// At 0.95 the cross-entropy is at most 0.05 nats where `D` is the same everywhere, 7 % of that of guessing.
pub const SURE: f64 = 0.95;

/// Ratio of the gradients, minimax over non-saturating, below which the former has vanished.
///
/// On a logit the ratio is `D / (1 − D)`, 0.053 at `D = 0.05`; norms over a batch weigh samples differently, hence twice that.
pub const VANISHED: f64 = 0.1;

/// Nats by which a fresh discriminator may beat guessing and still count as fooled.
///
/// Near ½, an advantage of `2 e²` nats is an accuracy of `½ + e`: 0.005 nats are 55 %.
pub const SMALL_ADVANTAGE: f64 = 0.005;

/// Nats by which a fresh discriminator beats guessing where one that says ½ is dead rather than a little behind: 66 % accuracy.
pub const LARGE_ADVANTAGE: f64 = 0.05;

/// Standard errors within which the fresh discriminator's loss agrees with log 2, one test in 740 of a converged game failing.
pub const STANDARD_ERRORS: f64 = 3.0;

/// The greatest standard error, nats, of a fresh discriminator's loss from which anything is concluded: three of them are below
/// [`LARGE_ADVANTAGE`].
pub const GREATEST_ERROR: f64 = 0.01;

/// Share of the modes below which the samples have collapsed: one lost of 8 or of 16 has, one of 25 may be chance.
pub const MODES_KEPT: f64 = 0.95;

/// Ratio of spreads below which the samples have collapsed: half of the data's.
pub const SPREAD_KEPT: f64 = 0.5;

/// Amplitude from which `J_D` swings, as a share of its value at equilibrium: 0.1 nats for a cross-entropy, five times the sampling
/// error of a batch of 200.
pub const LOSS_SWING: f64 = 0.15;

/// Amplitude from which a mean of the samples swings, in standard deviations of the data: over three times the sampling error of
/// a batch of 200.
pub const POSITION_SWING: f64 = 0.25;

/// Points at the end of a game whose averages are judged, as a divisor of their number.
const LAST_QUARTER: usize = 4;

/// Judges a game. The first that applies, in this order:
///
/// 1. *diverged*: a figure is not finite;
/// 2. *discriminator won*: over the last quarter of the points `D(x)` is above [`SURE`] on average, `D(G(z))` below one less that,
///    and the gradients' ratio below [`VANISHED`]; unless the samples are known to sit on modes of the data, which is 3;
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
    let (real, fake) = (recent.real?, recent.fake?);
    let ratio = recent.gradient_ratio?;
    let on_modes = record.modes.is_some_and(|modes| modes.captured > 0) && collapse(record).is_some();
    if real <= SURE || fake >= 1.0 - SURE || ratio >= VANISHED || on_modes {
        return None;
    }
    let mut reasons = vec![
        format!(
            "D(x) = {real:.3} and D(G(z)) = {fake:.3} on average over the last quarter: D is sure of nearly every row"
        ),
        format!(
            "the minimax gradient is {ratio:.2e} of the non-saturating one: by it, G would learn nothing"
        ),
    ];
    if let Some(bound) = recent.jensen_shannon {
        reasons.push(format!(
            "on held-out rows the Jensen-Shannon divergence is at least {bound:.3} nats, of at most {LN_2:.3}"
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
    let shown = format!("J_D = {j_d:.4} ± {standard_error:.4} on held-out rows, against log 2 = {LN_2:.4}");
    let noise = STANDARD_ERRORS * standard_error;
    if standard_error > GREATEST_ERROR {
        judged(
            Verdict::Undecided,
            format!("too few held-out rows to tell: a fresh discriminator has {shown}"),
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
    let show = |value: Option<f64>| value.map_or("unknown".into(), |value| format!("{value:.3}"));
    format!(
        "D still tells samples from data, and has not won: J_D = {:.3}, D(x) = {}, D(G(z)) = {}, Jensen-Shannon bound {}",
        recent.j_d,
        show(recent.real),
        show(recent.fake),
        show(recent.jensen_shannon)
    )
}

/// Averages over the last quarter of the points, at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recent {
    /// `J_D`, with the halves.
    pub j_d: f64,
    /// `J_G`, likewise.
    pub j_g: f64,
    /// The mean of `D(x)`, where the outputs stand for probabilities.
    pub real: Option<f64>,
    /// The mean of `D(G(z))`, likewise.
    pub fake: Option<f64>,
    /// Of the mean norms of the gradients at the generator, minimax over non-saturating.
    pub gradient_ratio: Option<f64>,
    /// The lower bound of the Jensen–Shannon divergence on held-out rows, nats.
    pub jensen_shannon: Option<f64>,
}

impl Recent {
    /// The averages; none of a record without points.
    pub fn of(record: &GameRecord) -> Option<Self> {
        let n = record.points.len();
        let points = &record.points[n - n.div_ceil(LAST_QUARTER)..];
        let mean = |of: &dyn Fn(&GamePoint) -> Option<f64>| {
            let values: Vec<f64> = points.iter().filter_map(of).collect();
            if values.is_empty() { None } else { Some(values.iter().sum::<f64>() / values.len() as f64) }
        };
        let non_saturating = mean(&|point| Some(point.non_saturating_gradient)).filter(|&norm| norm > 0.0);
        let minimax = mean(&|point| Some(point.minimax_gradient));
        Some(Self {
            j_d: mean(&|point| Some(point.j_d))?,
            j_g: mean(&|point| Some(point.j_g))?,
            real: mean(&|point| point.real),
            fake: mean(&|point| point.fake),
            gradient_ratio: minimax.zip(non_saturating).map(|(minimax, other)| minimax / other),
            jensen_shannon: mean(&|point| point.jensen_shannon),
        })
    }

    /// What says that the game's own discriminator is undecided; for outputs that are no probabilities, that `J_D` is within a
    /// tenth of its equilibrium, or nothing but the fresh one to ask, for the Wasserstein loss.
    fn says_one_half(&self, objective: Objective) -> Option<String> {
        if let (Some(real), Some(fake)) = (self.real, self.fake) {
            let near = |d: f64| (d - 0.5).abs() <= HALF_WITHIN;
            return (near(real) && near(fake)).then(|| {
                format!("D(x) = {real:.3} and D(G(z)) = {fake:.3} on average over the last quarter")
            });
        }
        let equilibrium = objective.equilibrium(Convention::Halved).discriminator;
        let j_d = self.j_d;
        if objective == Objective::Wasserstein {
            return Some(
                "the Wasserstein loss has no value that means ½: only the fresh discriminator counts".into(),
            );
        }
        ((j_d - equilibrium).abs() <= HALF_WITHIN * equilibrium).then(|| {
            format!("J_D = {j_d:.3} on average over the last quarter, {equilibrium:.3} at equilibrium")
        })
    }
}

#[cfg(test)]
mod tests;
