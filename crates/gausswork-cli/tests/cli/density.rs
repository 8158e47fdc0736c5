//! Densities as data: fits, figures, pages, and names that are none.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::common::{PROGRAM, SMALL, fails, succeeds};

fn figures(run: &Path) -> Value {
    serde_json::from_slice(&fs::read(run.join("figures.json")).unwrap()).unwrap()
}

#[test]
fn a_fit_of_a_density_is_held_against_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let fit = [&["fit", "grid:4:rows=600", "--steps", "40"], SMALL].concat();
    let (_, told) = succeeds(at, &fit);
    assert!(told.contains("modes captured") && told.contains(" of 4 "), "{told}");
    let run = at.join("runs/grid-4-rows-600");
    let found = figures(&run);
    for name in ["modes", "high_quality", "reverse_kl", "jsd", "jsd_floor", "mean_log_density"] {
        assert!(found[name].is_f64(), "{name}: {found}");
    }
    assert_eq!(found["modes_of"], 4.0);
    assert_eq!(fs::read_to_string(run.join("data.path")).unwrap(), "grid:4:rows=600");
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert!(
        page.contains("Against the truth") && page.contains("class=\"d0\"") && page.contains("class=\"rl\"")
    );
    // Other verbs take the name where they take a table; the rows of another seed are not those of the fit.
    let scores = succeeds(at, &["score", "runs/grid-4-rows-600", "grid:4:rows=5:seed=1"]).0;
    assert_eq!(scores.lines().count(), 6);
    let evaluate = ["evaluate", "grid:4:rows=600", "runs/grid-4-rows-600/sample.csv", "--no-baselines"];
    let (text, _) = succeeds(at, &evaluate);
    assert!(text.contains("sample.csv against the density") && text.contains("JSD"), "{text}");
    assert!(succeeds(at, &["fit", "spiral:rows=100", "--dry-run"]).0.contains("90 to train on, 10 held out"));
}

#[test]
fn a_file_comes_before_a_density_of_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::write(at.join("ring:8"), "a,b\n1,2\n").unwrap();
    fails(at, &["fit", "ring:8"], 1, &["1 rows"]);
}

#[test]
fn names_that_are_none() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fails(at, &["fit", "rng:8"], 1, &["rng:8", "did you mean \"ring:8\"", "checkerboard"]);
    fails(at, &["fit", "grid:24", "--dry-run"], 1, &["grid:24", "square"]);
    fails(at, &["fit", "rng.csv"], 1, &["rng.csv: no such file"]);
}

/// A game in the plane of a few hundred steps.
const GAME: &str = "kind = \"gan\"\n[gan.generator]\nlatent = 2\nwidth = 16\n[gan.discriminator]\nwidth = 16\n[training]\nsteps \
                    = 320\nbatch = 32\ncheckpoint-every = 10\n";

/// The steps of the frames of a run's film.
fn filmed(run: &Path) -> Vec<u64> {
    let film = fs::read_to_string(run.join("film.jsonl")).unwrap();
    let step = |line: &str| serde_json::from_str::<Value>(line).unwrap()["step"].as_u64().unwrap();
    film.lines().map(step).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_game_in_the_plane_is_filmed_and_a_killed_one_resumes_with_the_same_film() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::write(at.join("c.toml"), GAME).unwrap();
    let fit = |out| ["fit", "ring:4:rows=300", "--config", "c.toml", "--out", out];
    let (_, told) = succeeds(at, &fit("whole"));
    assert!(told.contains("film.jsonl"), "{told}");
    assert_eq!(filmed(&at.join("whole")), [0, 5, 10, 20, 40, 80, 120, 160, 200, 240, 280, 320]);
    let page = fs::read_to_string(at.join("whole/report.html")).unwrap();
    assert!(page.contains("id=\"game\"") && page.matches("<g id=\"frame-").count() == 12);
    let no_report = [&fit("killed")[..], &["--no-report"]].concat();
    let mut killed = std::process::Command::new(PROGRAM).args(&no_report).current_dir(at).spawn().unwrap();
    let (start, checkpoint) = (Instant::now(), at.join("killed/checkpoint.safetensors"));
    while !checkpoint.exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    // Frames of work that will be done again, and one that was cut off while it was written.
    let film = at.join("killed/film.jsonl");
    let more = fs::read_to_string(&film).unwrap() + "{\"pass\":\"fit\",\"step\":320}\n{\"pass\":\"fi";
    fs::write(&film, more).unwrap();
    succeeds(at, &["fit", "--resume", "killed", "--no-report"]);
    for file in ["film.jsonl", "model.safetensors", "sample.csv"] {
        let [whole, killed] = ["whole", "killed"].map(|run| fs::read(at.join(run).join(file)).unwrap());
        assert!(whole == killed, "{file}");
    }
    // Another run in its place leaves no film of the old one behind.
    succeeds(
        at,
        &[&["fit", "ring:4:rows=300", "--steps", "20", "--out", "whole", "--force", "--no-report"], SMALL]
            .concat(),
    );
    assert!(!at.join("whole/film.jsonl").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_fit_of_a_density_resumes_bit_for_bit() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let config = "[training]\nsteps = 240\ncheckpoint-every = 10\nvalidate-every = 40\npatience = 100\n";
    fs::write(at.join("c.toml"), config).unwrap();
    let fit = |out| [&["fit", "ring:4:rows=300", "--config", "c.toml", "--out", out], SMALL].concat();
    succeeds(at, &fit("whole"));
    let mut killed = std::process::Command::new(PROGRAM).args(fit("killed")).current_dir(at).spawn().unwrap();
    let (start, checkpoint) = (Instant::now(), at.join("killed/checkpoint.safetensors"));
    while !checkpoint.exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    fails(at, &["fit", "--resume", "killed", "ring:4:rows=300:seed=1"], 1, &["is not the table"]);
    succeeds(at, &["fit", "--resume", "killed"]);
    for file in ["model.safetensors", "figures.json", "sample.csv"] {
        assert!(
            fs::read(at.join("whole").join(file)).unwrap() == fs::read(at.join("killed").join(file)).unwrap(),
            "{file}"
        );
    }
}
