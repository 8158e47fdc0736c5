//! What is drawn of a game's figures, and what is said of them.

use std::f64::consts::LN_2;

use gausswork::gan::{BINS, Convention, Equilibrium, Objective};
use gausswork_eval::report::Overlay;

use super::super::ink::{Ink, SETS, Svg};
use super::super::number::rounded;
use super::super::overlay::Overlaid;
use super::lines::{Beyond, Lines, POINTS, Scale};
use crate::game::{Game, Histogram, Series};
use crate::output::grouped;

/// Moments of training whose histograms are shown.
const MOMENTS: usize = 3;

/// A picture with its title and caption.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) title: &'static str,
    pub(super) picture: Svg,
    pub(super) caption: String,
}

/// What there is to draw: a title, named series, levels, the second axis, and what they are.
struct Plan<'a> {
    title: &'static str,
    series: Vec<(&'a str, &'a [(f64, f64)])>,
    levels: Vec<(Ink, f64)>,
    scale: Scale,
    caption: String,
}

/// All that there are figures for.
///
/// # Errors
/// A picture that cannot be drawn.
pub(super) fn figures(game: &Game) -> anyhow::Result<Vec<Figure>> {
    let plans = [losses(game), opinions(game), gradients(game), divergence(game), spectral(game)];
    let mut figures = Vec::new();
    for plan in plans {
        figures.extend(plan.drawn()?);
    }
    Ok(figures)
}

impl Plan<'_> {
    /// The picture, if there is anything on it.
    fn drawn(self) -> anyhow::Result<Option<Figure>> {
        let Self { title, series, levels, scale, mut caption } = self;
        let lines: Vec<&[(f64, f64)]> = series.iter().map(|(_, series)| *series).collect();
        let Some(picture) = Lines::new(&lines, levels, scale) else { return Ok(None) };
        let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
        if longest > POINTS {
            caption.push_str(&format!(
                " Each point is a mean over about {} of {}.",
                longest.div_ceil(POINTS),
                grouped(longest as u128)
            ));
        }
        if picture.beyond == Beyond::Some {
            caption.push_str(" What lies beyond the picture is drawn at its edge.");
        }
        let course = |(name, series): &(&str, &[(f64, f64)])| {
            let ends = series.first().zip(series.last());
            ends.map(|(from, to)| format!("{name} from {} to {}", rounded(from.1, 3), rounded(to.1, 3)))
        };
        let courses: Vec<String> = series.iter().filter_map(course).collect();
        let label = format!("{title}, over the steps of training: {}.", courses.join("; "));
        Ok(Some(Figure { title, picture: Svg::new(&picture, label)?, caption }))
    }
}

fn losses(game: &Game) -> Plan<'_> {
    let [halved, whole] = [Convention::Halved, Convention::Whole].map(|way| game.objective.equilibrium(way));
    let both = |Equilibrium { discriminator, generator }| {
        format!("J_D = {}, J_G = {}", rounded(discriminator, 4), rounded(generator, 4))
    };
    let unit = match game.objective {
        Objective::Minimax | Objective::NonSaturating | Objective::Relativistic => ", nats",
        Objective::LeastSquares | Objective::Hinge | Objective::Wasserstein => "",
    };
    let convention = match game.objective {
        Objective::Relativistic => "a loss of one term, which has no other convention".to_owned(),
        _ => format!("with the halves of J; without them, as most papers write it, {}", both(whole)),
    };
    Plan {
        title: "Losses",
        series: vec![("J_D", game.series("j_d")), ("J_G", game.series("j_g"))],
        levels: vec![(Ink::Level(0), halved.discriminator), (Ink::Level(1), halved.generator)],
        scale: Scale::Numbers,
        caption: format!(
            "Losses of training batches{unit}, by step: solid, the discriminator's J_D; dashed, the generator's J_G. Thin \
             dashes: equilibrium, {} ({convention}).",
            both(halved)
        ),
    }
}

fn opinions(game: &Game) -> Plan<'_> {
    match game.objective.probability(0.0) {
        Some(_) => Plan {
            title: "D(x) and D(G(z))",
            series: vec![("D(x)", game.series("d_real")), ("D(G(z))", game.series("d_fake"))],
            levels: vec![(Ink::Axis, 0.5)],
            scale: Scale::Between([0.0, 1.0]),
            caption: "What the discriminator says on average of training batches: solid, of data, D(x); dashed, of \
                      samples, D(G(z)). Thin line: ½. Both at ½ is what equilibrium looks like, and a discriminator \
                      that has learned nothing, too."
                .to_owned(),
        },
        None => Plan {
            title: "Outputs of the discriminator",
            series: vec![("l(x)", game.series("logit_real")), ("l(G(z))", game.series("logit_fake"))],
            levels: Vec::new(),
            scale: Scale::Numbers,
            caption: "Mean output of the discriminator on training batches, which stands for no probability in this game: \
                      solid, of data, l(x); dashed, of samples, l(G(z))."
                .to_owned(),
        },
    }
}

fn gradients(game: &Game) -> Plan<'_> {
    let (minimax, other) = (game.series("minimax_norm"), game.series("non_saturating_norm"));
    let vanished = minimax.iter().chain(other).filter(|(_, norm)| *norm <= 0.0).count();
    let vanished = match vanished {
        0 => String::new(),
        count => format!(" {} norms of exactly 0 have no place on this axis.", grouped(count as u128)),
    };
    Plan {
        title: "Gradients at the generator",
        series: vec![("minimax", minimax), ("non-saturating", other)],
        levels: Vec::new(),
        scale: Scale::Logarithms,
        caption: format!(
            "Norm of the gradient by the generator's weights on the same batch, on a logarithmic axis: solid, of the minimax \
             objective; dashed, of the non-saturating one. On a logit the former is D/(1 − D) times the latter: where D(G(z)) \
             is near 0 it vanishes.{vanished}"
        ),
    }
}

fn divergence(game: &Game) -> Plan<'_> {
    Plan {
        title: "Jensen–Shannon divergence, lower bound",
        series: vec![("lower bound", game.series("held_out_jsd_bound"))],
        levels: vec![(Ink::Axis, LN_2)],
        scale: Scale::Between([0.0, 0.72]),
        caption: "A lower bound, in nats, of the divergence between data and samples: log 2 less the cross-entropy of the \
                  game's own discriminator on held-out data and as many samples. Thin line: log 2, the most there can be. The \
                  divergence itself may be anything above: a weak discriminator makes the bound small, not the samples good."
            .to_owned(),
    }
}

fn spectral(game: &Game) -> Plan<'_> {
    let all: Vec<&Series> = game.spectral().collect();
    // The layers at both ends say most: of more than can be told apart, those in the middle are left out.
    let shown: Vec<usize> = match all.len() {
        count if count <= SETS => (0..count).collect(),
        count => vec![0, 1, count - 2, count - 1],
    };
    let names = ["first", "second", "third", "fourth"];
    let lines = ["solid", "dashed", "dotted", "dash-dotted"];
    let told = shown.iter().zip(lines).map(|(at, line)| format!("{line}, weight {}", at + 1));
    let told: Vec<String> = told.collect();
    Plan {
        title: "Spectral norms of D",
        series: shown
            .iter()
            .zip(names)
            .filter_map(|(&at, name)| Some((name, all.get(at)?.as_slice())))
            .collect(),
        levels: Vec::new(),
        scale: Scale::Logarithms,
        caption: format!(
            "Greatest stretch of the weights of the discriminator as they act, on a logarithmic axis, of {} from the input on: \
             {}. Their product bounds how steep D can be.",
            all.len(),
            told.join("; ")
        ),
    }
}

/// Histograms of D at a few validations, the first and the last among them.
///
/// # Errors
/// A picture that cannot be drawn.
pub(super) fn histograms(game: &Game) -> anyhow::Result<Vec<(Svg, String)>> {
    // Of outputs that stand for no probability, there is no D to speak of.
    let all = game.objective.probability(0.0).map_or(&[][..], |_| &game.histograms);
    let count = all.len().min(MOMENTS);
    let last = all.len().saturating_sub(1);
    let moments = (0..count).map(|i| &all[i * last / count.saturating_sub(1).max(1)]);
    moments.map(histogram).collect()
}

fn histogram(Histogram { step, real, fake }: &Histogram) -> anyhow::Result<(Svg, String)> {
    let edges: Vec<f64> = (0..=BINS).map(|bin| bin as f64 / BINS as f64).collect();
    let mean = |shares: &[f64; BINS]| {
        let middles =
            shares.iter().zip(edges.windows(2)).map(|(share, edge)| share * (edge[0] + edge[1]) / 2.0);
        rounded(middles.sum(), 2)
    };
    let label = format!(
        "Histogram of D after step {step}: held-out data about {}, samples about {}.",
        mean(real),
        mean(fake)
    );
    let (real, synthetic) = (real.to_vec(), vec![fake.to_vec()]);
    let overlay = Overlay::Histogram { edges: edges.clone(), real, synthetic, outside: 0.0 };
    Ok((Svg::new(&Overlaid::of_numbers(&overlay), label)?, format!("After step {}.", grouped(*step))))
}
