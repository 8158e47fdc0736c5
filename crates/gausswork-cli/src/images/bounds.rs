//! `gausswork score --bounds` of a model of images: one table from the evidence lower bound up to `log p(x)`, and beyond.

use clap::{Args, ValueEnum, value_parser};
use gausswork::run::{BoundsRequest, Bracketed, BracketedImage, Config, bound_images};
use gausswork::vae::image::{Annealing, ImageVae, Start};
use serde_json::{Value, json};

use crate::columns;
use crate::failure::Interrupted;
use crate::output::grouped;
use crate::progress::Progress;
use crate::score::Scoring;
use crate::score::sheet::Mean;

/// Importance samples of an image by default.
const SAMPLES: u32 = 5000;

/// What `score --bounds` takes.
#[derive(Debug, Args)]
pub(crate) struct BoundsArgs {
    /// Images: one table of bounds on the mean log p(x), ELBO, importance-weighted, annealed importance sampling; of images drawn from
    /// the model also the upper bound of bidirectional Monte Carlo, which is valid for these alone
    #[arg(long, help_heading = "Bounds")]
    pub(crate) bounds: bool,
    /// Images of the set, evenly spread over it, and as many drawn from the model
    #[arg(long, value_name = "N", default_value_t = 200, requires = "bounds", value_parser = value_parser!(u32).range(1..=1_000_000), help_heading = "Bounds")]
    images: u32,
    /// Temperatures between start and posterior; more make the annealed bounds tighter, at proportional time
    #[arg(long, value_name = "T", default_value_t = 100, requires = "bounds", value_parser = value_parser!(u32).range(1..=500_000), help_heading = "Bounds")]
    temperatures: u32,
    /// Independent annealed chains per image
    #[arg(long, value_name = "M", default_value_t = 16, requires = "bounds", value_parser = value_parser!(u32).range(1..=4096), help_heading = "Bounds")]
    chains: u32,
    /// Leapfrog steps of a Hamiltonian transition; their size is tuned beforehand, for each temperature
    #[arg(long, value_name = "L", default_value_t = 5, requires = "bounds", value_parser = value_parser!(u32).range(1..=1000), help_heading = "Bounds")]
    leapfrogs: u32,
    /// Where chains begin: at q(z|x), or at the prior N(0, I), which finds what the encoder overlooks but needs more temperatures
    #[arg(
        long,
        value_name = "WHERE",
        default_value = "encoder",
        requires = "bounds",
        help_heading = "Bounds"
    )]
    start: From,
}

/// Where chains begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    Encoder,
    Prior,
}

impl BoundsArgs {
    fn annealing(&self) -> Annealing {
        let start = match self.start {
            From::Encoder => Start::Encoder,
            From::Prior => Start::Prior,
        };
        let [temperatures, chains, leapfrogs] =
            [self.temperatures, self.chains, self.leapfrogs].map(|n| n as usize);
        Annealing { temperatures, chains, leapfrogs, start }
    }
}

/// A bound: its name in the table, its name in JSON, where it is found.
type Bound = (String, &'static str, fn(&BracketedImage) -> Option<f64>);

/// The bounds in the order in which they lie.
fn bounds(samples: u32, annealing: &Annealing) -> [Bound; 4] {
    let Annealing { temperatures, chains, .. } = annealing;
    [
        ("ELBO".to_owned(), "elbo", |image| Some(image.encoder.elbo())),
        (format!("importance-weighted, K = {}", grouped(samples)), "importance_weighted", |image| {
            Some(image.encoder.importance_weighted)
        }),
        (
            format!("AIS, {} temperatures, {chains} chains", grouped(*temperatures as u128)),
            "annealed",
            |image| Some(image.lower.nats),
        ),
        ("BDMC, from above".to_owned(), "bidirectional", |image| {
            image.upper.as_ref().map(|upper| upper.nats)
        }),
    ]
}

/// The table of bounds, and the same as JSON.
///
/// # Errors
/// The library's; [`Interrupted`].
pub(crate) fn run(
    scoring: &Scoring<'_>,
    vae: &ImageVae,
    progress: &mut Progress,
) -> anyhow::Result<(String, Value)> {
    let Scoring { args, model, seed, threads, .. } = scoring;
    let samples = args.samples.unwrap_or(SAMPLES);
    let annealing = args.bounds.annealing();
    let request = BoundsRequest {
        images: args.bounds.images as usize,
        samples: samples as usize,
        annealing: annealing.clone(),
        seed: *seed,
        threads: *threads,
    };
    let options = Config::from_toml(&model.card.config)?.data.read_images();
    let interrupt = progress.interrupt.clone();
    let mut stop = || if interrupt.asked() { Err(anyhow::Error::from(Interrupted)) } else { Ok(()) };
    let report = bound_images(model, &args.data, &options, &request, &mut stop, progress)?;
    let values = vae.frame.shape.values() as f64;
    let named = bounds(samples, &annealing);
    let mut lines =
        vec![["bound on the mean log p(x)", "nats per image", "bits per dimension"].map(str::to_owned)];
    let mut out = json!({
        "samples": samples, "temperatures": annealing.temperatures, "chains": annealing.chains,
        "leapfrogs": annealing.leapfrogs, "start": annealing.start, "unit": "nats per image",
        "of": vae.config.what(),
    });
    for (name, of, bracketed) in
        [("data", "the set", &report.data), ("simulated", "the model (simulated)", &report.simulated)]
    {
        let head = format!("{} images of {of}", grouped(bracketed.images.len() as u128));
        lines.push([head, String::new(), String::new()]);
        out[name] = json!({ "images": bracketed.images.len(), "acceptance": bracketed.acceptance });
        for (title, key, find) in &named {
            let mean = mean(bracketed, find);
            let Some(nats) = mean.value() else { continue };
            lines.push([format!("  {title}"), mean.figure(), bits(nats, values)]);
            out[name][key] = mean.json();
        }
        let both = |image: &BracketedImage| image.upper.as_ref().map(|upper| upper.nats - image.lower.nats);
        let gap = mean(bracketed, &both);
        if let Some(nats) = gap.value() {
            lines.push(["  gap, BDMC − AIS".to_owned(), gap.figure(), bits(-nats, values)]);
            out[name]["gap"] = gap.json();
        }
        out[name]["effective_chains"] = mean(bracketed, &|image| Some(image.lower.effective_chains)).json();
        out[name]["error_of_an_image"] = mean(bracketed, &|image| Some(image.lower.standard_error)).json();
    }
    let text = format!(
        "{}\n\n{}\n{}\n",
        vae.config.what(),
        columns::aligned(&lines),
        "± is the standard error of a mean over images. All but BDMC are lower bounds on the mean log p(x) in expectation, BDMC an upper \
         one; it needs an exact draw from the posterior, and so holds for images drawn from the model, not for the set's."
    );
    Ok((text, out))
}

fn mean(of: &Bracketed, find: &dyn Fn(&BracketedImage) -> Option<f64>) -> Mean {
    let mut mean = Mean::default();
    of.images.iter().filter_map(find).for_each(|value| mean.add(value));
    mean
}

/// Nats per image as bits per number.
fn bits(nats: f64, values: f64) -> String {
    format!("{:.4}", -nats / (values * std::f64::consts::LN_2))
}
