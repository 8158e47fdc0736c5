//! How a game went, in words: for the end of a fit and for `inspect`.

use gausswork::gan::{Convention, Equilibrium, GameRecord, Judgement, Meaning, Objective};
use serde_json::{Value, json};

use crate::columns;

/// Lines of the course of a game that are shown.
const LINES: usize = 10;

/// The verdict and its reasons, a line each.
pub(crate) fn verdict(judgement: &Judgement) -> String {
    let reasons = judgement.reasons.iter().map(|reason| format!("\n  - {reason}"));
    format!("verdict: {}{}", judgement.verdict.name().replace('-', " "), reasons.collect::<String>())
}

/// The figures of a finished game: a name, a value, and what there is to say of it. Others are not told here.
pub(crate) fn figures(objective: Objective, find: impl Fn(&str) -> Option<f64>) -> Vec<[String; 3]> {
    let [halved, whole] = [Convention::Halved, Convention::Whole].map(|c| objective.equilibrium(c));
    let loss = |name: &str, title: &str, of: fn(Equilibrium) -> f64| {
        let value = find(name)?;
        // The relativistic loss has no halves to leave out.
        let factor = if whole == halved { 1.0 } else { 2.0 };
        Some([
            title.to_owned(),
            format!("{value:.4}"),
            format!(
                "{:.4} at equilibrium; without the halves {:.4}, and {:.4}",
                of(halved),
                factor * value,
                of(whole)
            ),
        ])
    };
    let plain = |name: &str, title: &str, said: &str| {
        find(name).map(|value| [title.to_owned(), format!("{value:.4}"), said.to_owned()])
    };
    let fresh = find("fresh_j_d").zip(find("fresh_j_d_standard_error")).map(|(j_d, error)| {
        [
            "J_D of a fresh discriminator".to_owned(),
            format!("{j_d:.4} ± {error:.4}"),
            "held-out data against samples; 0.6931 where it can tell nothing".to_owned(),
        ]
    });
    let bound = |name: &str, title: &str, whose: &str| {
        plain(name, title, &format!("nats, lower bound by {whose} on held-out data; at most 0.6931"))
    };
    let own_bound = match objective.meaning() {
        Meaning::Logit => bound("held_out_jsd_bound", "JSD of samples and data", "the game's discriminator"),
        Meaning::Critic | Meaning::Difference => find("jsd_bound").map(|_| {
            let undefined = "by the game's discriminator: its outputs are not the logits of probabilities";
            ["JSD of samples and data".to_owned(), "not defined".to_owned(), undefined.to_owned()]
        }),
    };
    let lines = [
        loss("j_d", "J_D, last quarter", |e| e.discriminator),
        loss("j_g", "J_G, last quarter", |e| e.generator),
        plain("d_real", "D(x), last quarter", "½ at equilibrium"),
        plain("d_fake", "D(G(z)), last quarter", "½ at equilibrium"),
        ratio(find("gradient_ratio")),
        own_bound,
        bound("jsd_bound", "the same", "a fresh discriminator"),
        fresh,
        plain("spread", "spread of samples", "of the data's"),
    ];
    lines.into_iter().flatten().collect()
}

fn ratio(value: Option<f64>) -> Option<[String; 3]> {
    let said =
        "minimax over non-saturating, by the generator's weights on the same batches; 1 at equilibrium";
    value.map(|value| ["gradient ratio".to_owned(), format!("{value:.2e}"), said.to_owned()])
}

/// Where the losses stand in both conventions, for a line of progress.
pub(crate) fn at_equilibrium(objective: Objective) -> String {
    let [halved, whole] = [Convention::Halved, Convention::Whole].map(|c| objective.equilibrium(c));
    format!(
        "{} game, in nats with the halves; at equilibrium J_D = {:.4} and J_G = {:.4} (without the halves {:.4} and {:.4})",
        objective.name(),
        halved.discriminator,
        halved.generator,
        whole.discriminator,
        whole.generator
    )
}

/// The course of a game, a few lines of it, evenly apart and the last among them.
pub(crate) fn course(record: &GameRecord) -> String {
    let count = record.points.len().min(LINES);
    let show = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let heads = ["step", "J_D", "J_G", "D(x)", "D(G(z))", "|∇ minimax|", "|∇ non-sat.|", "JSD ≥"];
    let mut lines = vec![heads.map(str::to_owned)];
    let mut bound = None;
    let mut bounds = record.points.iter().map(|point| {
        bound = point.jensen_shannon.or(bound);
        bound
    });
    let bounds: Vec<Option<f64>> = bounds.by_ref().collect();
    lines.extend((1..=count).map(|i| {
        let at = i * record.points.len() / count - 1;
        let point = &record.points[at];
        [
            point.step.to_string(),
            format!("{:.3}", point.j_d),
            format!("{:.3}", point.j_g),
            show(point.real),
            show(point.fake),
            format!("{:.1e}", point.minimax_gradient),
            format!("{:.1e}", point.non_saturating_gradient),
            show(bounds[at]),
        ]
    }));
    columns::aligned(&lines)
}

/// The course of a game as JSON, whole.
pub(crate) fn course_json(record: &GameRecord) -> Vec<Value> {
    let point = |point: &gausswork::gan::GamePoint| {
        json!({
            "step": point.step,
            "j_d": point.j_d,
            "j_g": point.j_g,
            "d_real": point.real,
            "d_fake": point.fake,
            "minimax_gradient": point.minimax_gradient,
            "non_saturating_gradient": point.non_saturating_gradient,
            "held_out_jsd_bound": point.jensen_shannon,
        })
    };
    record.points.iter().map(point).collect()
}
