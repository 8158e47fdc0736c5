//! The minimax against the non-saturating objective on images, three seeds each and everything else the same (Lucic et al. 2018, "Are GANs
//! Created Equal?", table 2): `cargo run --release --example minimax_on_images -- train-images-idx3-ubyte.gz 10000 norms.svg 3`.
//!
//! The arguments are the images (by default data/digits.npz), the steps of a game (4,000), the picture, the number of seeds (3), and real
//! images that no generator saw, which are compared, too. Draws the norms of both losses' gradients on the same batches; leaves the runs
//! in runs/OBJECTIVE-SEED, with as many samples as there were training images, 10,000 at most; and prints their Fréchet distances from
//! the images by the features of one network, which is trained on them and kept as runs/minimax-extractor.safetensors.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gausswork::data::image::{DrawnImages, ReadImages};
use gausswork::eval::report::Baselines;
use gausswork::eval::score::Metric;
use gausswork::gan::{GamePoint, GameRecord, Objective};
use gausswork::run::{
    Config, EvaluateImagesRequest, Existing, ImageRequest, ImageWriter, ImagesError, Run, evaluate_images,
    fit, game_record, sample_images,
};
use gausswork::vae::image::Shown;

// DCGAN of a quarter of the features, so that six games take minutes, with the rates of Radford et al. 2016, §4; no penalty, which would
// hide what the two losses do.
const GAME: &str = "kind = 'gan'
    gan.rate-ratio = 1
    gan.penalty.kind = 'none'
    gan.generator.images.width = 16
    gan.discriminator.images = { width = 16, normalisation = 'batch' }
    training = { batch = 64, learning-rate = 2e-4, beta1 = 0.5, beta2 = 0.999 }";
/// Samples of a game, at most.
const SAMPLES: u64 = 10_000;
const THREADS: usize = 2;
const INKS: [&str; 2] = ["#ba286e", "#1b804b"];
const NAMES: [&str; 2] = ["|∂J_G/∂θ| of the minimax loss", "of the non-saturating loss, same batch"];

/// Where a game is kept.
fn directory(objective: Objective, seed: u64) -> PathBuf {
    Path::new("runs").join(format!("{}-{seed}", objective.name()))
}

fn play(
    data: &str,
    steps: u64,
    objective: Objective,
    seed: u64,
) -> Result<GameRecord, Box<dyn std::error::Error>> {
    let mut config = Config { seed, ..Config::from_toml(GAME)? };
    (config.gan.objective, config.training.steps) = (Some(objective), Some(steps));
    let directory = directory(objective, seed);
    let run = Run {
        data: data.into(),
        directory: directory.clone(),
        existing: Existing::Replace,
        threads: THREADS,
    };
    let finished = fit(&run, config, &AtomicBool::new(false), &mut ())?;
    let (shown, label) = (Shown::Expected, None);
    let count = SAMPLES.min(finished.model.card.rows[0] as u64);
    let request = ImageRequest { count, offset: 0, shown, label, seed, threads: THREADS };
    if let Some(frame) = finished.model.network.frame() {
        let mut writer =
            ImageWriter::create(&directory.join("samples.npy"), frame, &[], count as usize, None)?;
        let mut sink = |images: &DrawnImages| writer.write(images).map_err(ImagesError::from);
        sample_images(&finished.model, &request, &mut sink, &mut ())?;
        writer.finish()?;
    }
    let verdict = finished.model.card.judgement.map(|judgement| (judgement.verdict, judgement.reasons));
    println!("{} with seed {seed}: {verdict:?}", objective.name());
    Ok(game_record(&directory, objective))
}

/// A line through `(step, height)`, height from 0 to 1, in the panel whose lower left corner is given.
fn line(points: &[(u64, f64)], [x, y]: [f64; 2], ink: &str) -> String {
    let last = points.last().map_or(1.0, |(step, _)| *step as f64);
    let place = |(step, height): &(u64, f64)| {
        format!("{:.1},{:.1} ", x + 340.0 * *step as f64 / last, y - 200.0 * height.clamp(0.0, 1.0))
    };
    let places: String = points.iter().map(place).collect();
    format!("<polyline fill='none' stroke='{ink}' stroke-opacity='0.6' points='{places}'/>\n")
}

fn text([x, y]: [f64; 2], said: &str, ink: &str) -> String {
    format!("<text x='{x}' y='{y}' fill='{ink}'>{said}</text>\n")
}

/// Prints the Fréchet distances of the samples of all games, by the features of one network.
fn compare(
    data: &str,
    holdout: Option<String>,
    games: &[(Objective, u64)],
) -> Result<(), Box<dyn std::error::Error>> {
    let samples = games.iter().map(|&(objective, seed)| directory(objective, seed).join("samples.npy"));
    let request = EvaluateImagesRequest {
        real: data.into(),
        holdout: holdout.map(Into::into),
        synthetic: samples.collect(),
        model: None,
        options: ReadImages::default(),
        extractor: None,
        keep: Some("runs/minimax-extractor.safetensors".into()),
        baselines: Baselines::Ceiling,
        seed: 0,
        threads: THREADS,
        command: String::new(),
    };
    let report = evaluate_images(&request, &AtomicBool::new(false), &mut ())?;
    println!("{}, features of {}", report.frechet, report.extractor);
    let names = games.iter().map(|(objective, seed)| format!("{}, seed {seed}", objective.name()));
    let names = names.chain(["real images".to_owned()]);
    for (name, set) in names.zip(&report.sets) {
        if let Some(score) = set.score(Metric::Frechet) {
            println!("{name:<24} {:>9.3}  {:.3?}  of {} images", score.value, score.interval, set.images);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next().unwrap_or_else(|| "data/digits.npz".into());
    let steps = arguments.next().map_or(Ok(4000), |steps| steps.parse())?;
    let path = arguments.next().unwrap_or_else(|| "norms.svg".into());
    let seeds: u64 = arguments.next().map_or(Ok(3), |seeds| seeds.parse())?;
    let holdout = arguments.next();
    let mut games = Vec::new();
    let mut svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 860 300' font-family='sans-serif' font-size='13'>\
        <rect width='860' height='300' fill='white'/>\n"
        .to_owned();
    for (column, objective) in [Objective::Minimax, Objective::NonSaturating].into_iter().enumerate() {
        let corner @ [x, y] = [60.0 + 420.0 * column as f64, 270.0];
        svg += &format!("<path d='M{x} {}v200h340' fill='none' stroke='#999'/>\n", y - 200.0);
        for (i, mark) in ["1e−6", "1e−2", "1e2"].into_iter().enumerate() {
            svg += &text([x - 38.0, y + 4.0 - 100.0 * i as f64], mark, "#222222");
        }
        svg += &text(
            [x, y - 245.0],
            &format!("generator by the {} loss, {steps} steps", objective.name()),
            "#222222",
        );
        (0..2).for_each(|k| svg += &text([x, y - 228.0 + 15.0 * k as f64], NAMES[k], INKS[k]));
        for seed in 1..=seeds {
            games.push((objective, seed));
            let record = play(&data, steps, objective, seed)?;
            // From 1e-6 to 1e2, a decade an eighth of the height.
            let of = |f: &dyn Fn(&GamePoint) -> f64| -> Vec<(u64, f64)> {
                record.points.iter().map(|p| (p.step, (f(p).max(1e-12).log10() + 6.0) / 8.0)).collect()
            };
            svg += &line(&of(&|point| point.minimax_gradient), corner, INKS[0]);
            svg += &line(&of(&|point| point.non_saturating_gradient), corner, INKS[1]);
        }
    }
    std::fs::write(&path, svg + "</svg>\n")?;
    println!("wrote {path}");
    compare(&data, holdout, &games)
}
