//! `gausswork inspect`: what a model is, how it was made, how good it is, and what to cite.

use std::path::{Path, PathBuf};

use clap::Args;
use gausswork::artifact::{Card, GanKind, Model, ModelKind};
use gausswork::gan::{Field, GameRecord};
use gausswork::vae::{Columns, Prior, VaeConfig};
use serde_json::{Map, Value, json};

use crate::output::{bytes, grouped, json_to_stdout, to_stdout};
use crate::{args, columns, curve, game, images, summary};

/// Show what a model is, how it was made and how good it is.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// Print it as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// The optimiser of every kind of model.
const OPTIMISER: (&str, &str) =
    ("optimiser", "Kingma & Ba 2015, Adam: A Method for Stochastic Optimization, arXiv:1412.6980");

/// What a person who uses an autoencoder may want to cite, and for what.
const REFERENCES: [(&str, &str); 6] = [
    ("variational autoencoder", "Kingma & Welling 2014, Auto-Encoding Variational Bayes, arXiv:1312.6114"),
    (
        "the same",
        "Rezende, Mohamed & Wierstra 2014, Stochastic Backpropagation and Approximate Inference, arXiv:1401.4082",
    ),
    (
        "importance-weighted bound",
        "Burda, Grosse & Salakhutdinov 2016, Importance Weighted Autoencoders, arXiv:1509.00519",
    ),
    (
        "free bits",
        "Kingma et al. 2016, Improving Variational Inference with Inverse Autoregressive Flow, arXiv:1606.04934",
    ),
    (
        "autoregressive columns",
        "Germain et al. 2015, MADE: Masked Autoencoder for Distribution Estimation, arXiv:1502.03509",
    ),
    OPTIMISER,
];

/// What a person may want to cite of a model.
fn references(model: &ModelKind) -> Vec<(&'static str, &'static str)> {
    match model {
        ModelKind::Vae(_) => REFERENCES.to_vec(),
        ModelKind::Images(_) => vec![REFERENCES[0], REFERENCES[1], REFERENCES[2], OPTIMISER],
        ModelKind::Gan(kind) => vec![
            (
                "generative adversarial network",
                "Goodfellow et al. 2014, Generative Adversarial Nets, arXiv:1406.2661",
            ),
            ("objective", kind.config.objective().reference()),
            OPTIMISER,
        ],
    }
}

/// Lines of the training curve that are shown.
const CURVE_LINES: usize = 10;

/// Prints what a model is.
///
/// # Errors
/// A file that is not a model.
pub(crate) fn run(args: &InspectArgs) -> anyhow::Result<()> {
    let model = args::load(&args.model)?;
    let curve = Curve::of(&model.card, &args.model);
    if args.json { json_to_stdout(&as_json(&model, &curve)?) } else { to_stdout(&text(&model, &curve)) }
}

/// How training went, as the run directory tells.
pub(crate) enum Curve {
    /// Of an autoencoder: pass, step, training and held-out ELBO.
    Bounds(Vec<[Value; 4]>),
    /// Of a GAN.
    Game(GameRecord),
}

impl Curve {
    /// What a run directory says, or that of a model file.
    pub(crate) fn of(card: &Card, path: &Path) -> Self {
        match &card.model {
            ModelKind::Vae(_) | ModelKind::Images(_) => Self::Bounds(curve::validations(path)),
            ModelKind::Gan(kind) => {
                let directory = if path.is_dir() { Some(path) } else { path.parent() };
                let objective = kind.config.objective();
                Self::Game(gausswork::run::game_record(directory.unwrap_or(Path::new("")), objective))
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Bounds(bounds) if bounds.is_empty() => String::new(),
            Self::Bounds(bounds) => {
                let head = ["pass", "step", "training ELBO", "held-out ELBO, N(0, I)"].map(str::to_owned);
                let shown = thin(bounds).into_iter().map(|line| line.each_ref().map(shown));
                let lines: Vec<[String; 4]> = std::iter::once(head).chain(shown).collect();
                format!("\nTraining curve, nats per row or image\n\n{}", columns::aligned(&lines))
            }
            Self::Game(record) if record.points.is_empty() => String::new(),
            Self::Game(record) => {
                let told = game::at_equilibrium(record.objective);
                format!("\nCourse of the game\n\n{told}\n\n{}", game::course(record))
            }
        }
    }

    /// All of it, for programs.
    pub(crate) fn json(&self) -> Vec<Value> {
        let point = |[pass, step, train, held_out]: &[Value; 4]| json!({ "pass": pass, "step": step, "train_elbo": train, "held_out_elbo": held_out });
        match self {
            Self::Bounds(bounds) => bounds.iter().map(point).collect(),
            Self::Game(record) => game::course_json(record),
        }
    }
}

fn text(model: &Model, curve: &Curve) -> String {
    let Card { version, seed, fingerprint, rows: [train, held_out], config, codec, .. } = &model.card;
    let (things, of) = match &model.card.model {
        ModelKind::Images(_) | ModelKind::Gan(GanKind { field: Field::Images(_), .. }) => {
            ("images", String::new())
        }
        ModelKind::Vae(_) | ModelKind::Gan(_) => ("rows", format!(", {} columns", codec.columns.len())),
    };
    let facts = [
        ("model", kind(&model.card.model)),
        ("parameters", size(model)),
        ("prior", prior(&model.card.prior)),
        (
            "fitted to",
            format!(
                "{} {things} to train on and {} held out{of}",
                grouped(*train as u128),
                grouped(*held_out as u128)
            ),
        ),
        ("fingerprint", format!("{fingerprint} (BLAKE3 of the data)")),
        ("seed", seed.to_string()),
        ("written by", format!("gausswork {version}")),
    ];
    let mut out = columns::aligned(&facts.map(|(name, fact)| [name.to_owned(), fact]));
    if !codec.columns.is_empty() {
        out.push_str(&format!("\nColumns\n\n{}", columns::text(codec, false)));
    }
    out.push_str(&format!("\nFigures\n\n{}\n", summary::figures(&model.card)));
    if let ModelKind::Images(_) = &model.card.model {
        let rates = images::told::rates(&model.card.figures);
        out.push_str(&format!("\nRates of the latent dimensions, nats, sorted (number: rate)\n\n{rates}"));
    }
    if let Some(judgement) = &model.card.judgement {
        out.push_str(&format!("\nHow the game ended\n\n{}\n", game::verdict(judgement)));
    }
    out.push_str(&curve.text());
    let cite = references(&model.card.model);
    let cite: Vec<_> = cite.into_iter().map(|(what, whom)| [what.to_owned(), whom.to_owned()]).collect();
    out.push_str(&format!("\nReferences\n\n{}\nConfiguration\n\n{config}", columns::aligned(&cite)));
    out
}

fn as_json(model: &Model, curve: &Curve) -> anyhow::Result<Value> {
    let card = &model.card;
    let numbers: Map<String, Value> =
        card.figures.iter().map(|(name, v)| (name.clone(), (*v).into())).collect();
    let (prior, components) = match &card.prior {
        Prior::Standard { .. } => ("standard-normal", 0),
        Prior::Mixture(mixture) => ("mixture", mixture.components.len()),
    };
    Ok(json!({
        "version": card.version,
        "seed": card.seed,
        "fingerprint": card.fingerprint,
        "rows": { "train": card.rows[0], "held_out": card.rows[1] },
        "model": serde_json::to_value(&card.model)?,
        "parameters": model.network.parameters(),
        "prior": { "kind": prior, "components": components },
        "columns": columns::json(&card.codec),
        "figures": numbers,
        "judgement": card.judgement,
        "curve": curve.json(),
        "references": references(&card.model)
            .into_iter()
            .map(|(what, whom)| json!({ "for": what, "cite": whom }))
            .collect::<Vec<_>>(),
        "config": toml::from_str::<Value>(&card.config)?,
    }))
}

/// What a model is.
pub(crate) fn kind(model: &ModelKind) -> String {
    match model {
        ModelKind::Vae(vae) => of_vae(vae),
        ModelKind::Gan(kind) => of_gan(kind),
        ModelKind::Images(kind) => images::told::kind(kind),
    }
}

fn of_gan(GanKind { config, field }: &GanKind) -> String {
    let of = match field {
        Field::Rows => "rows, each column given those before",
        Field::Points(_) => "points",
        Field::Images(images) => return images::game::kind(config, images),
    };
    let (generator, discriminator) = (&config.generator, &config.discriminator);
    format!(
        "generative adversarial network of {of}: {} game, {} latent dimensions, generator of width {}, discriminator of width \
         {} with {} blocks, packs of {}",
        config.objective().name(),
        config.latent(),
        generator.width,
        discriminator.width,
        discriminator.blocks,
        discriminator.pac
    )
}

fn of_vae(vae: &VaeConfig) -> String {
    let columns = match vae.columns {
        Columns::Autoregressive => "each column given those before",
        Columns::Independent => "columns independent given z",
    };
    format!(
        "variational autoencoder: {} latent dimensions, width {}, {} residual blocks, {} hidden units per feature, {columns}",
        vae.latent,
        vae.width,
        vae.blocks,
        vae.hidden.unwrap_or_default()
    )
}

fn prior(prior: &Prior) -> String {
    match prior {
        Prior::Standard { .. } => "N(0, I)".to_owned(),
        Prior::Mixture(mixture) => {
            format!("mixture of {} normals, fitted to the aggregate posterior", mixture.components.len())
        }
    }
}

fn size(model: &Model) -> String {
    let count = model.network.parameters();
    format!("{} ({})", grouped(count as u128), bytes(4 * count as u64))
}

/// A few points, evenly apart, the last among them.
fn thin(curve: &[[Value; 4]]) -> Vec<&[Value; 4]> {
    let count = curve.len().min(CURVE_LINES);
    (1..=count).map(|i| &curve[i * curve.len() / count - 1]).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        Value::Number(number) => format!("{:.3}", number.as_f64().unwrap_or(f64::NAN)),
        _ => "-".to_owned(),
    }
}
