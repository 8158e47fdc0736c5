//! What a fit tells when it is done.

use std::path::Path;

use gausswork::artifact::{Card, Model, ModelKind, Network};
use gausswork::eval::report::Report;
use gausswork::gan::Objective;
use gausswork::run::Finished;
use gausswork::train::Ended;
use serde_json::{Map, Value, json};

use crate::output::{duration, grouped, json_to_stdout, typed};
use crate::progress::Progress;
use crate::{game, images, scorecard};

/// What a run directory holds, in the order of interest.
const FILES: [&str; 10] = [
    "report.html",
    "report.json",
    "model.safetensors",
    "config.toml",
    "train.jsonl",
    "film.jsonl",
    "figures.json",
    "sample.csv",
    "sample.png",
    "checkpoint.safetensors",
];

/// Tells how a fit went and what to type next; as JSON on stdout if wanted.
///
/// # Errors
/// Those of stdout.
pub(crate) fn tell(
    directory: &Path,
    data: Option<&Path>,
    finished: &Finished,
    report: Option<&Report>,
    progress: &Progress,
    as_json: bool,
) -> anyhow::Result<()> {
    progress.clear();
    let card = &finished.model.card;
    let [train, held_out] = card.rows;
    let files: Vec<&str> = FILES.into_iter().filter(|name| directory.join(name).exists()).collect();
    let why = match finished.ended {
        Ended::Steps => "all steps were done",
        Ended::EarlyStop => "the held-out bound no longer improved",
        Ended::TimeBudget => "the time budget was spent",
        Ended::Interrupted => "it was interrupted",
    };
    let (step, best) = (finished.progress.step, finished.progress.best_step);
    let frame = finished.model.network.frame();
    let fitted = match frame {
        Some(frame) => ["images".to_owned(), format!("of {}", frame.shape)],
        None => {
            ["rows".to_owned(), format!("× {} columns", grouped(card.codec.schema.columns.len() as u128))]
        }
    };
    let [things, of] = fitted;
    progress.line(&format!(
        "\nfitted {} {things} ({} held out) {of} in {}, seed {}\ntraining ended at step {} because {why}; the best \
         was step {}",
        grouped((train + held_out) as u128),
        grouped(held_out as u128),
        duration(progress.seconds()),
        card.seed,
        grouped(step),
        grouped(best),
    ));
    if let Some(rising) = rising(&finished.model.network, best) {
        progress.line(&rising);
    }
    progress.line(&figures(card));
    if let Some(judgement) = &card.judgement {
        progress.line(&format!("\n{}", game::verdict(judgement)));
    }
    if let Some(report) = report {
        progress.line(&format!("\n{}", scorecard::brief(report)));
    }
    progress.line(&format!("\nwrote to {}: {}", typed(directory), files.join(", ")));
    progress.line(&next(directory, data, &finished.model, finished.ended));
    if !as_json {
        return Ok(());
    }
    let numbers: Map<String, Value> =
        card.figures.iter().map(|(name, v)| (name.clone(), (*v).into())).collect();
    json_to_stdout(&json!({
        "run": directory.display().to_string(),
        "files": files,
        "version": card.version,
        "seed": card.seed,
        "rows": { "train": train, "held_out": held_out },
        "columns": card.codec.schema.columns.len(),
        "seconds": progress.seconds(),
        "ended": serde_json::to_value(finished.ended)?,
        "steps": step,
        "best_step": best,
        "figures": numbers,
        "judgement": card.judgement,
        "report": report.map(serde_json::to_value).transpose()?,
    }))
}

/// A remark where the weight of an autoencoder's rate had not risen to its end when the weights were chosen.
fn rising(network: &Network, best: u64) -> Option<String> {
    let Network::Images(vae) = network else { return None };
    let objective = &vae.config.objective;
    let (warm_up, weight) = (objective.warm_up?, objective.beta_at(best.saturating_sub(1)));
    (best < warm_up).then(|| {
        format!(
            "the weight of the rate had risen to {weight:.2} of {} by then: take more steps, or a shorter --warm-up than {}",
            objective.beta,
            grouped(warm_up)
        )
    })
}

/// What to type next.
fn next(directory: &Path, data: Option<&Path>, model: &Model, ended: Ended) -> String {
    let run = typed(directory);
    let data = data.map_or_else(|| "DATA".to_owned(), typed);
    let what = match model.network.frame() {
        Some(_) => "-n 64 -o grid.png",
        None => "-n 1000 -o rows.csv",
    };
    let model = &model.card.model;
    let mut text = format!("next:\n  gausswork sample {run} {what}");
    if matches!(model, ModelKind::Images(_)) {
        text.push_str(&format!("\n  gausswork reconstruct {run} {data} -o rebuilt.png"));
    }
    // A discriminator of packs says nothing of a single row.
    let scores = match model {
        ModelKind::Vae(_) | ModelKind::Images(_) => true,
        ModelKind::Gan(kind) => kind.config.discriminator.pac == 1,
    };
    if scores {
        text.push_str(&format!("\n  gausswork score {run} {data} -o scores.csv"));
    }
    text.push_str(&format!("\n  gausswork inspect {run}"));
    if ended == Ended::Interrupted {
        text.push_str(&format!("\n  gausswork fit --resume {run}"));
    }
    text
}

/// The figures of a fit, a line each.
pub(crate) fn figures(card: &Card) -> String {
    let (figures, columns) = (&card.figures, card.codec.schema.columns.len());
    match &card.model {
        ModelKind::Vae(config) => of_vae(figures, columns, config.latent),
        ModelKind::Gan(kind) => of_gan(figures, kind.config.objective()),
        ModelKind::Images(kind) => {
            format!("{}\n{}", images::told::scored(kind), indented(&images::told::figures(figures, kind)))
        }
    }
}

/// The figures of a game.
fn of_gan(figures: &[(String, f64)], objective: Objective) -> String {
    let find = |name: &str| figures.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    let mut lines = game::figures(objective, find);
    lines.extend(crate::truth::brief(find));
    indented(&lines)
}

/// Lines in columns, set in.
fn indented<const N: usize>(lines: &[[String; N]]) -> String {
    let text = crate::columns::aligned(lines);
    text.trim_end().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// The bounds of an autoencoder.
fn of_vae(figures: &[(String, f64)], columns: usize, latent: usize) -> String {
    let find = |name: &str| figures.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    // Without held-out rows the figures are those of the training rows, and say so.
    let (prefix, whose) = match find("held_out_elbo") {
        Some(_) => ("held_out", "held-out"),
        None => ("train", "training"),
    };
    let of = |name: &str| find(&format!("{prefix}_{name}")).unwrap_or(f64::NAN);
    let mut lines = vec![
        [
            format!("{whose} ELBO, fitted prior"),
            format!("{:.3} ± {:.3} nats per row", of("elbo"), of("elbo_standard_error")),
            format!("distortion {:.3}, rate {:.3}", of("distortion"), of("rate")),
        ],
        [
            format!("{whose} ELBO, N(0, I)"),
            format!("{:.3} nats per row", of("elbo_standard_normal_prior")),
            format!("distortion {:.3}, rate {:.3}", of("distortion"), of("rate_standard_normal_prior")),
        ],
    ];
    let weighted = format!("{prefix}_importance_weighted_");
    for (name, value) in figures {
        if let Some(samples) = name.strip_prefix(&weighted) {
            lines.push([
                "importance-weighted bound".to_owned(),
                format!("{value:.3} nats per row"),
                format!("{samples} samples; {:.3} nats per column", value / columns.max(1) as f64),
            ]);
        }
    }
    if let Some(gap) = find("train_minus_held_out_elbo") {
        let what = "training less held-out ELBO";
        lines.push([
            what.to_owned(),
            format!("{gap:.3} nats per row"),
            "the greater, the more it overfits".to_owned(),
        ]);
    }
    if let Some(active) = find("active_units") {
        lines.push(["active latent units".to_owned(), format!("{active:.0} of {latent}"), String::new()]);
    }
    lines.extend(crate::truth::brief(find));
    indented(&lines)
}
