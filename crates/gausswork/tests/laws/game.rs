//! How games end: each verdict from a configuration that is known to cause it, and runs that stop on the way.
//!
//! The configurations differ from one that converges in what is said beside them, no more.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gausswork::artifact::Model;
use gausswork::gan::{Judgement, Verdict};
use gausswork::run::{Config, Event, Existing, Finished, FitError, Observer, Run, fit, resume};

/// A small game of points or rows on which every other one stands; a fit of it takes a few seconds.
fn game(change: &str) -> Config {
    let mut table: toml::Table = "kind = \"gan\"
        [gan]
        objective = \"non-saturating\"
        rate-ratio = 1
        [gan.penalty]
        kind = \"none\"
        [gan.generator]
        latent = 2
        width = 32
        [gan.generator.points]
        layers = 1
        categories = 0
        [gan.generator.rows]
        warm-start = 0.3
        [gan.discriminator]
        width = 32
        layers = \"plain\"
        waves = 0
        [training]
        batch = 128"
        .parse()
        .unwrap();
    merge(&mut table, change.parse().unwrap());
    Config::from_toml(&table.to_string()).unwrap()
}

fn merge(table: &mut toml::Table, change: toml::Table) {
    for (key, value) in change {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(change)) => merge(below, change),
            (_, value) => _ = table.insert(key, value),
        }
    }
}

fn run(data: &str, directory: &Path, threads: usize) -> Run {
    Run { data: data.into(), directory: directory.into(), existing: Existing::Replace, threads }
}

/// Plays a game on 20,000 points of a density, of which 2,000 are held out.
fn play(density: &str, change: &str, seed: u64) -> Result<Finished, FitError> {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { seed, ..game(change) };
    let run = run(&format!("{density}:rows=20000"), folder.path(), 2);
    fit(&run, config, &AtomicBool::new(false), &mut ())
}

/// Plays it with two seeds, to the same verdict; what each found.
#[track_caller]
fn ends(verdict: Verdict, density: &str, change: &str) -> [(Finished, Judgement); 2] {
    [1, 2].map(|seed| {
        let finished = play(density, change, seed).unwrap();
        let found = finished.model.card.judgement.clone().unwrap();
        assert_eq!(found.verdict, verdict, "seed {seed}: {:?}", found.reasons);
        (finished, found)
    })
}

fn figure(finished: &Finished, name: &str) -> f64 {
    let found = finished.figures.iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no figure {name} in {:?}", finished.figures)).1
}

/// One normal, a generator that can be it exactly (a linear map of a normal latent), and a penalty that makes the equilibrium attract
/// (Mescheder, Geiger & Nowozin 2018, theorem 4.1).
const SETTLES: &str = "training = { steps = 2000, batch = 256, learning-rate = 3e-3 }
    [gan]
    penalty = { kind = \"r1\", weight = 0.3 }
    generator = { points = { layers = 0 } }
    discriminator = { layers = \"residual\" }";

#[test]
fn a_regularised_game_on_a_normal_converges() {
    for (finished, judgement) in ends(Verdict::Converged, "gaussian", SETTLES) {
        assert!(judgement.reasons[0].contains("freshly trained"), "{:?}", judgement.reasons);
        // What a person is told of a game is in the model file.
        for name in ["j_d", "j_g", "d_real", "d_fake", "gradient_ratio", "spread", "jsd_bound", "fresh_j_d"] {
            assert!(figure(&finished, name).is_finite());
        }
        assert!(figure(&finished, "held_out_jsd_bound") < 0.01);
        let shares: f64 = (0..20).map(|bin| figure(&finished, &format!("held_out_d_real_{bin:02}"))).sum();
        assert!((shares - 1.0).abs() < 1e-12);
    }
}

/// The discriminator learns three hundred times faster than the generator, which can only draw a line.
#[test]
fn a_strong_discriminator_starves_a_minimax_generator() {
    let change = "gan = { objective = \"minimax\", rate-ratio = 300, generator = { latent = 1, points = { layers = 0 } } }
        training = { steps = 600, learning-rate = 1e-5 }";
    for (finished, judgement) in ends(Verdict::DiscriminatorWon, "ring:8", change) {
        // ∂MM/∂l = e^l ∂NS/∂l, and D(G(z)) is next to nothing.
        assert!(figure(&finished, "gradient_ratio") < 0.01);
        assert!(judgement.reasons.iter().any(|reason| reason.contains("of the non-saturating one")));
        assert!(figure(&finished, "held_out_jsd_bound") > 0.6);
    }
}

/// The same of pairs: their differences say so, whatever the outputs are themselves.
#[test]
fn a_strong_discriminator_wins_a_relativistic_game() {
    let change = "gan = { objective = \"relativistic\", rate-ratio = 300, generator = { latent = 1, points = { layers = 0 } } }
        training = { steps = 600, learning-rate = 1e-5 }";
    for (finished, judgement) in ends(Verdict::DiscriminatorWon, "ring:8", change) {
        assert!(judgement.reasons[0].contains("which is real"), "{:?}", judgement.reasons);
        assert!(figure(&finished, "held_out_j_d") < 0.1 && figure(&finished, "jsd_bound") > 0.6);
        // σ of such an output is no probability, and what would follow from it is not told.
        for name in ["held_out_jsd_bound", "held_out_value", "d_real", "gradient_ratio"] {
            assert!(finished.figures.iter().all(|(known, _)| known != name), "{name}");
        }
    }
}

/// A discriminator that a penalty holds flat, and one that hardly learns; the generator stays where it started.
#[test]
fn a_flat_or_sleeping_discriminator_is_dead() {
    let flat = "gan = { rate-ratio = 100, penalty = { kind = \"r1\", weight = 1e5 } }
        training = { steps = 400, learning-rate = 1e-5 }";
    let asleep = "gan = { rate-ratio = 0.001, discriminator = { layers = \"residual\" } }
        training = { steps = 400, learning-rate = 1e-5 }";
    for change in [flat, asleep] {
        for (finished, _) in ends(Verdict::DeadDiscriminator, "gaussian:0.99", change) {
            assert!((figure(&finished, "d_real") - 0.5).abs() < 0.1);
            assert!(figure(&finished, "fresh_j_d") < 0.5);
        }
    }
}

/// The generator learns fifty times faster than the discriminator, and runs to wherever that is greatest (Metz et al. 2017, §2.2).
#[test]
fn a_generator_that_outruns_its_discriminator_collapses() {
    let change = "gan = { rate-ratio = 0.02, generator = { points = { layers = 2 } } }
        training = { steps = 1000, learning-rate = 0.01, beta1 = 0.5 }";
    for (finished, judgement) in ends(Verdict::Collapsed, "ring:8", change) {
        assert!(judgement.reasons[0].contains("of 8 modes"), "{:?}", judgement.reasons);
        assert!(figure(&finished, "modes") < 8.0 && figure(&finished, "modes_of") == 8.0);
    }
}

/// Momentum, no penalty, the minimax objective: the players circle the equilibrium (Mescheder, Geiger & Nowozin 2018, §2; Gidel et
/// al. 2019 on momentum).
#[test]
fn momentum_without_a_penalty_oscillates() {
    let change = "gan = { objective = \"minimax\", rate-ratio = 0.3 }
        training = { steps = 1500, learning-rate = 0.01, beta1 = 0.9 }";
    for (_, judgement) in ends(Verdict::Oscillating, "gaussian", change) {
        assert!(judgement.reasons[0].contains("swings by"), "{:?}", judgement.reasons);
    }
}

/// A deep discriminator without a bound and a rate of 1: outputs overflow within a few dozen steps.
const BREAKS: &str = "gan.objective = \"wasserstein\"
    gan.penalty = { kind = \"r1\", weight = 1.0 }
    gan.discriminator = { blocks = 16, layers = \"residual\" }
    training = { steps = 400, learning-rate = 1.0 }";

#[test]
fn an_absurd_rate_diverges_with_a_name_and_keeps_the_last_good_weights() {
    for seed in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let config = Config { seed, ..game(BREAKS) };
        let broken = fit(&run("gaussian:rows=2000", at, 2), config, &AtomicBool::new(false), &mut ());
        let Err(FitError::GameDiverged { diverged, step, path }) = broken else { panic!("{broken:?}") };
        let told = diverged.to_string();
        // Step, player, term and tensor.
        let player =
            ["discriminator", "generator"].iter().any(|player| told.contains(&format!("the {player}'s ")));
        let term = ["loss", "penalty", "gradient"].iter().any(|term| told.contains(term));
        let tensor = ["discriminator.", "generator.", "G(z)", "l(x)"].iter().any(|name| told.contains(name));
        assert!(player && term && tensor && told.contains(&format!("step {}", diverged.step)), "{told}");
        // What is kept is a model, and says how it ended.
        let model = Model::load(&path).unwrap();
        assert_eq!(model.card.judgement.as_ref().map(|found| found.verdict), Some(Verdict::Diverged));
        assert!(step <= diverged.step && model.card.judgement.unwrap().reasons[0].contains(&told));
        let refused = resume(at, None, None, 1, &AtomicBool::new(false), &mut ());
        assert!(matches!(refused, Err(FitError::Resume { .. })), "{refused:?}");
    }
}

/// Asks to stop after a step.
struct StopsAt<'a>(u64, &'a AtomicBool);

impl Observer for StopsAt<'_> {
    fn observe(&mut self, event: &Event<'_>) {
        if matches!(event, Event::Step { step, .. } if *step == self.0) {
            self.1.store(true, Ordering::Relaxed);
        }
    }
}

/// All that a run leaves behind and that does not tell the time.
fn left(directory: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = ["model.safetensors", "figures.json", "config.toml"]
        .into_iter()
        .map(|name| fs::read(directory.join(name)).unwrap())
        .collect();
    let sample = fs::read(directory.join("sample.csv")).or_else(|_| fs::read(directory.join("sample.png")));
    files.push(sample.unwrap());
    files.extend(fs::read(directory.join("film.jsonl")));
    for line in fs::read_to_string(directory.join("train.jsonl")).unwrap().lines() {
        let mut line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        line.remove("seconds").unwrap();
        files.push(serde_json::to_vec(&line).unwrap());
    }
    files
}

/// Twice N steps, and N steps, a stop, and N more, on one thread and on two: one set of files.
#[track_caller]
fn resumes(data: &str, change: &str) {
    let mut outcomes = Vec::new();
    for threads in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
        let never = AtomicBool::new(false);
        let config = || Config { seed: 3, ..game(change) };
        fit(&run(data, &whole, threads), config(), &never, &mut ()).unwrap();
        let stop = AtomicBool::new(false);
        fit(&run(data, &parts, threads), config(), &stop, &mut StopsAt(30, &stop)).unwrap();
        let stopped = fs::read(parts.join("model.safetensors")).unwrap();
        // On the other number of threads.
        resume(&parts, None, None, 3 - threads, &never, &mut ()).unwrap();
        assert_ne!(stopped, fs::read(parts.join("model.safetensors")).unwrap());
        outcomes.extend([left(&whole), left(&parts)]);
    }
    for outcome in &outcomes[1..] {
        assert!(*outcome == outcomes[0]);
    }
    let verdict = String::from_utf8_lossy(&outcomes[0][0]).contains("judgement");
    assert!(verdict, "the law is about the verdict too");
}

/// With all that has a state: spectral normalisation, running moments, instance noise, dropout, packs, lazy penalties.
#[test]
fn a_resumed_game_of_points_is_the_uninterrupted_one_byte_for_byte() {
    resumes(
        "ring:8:rows=1000",
        "training = { steps = 60, checkpoint-every = 7, validate-every = 20, batch = 64 }
        [gan]
        instance-noise = 0.1
        discriminator-steps = 2
        [gan.penalty]
        kind = \"gradient\"
        every = 3
        [gan.generator.points]
        normalisation = \"batch\"
        [gan.discriminator]
        normalisation = \"spectral\"
        dropout = 0.2
        pac = 2",
    );
}

#[test]
fn a_resumed_game_of_rows_is_the_uninterrupted_one_byte_for_byte() {
    resumes(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/penguins.csv"),
        "gan = { penalty = { kind = \"r1\" } }
        training = { steps = 60, checkpoint-every = 7, validate-every = 20, batch = 64 }",
    );
}

/// With spectral normalisation, normalisation of the features of either player, labels, instance noise, lazy penalties.
#[test]
fn a_resumed_game_of_images_is_the_uninterrupted_one_byte_for_byte() {
    resumes(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/digits.npz"),
        "training = { steps = 60, checkpoint-every = 7, validate-every = 20, batch = 32 }
        [gan]
        labels = \"told\"
        instance-noise = 0.1
        [gan.penalty]
        kind = \"r1\"
        every = 3
        [gan.generator.images]
        width = 6
        [gan.discriminator]
        normalisation = \"spectral\"
        [gan.discriminator.images]
        architecture = \"residual\"
        normalisation = \"layer\"
        width = 4",
    );
}

/// With the running moments of both players, and packs.
#[test]
fn a_resumed_game_of_packs_of_images_is_the_uninterrupted_one_byte_for_byte() {
    resumes(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/digits.npz"),
        "training = { steps = 60, checkpoint-every = 7, validate-every = 20, batch = 32 }
        [gan]
        objective = \"hinge\"
        discriminator-steps = 2
        [gan.generator.images]
        architecture = \"residual\"
        width = 4
        [gan.discriminator]
        pac = 2
        [gan.discriminator.images]
        normalisation = \"batch\"
        width = 6",
    );
}

#[test]
fn a_table_of_constants_has_nothing_to_learn() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("same.csv");
    fs::write(&data, format!("a,b\n{}", "1,x\n".repeat(200))).unwrap();
    let run = run(data.to_str().unwrap(), &folder.path().join("run"), 1);
    let refused = fit(&run, game("training.steps = 5"), &AtomicBool::new(false), &mut ());
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("same.csv") && told.contains("constant"), "{told}");
}
