//! What the discriminator of a game says of each row of a table.

use gausswork::gan::{Field, Gan, Meaning};
use gausswork::run::{Config, discriminate, discriminate_images};
use serde_json::{Map, Value, json};

use super::sheet::{Destination, Mean, Sheet};
use super::{Scoring, Told};
use crate::failure::{Interrupted, Usage};
use crate::output::grouped;
use crate::progress::Progress;

/// The figures of an output, by what it is.
fn names(meaning: Meaning) -> &'static [&'static str] {
    match meaning {
        Meaning::Logit => &["logit", "d"],
        Meaning::Critic => &["critic"],
        Meaning::Difference => &["critic_minus_generated"],
    }
}

/// Their values: the output, and `D = σ(l)` of a logit.
fn figures(meaning: Meaning, l: f64) -> Vec<f64> {
    match meaning {
        Meaning::Logit => vec![l, 1.0 / (1.0 + (-l).exp())],
        Meaning::Critic | Meaning::Difference => vec![l],
    }
}

/// Scores the rows by the outputs of the discriminator.
///
/// # Errors
/// The library's; [`Usage`] for flags of an autoencoder; [`Interrupted`].
pub(super) fn run(
    scoring: &Scoring<'_>,
    gan: &Gan,
    destination: Destination,
    progress: &mut Progress,
) -> anyhow::Result<Told> {
    let Scoring { args, model, options, seed, threads } = scoring;
    let others = [("--samples", args.samples.is_some()), ("--columns", args.columns)];
    if let Some((flag, _)) = others.into_iter().find(|(_, given)| *given) {
        let whole = "the discriminator of a GAN judges whole rows, without samples";
        return Err(Usage(format!("{flag} is of an autoencoder; {whole}")).into());
    }
    let objective = gan.config.objective();
    let meaning = objective.meaning();
    let new = |destination| Sheet::new(names(meaning).iter().map(|&name| name.into()).collect(), destination);
    let (mut sheet, mut of_samples) = (new(destination), new(Destination::Nowhere));
    let interrupt = progress.interrupt.clone();
    let all = |outputs: &[f64]| outputs.iter().map(|&l| figures(meaning, l)).collect::<Vec<_>>();
    let mut sink = |outputs: &[f64]| -> anyhow::Result<()> {
        if interrupt.asked() {
            return Err(Interrupted.into());
        }
        sheet.add(&all(outputs))
    };
    let said = match &gan.field {
        Field::Images(_) => {
            let read = Config::from_toml(&model.card.config)?.data.read_images();
            let numbers = [*seed, *threads as u64];
            discriminate_images(model, &args.data, &read, numbers, &mut sink, progress)?
        }
        Field::Rows | Field::Points(_) => {
            discriminate(model, &args.data, options, *seed, *threads, &mut sink, progress)?
        }
    };
    sheet.finish()?;
    of_samples.add(&all(&said.generated))?;
    let text = |sheet: &Sheet| {
        let means = sheet.means().map(|(name, mean)| mean.text(name));
        means.collect::<Vec<_>>().join(", ")
    };
    let means = |sheet: &Sheet| {
        let means = sheet.means().map(|(name, mean): (&str, Mean)| (name.to_owned(), mean.json()));
        means.collect::<Map<String, Value>>()
    };
    let mut json =
        json!({ "objective": objective.name(), "rows": sheet.rows, "generated": means(&of_samples) });
    json["generated"]["rows"] = of_samples.rows.into();
    means(&sheet).into_iter().for_each(|(name, mean)| json[name] = mean);
    let things = if model.network.frame().is_some() { "images" } else { "rows" };
    let (rows, samples) = (grouped(sheet.rows), grouped(of_samples.rows));
    Ok(Told {
        rows: format!("{rows} {things} with the discriminator of a {} game", objective.name()),
        means: format!(
            "means over them: {}; over {samples} generated {things}: {}",
            text(&sheet),
            text(&of_samples)
        ),
        json,
    })
}
