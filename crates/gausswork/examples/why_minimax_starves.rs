//! Plays two games on one ring from one seed, by the minimax and by the non-saturating objective, and draws the gradients that each
//! generator is told, and what the discriminator says of its samples:
//! `cargo run --release --example why_minimax_starves -- docs/figures/starving.svg`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gausswork::gan::{GamePoint, GameRecord, Objective};
use gausswork::run::{Config, Existing, Run, fit, game_record};

// A generator that can draw a line, and a discriminator that learns three times faster: soon no sample is near the data.
const GAME: &str = "kind = 'gan'
    gan = { rate-ratio = 3, generator = { latent = 1, points = { layers = 0, categories = 0 } },
        discriminator = { waves = 0 }, penalty = { kind = 'none' } }
    training = { steps = 1000, learning-rate = 3e-3, batch = 256 }";
const INKS: [&str; 3] = ["#ba286e", "#1b804b", "#222222"];
const NAMES: [&str; 3] =
    ["|∂J_G/∂θ| of the minimax loss", "of the non-saturating loss, same batch", "D(G(z))"];

fn play(objective: Objective) -> Result<GameRecord, Box<dyn std::error::Error>> {
    let mut config = Config { seed: 1, ..Config::from_toml(GAME)? };
    config.gan.objective = Some(objective);
    let directory = Path::new("runs").join(format!("starves-{}", objective.name()));
    let (data, existing) = ("ring:8:rows=5000".into(), Existing::Replace);
    let run = Run { data, directory: directory.clone(), existing, threads: 2 };
    let finished = fit(&run, config, &AtomicBool::new(false), &mut ())?;
    let (record, judgement) = (game_record(&directory, objective), finished.model.card.judgement);
    println!("{}: {judgement:?}", objective.name());
    Ok(record)
}

/// A line through `(step, height)`, height from 0 to 1, in the panel whose lower left corner is given.
fn line(points: &[(u64, f64)], [x, y]: [f64; 2], ink: &str) -> String {
    let last = points.last().map_or(1.0, |(step, _)| *step as f64);
    let place = |(step, height): &(u64, f64)| {
        format!("{:.1},{:.1} ", x + 340.0 * *step as f64 / last, y - 170.0 * height.clamp(0.0, 1.0))
    };
    let places: String = points.iter().map(place).collect();
    format!("<polyline fill='none' stroke='{ink}' stroke-width='1.5' points='{places}'/>\n")
}

fn text([x, y]: [f64; 2], said: &str, ink: &str) -> String {
    format!("<text x='{x}' y='{y}' fill='{ink}'>{said}</text>\n")
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 860 570' font-family='sans-serif' font-size='13'>\
        <rect width='860' height='570' fill='white'/>\n"
        .to_owned();
    for (row, objective) in [Objective::Minimax, Objective::NonSaturating].into_iter().enumerate() {
        let record = play(objective)?;
        let (left, right, y) = (60.0, 480.0, 265.0 + 260.0 * row as f64);
        let of = |f: &dyn Fn(&GamePoint) -> f64| -> Vec<(u64, f64)> {
            record.points.iter().map(|point| (point.step, f(point))).collect()
        };
        // From 1e-8 to 1e2, a decade a tenth of the height.
        let decades = |norm: f64| (norm.max(1e-12).log10() + 8.0) / 10.0;
        for (x, marks) in [(left, ["1e−8", "1e−3", "1e2"]), (right, ["0", "½", "1"])] {
            svg += &format!("<path d='M{x} {}v170h340' fill='none' stroke='#999'/>\n", y - 170.0);
            for (i, mark) in marks.into_iter().enumerate() {
                svg += &text([x - 38.0, y + 4.0 - 85.0 * i as f64], mark, INKS[2]);
            }
            svg += &text([x + 280.0, y + 16.0], "1,000 steps", INKS[2]);
        }
        svg += &text([left, y - 210.0], &format!("generator by the {} loss", objective.name()), INKS[2]);
        for ((x, up), k) in [(left, 192.0), (left, 176.0), (right, 192.0)].into_iter().zip(0..) {
            svg += &text([x, y - up], NAMES[k], INKS[k]);
        }
        svg += &line(&of(&|point| decades(point.minimax_gradient)), [left, y], INKS[0]);
        svg += &line(&of(&|point| decades(point.non_saturating_gradient)), [left, y], INKS[1]);
        svg += &line(&of(&|point| point.fake.unwrap_or(0.5)), [right, y], INKS[2]);
    }
    let path = std::env::args().nth(1).unwrap_or_else(|| "starving.svg".into());
    std::fs::write(&path, svg + "</svg>\n")?;
    println!("wrote {path}");
    Ok(())
}
