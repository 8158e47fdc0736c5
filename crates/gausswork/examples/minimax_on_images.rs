//! The minimax against the non-saturating objective on images, three seeds each and everything else the same (Lucic et al. 2018, "Are GANs
//! Created Equal?", table 2): `cargo run --release --example minimax_on_images -- train-images-idx3-ubyte.gz 10000 norms.svg`.
//!
//! Leaves runs/OBJECTIVE-SEED/samples.npy, 10,000 images of each, for `gausswork evaluate`, and a picture of the norms of both losses'
//! gradients on the same batches.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gausswork::data::image::DrawnImages;
use gausswork::gan::{GamePoint, GameRecord, Objective};
use gausswork::run::{
    Config, Existing, ImageRequest, ImageWriter, ImagesError, Run, fit, game_record, sample_images,
};
use gausswork::vae::image::Shown;

// DCGAN, with the rates of Radford et al. 2016, §4; no penalty, which would hide what the two losses do.
const GAME: &str = "kind = 'gan'
    gan = { rate-ratio = 1, penalty = { kind = 'none' }, discriminator = { images = { normalisation = 'batch' } } }
    training = { batch = 64, learning-rate = 2e-4, beta1 = 0.5, beta2 = 0.999 }";
const SEEDS: [u64; 3] = [1, 2, 3];
const INKS: [&str; 2] = ["#ba286e", "#1b804b"];
const NAMES: [&str; 2] = ["|∂J_G/∂θ| of the minimax loss", "of the non-saturating loss, same batch"];

fn play(
    data: &str,
    steps: u64,
    objective: Objective,
    seed: u64,
) -> Result<GameRecord, Box<dyn std::error::Error>> {
    let mut config = Config { seed, ..Config::from_toml(GAME)? };
    (config.gan.objective, config.training.steps) = (Some(objective), Some(steps));
    let directory = Path::new("runs").join(format!("{}-{seed}", objective.name()));
    let run =
        Run { data: data.into(), directory: directory.clone(), existing: Existing::Replace, threads: 2 };
    let finished = fit(&run, config, &AtomicBool::new(false), &mut ())?;
    let (shown, label) = (Shown::Expected, None);
    let request = ImageRequest { count: 10_000, offset: 0, shown, label, seed, threads: 2 };
    if let Some(frame) = finished.model.network.frame() {
        let mut writer = ImageWriter::create(&directory.join("samples.npy"), frame, &[], 10_000, None)?;
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next().unwrap_or_else(|| "data/digits.npz".into());
    let steps = arguments.next().map_or(Ok(4000), |steps| steps.parse())?;
    let path = arguments.next().unwrap_or_else(|| "norms.svg".into());
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
        for seed in SEEDS {
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
    Ok(())
}
