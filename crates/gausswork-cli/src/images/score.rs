//! `gausswork score` of a model of images: bounds on the log-likelihood of each.

use gausswork::run::{Config, ScoreRequest, score_images};
use gausswork::vae::image::{ImageBound, ImageVae};
use serde_json::json;

use crate::failure::{Interrupted, Usage};
use crate::output::grouped;
use crate::progress::Progress;
use crate::score::sheet::{Destination, Mean, Sheet};
use crate::score::{Scoring, Told};

/// Importance samples of an image by default.
const SAMPLES: u32 = 100;

/// The figures of an image.
const FIGURES: [&str; 7] = [
    "elbo",
    "importance_weighted",
    "standard_error",
    "effective_samples",
    "distortion",
    "rate",
    "bits_per_dimension",
];

/// Scores the images.
///
/// # Errors
/// The library's; [`Usage`] for flags of a table; [`Interrupted`].
pub(crate) fn run(
    scoring: &Scoring<'_>,
    vae: &ImageVae,
    destination: Destination,
    progress: &mut Progress,
) -> anyhow::Result<Told> {
    let Scoring { args, model, seed, threads, .. } = scoring;
    if args.columns {
        return Err(Usage("--columns is of a table; images have none".to_owned()).into());
    }
    let samples = args.samples.unwrap_or(SAMPLES);
    let values = vae.frame.shape.values() as f64;
    let figures = |bound: &ImageBound| {
        let bits = -bound.importance_weighted / (values * std::f64::consts::LN_2);
        vec![
            bound.elbo(),
            bound.importance_weighted,
            bound.standard_error,
            bound.effective_samples,
            -bound.log_likelihood,
            bound.rate,
            bits,
        ]
    };
    let mut sheet = Sheet::new(FIGURES.map(str::to_owned).to_vec(), destination);
    let interrupt = progress.interrupt.clone();
    let mut sink = |bounds: &[ImageBound]| -> anyhow::Result<()> {
        if interrupt.asked() {
            return Err(Interrupted.into());
        }
        sheet.add(&bounds.iter().map(figures).collect::<Vec<_>>())
    };
    let options = Config::from_toml(&model.card.config)?.data.read_images();
    let request = ScoreRequest { samples: samples as usize, seed: *seed, threads: *threads };
    score_images(model, &args.data, &options, &request, &mut sink, progress)?;
    sheet.finish()?;
    // Those of which a mean means something: not a standard error, nor a number of samples.
    let meant = |name: &str| !matches!(name, "standard_error" | "effective_samples");
    let means: Vec<(&str, Mean)> = sheet.means().filter(|(name, _)| meant(name)).collect();
    let text = |(name, mean): &(&str, Mean)| mean.text(&name.replace('_', "-").replace("elbo", "ELBO"));
    let what = vae.config.what();
    let told = means.iter().map(text).collect::<Vec<_>>().join(", ");
    let mut json = json!({ "images": sheet.rows, "samples": samples, "unit": "nats per image", "of": what });
    means.iter().for_each(|(name, mean)| json[*name] = mean.json());
    Ok(Told {
        rows: format!("{} images with {samples} samples", grouped(sheet.rows)),
        means: format!("{what}\nmeans in nats per image: {told}"),
        json,
    })
}
