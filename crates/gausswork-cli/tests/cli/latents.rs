//! What a model of images has learned, seen: its latents, walks through them, its film; and runs that go on.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{self, PROGRAM, fails, succeeds};
use crate::images::{digits, fitted};

/// The numbers of an .npy file of 32-bit floats, and its header.
pub(crate) fn floats(path: &Path) -> (String, Vec<f32>) {
    let bytes = fs::read(path).unwrap();
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8(bytes[10..10 + length].to_vec()).unwrap();
    let (numbers, rest) = bytes[10 + length..].as_chunks::<4>();
    assert!(header.contains("<f4") && rest.is_empty(), "{header}");
    (header, numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

/// Height and width of a PNG file.
fn sides(path: &Path) -> [u32; 2] {
    let bytes = fs::read(path).unwrap();
    let side = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    [side(20), side(16)]
}

#[test]
fn latents_are_the_same_in_every_format_and_on_any_number_of_threads() {
    let out = TempDir::new().unwrap();
    let path = |name: &str| out.path().join(name).display().to_string();
    let encode = |more: &[&str]| succeeds(fitted(), &[&["encode", "run", &digits()], more].concat());
    encode(&["-o", &path("z.npy")]);
    encode(&["-o", &path("one.npy"), "--threads", "1"]);
    encode(&["-o", &path("z.parquet")]);
    let (header, z) = floats(&out.path().join("z.npy"));
    assert!(header.contains("(1797, 4)") && z.iter().all(|z| z.is_finite()), "{header}");
    assert_eq!(fs::read(path("z.npy")).unwrap(), fs::read(path("one.npy")).unwrap());
    assert!(fs::read(path("z.parquet")).unwrap().starts_with(b"PAR1"));
    let (csv, stderr) = encode(&[]);
    assert!(csv.starts_with("row,z_001,z_002,z_003,z_004\n1,") && stderr.contains("1,797 × 4"), "{stderr}");
    for (line, z) in csv.lines().skip(1).zip(z.chunks_exact(4)) {
        let found: Vec<f32> = line.split(',').skip(1).map(|z| z.parse().unwrap()).collect();
        assert_eq!(found, z);
    }
    // z = μ + σ ε: over all images ε has mean 0 and variance 1, within five standard errors.
    encode(&["-o", &path("draw.npy"), "--take", "draw"]);
    encode(&["-o", &path("log.npy"), "--take", "log-variance"]);
    let [draws, logs] = ["draw.npy", "log.npy"].map(|name| floats(&out.path().join(name)).1);
    let epsilon: Vec<f64> =
        draws.iter().zip(&z).zip(&logs).map(|((d, z), l)| f64::from((d - z) / (0.5 * l).exp())).collect();
    let n = epsilon.len() as f64;
    let mean = epsilon.iter().sum::<f64>() / n;
    let variance = epsilon.iter().map(|e| e * e).sum::<f64>() / n;
    assert!(
        mean.abs() < 5.0 / n.sqrt() && (variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
        "{mean} {variance}"
    );
}

#[test]
fn rows_of_a_table_are_encoded_too() {
    let (csv, _) = succeeds(common::fitted(), &["encode", "run", "t.csv"]);
    assert_eq!(csv.lines().count(), 301);
    assert!(csv.starts_with("row,z_001,z_002,z_003,z_004\n"));
}

#[test]
fn walks_have_a_row_for_each_pair_and_each_dimension() {
    let out = TempDir::new().unwrap();
    let (at, data) = (fitted(), digits());
    let file = |name: &str| out.path().join(name);
    let path = |name: &str| file(name).display().to_string();
    // Images of 8 pixels with 2 between them: rows of 5, and of 5 between the two that they join.
    succeeds(at, &["interpolate", "run", "-n", "3", "--steps", "5", "-o", &path("drawn.png")]);
    assert_eq!(sides(&file("drawn.png")), [3 * 10 - 2, 5 * 10 - 2]);
    succeeds(
        at,
        &["interpolate", "run", &data, "--images", "1,2,7,9", "--steps", "5", "-o", &path("between.png")],
    );
    assert_eq!(sides(&file("between.png")), [2 * 10 - 2, 7 * 10 - 2]);
    // The ends of a way between drawn latents are the images of the sample.
    succeeds(at, &["interpolate", "run", "-n", "1", "--steps", "2", "-o", &path("ends.npy")]);
    succeeds(at, &["sample", "run", "-n", "2", "-o", &path("sample.npy")]);
    let [ends, sample] = ["ends.npy", "sample.npy"].map(|name| floats(&file(name)).1);
    assert_eq!(ends, sample);
    let ways = ["spherical", "linear"].map(|way| {
        succeeds(
            at,
            &[
                "interpolate",
                "run",
                "-n",
                "1",
                "--steps",
                "3",
                "--path",
                way,
                "-o",
                &path(way),
                "--threads",
                "1",
            ],
        );
        fs::read(file(way).join("000001.png")).unwrap()
    });
    assert_ne!(ways[0], ways[1]);

    let (lines, _) =
        succeeds(at, &["traverse", "run", "--dimensions", "4,2", "--steps", "3", "-o", &path("along.npy")]);
    assert!(lines.starts_with("row,dimension,rate\n1,4,") && lines.contains("\n2,2,"), "{lines}");
    // Both pass through the image of latent 0 at the median, and only there.
    let along = floats(&file("along.npy")).1;
    let image = |at: usize| &along[at * 64..(at + 1) * 64];
    assert_eq!((along.len(), image(1)), (6 * 64, image(4)));
    assert_ne!(image(0), image(3));
    // Without names, the active ones by their rate; after so few steps there is none yet.
    fails(at, &["traverse", "run", "-o", "x.png"], 1, &["no latent dimension is active", "--dimensions"]);
    let longer = TempDir::new().unwrap();
    let steps = ["--latent", "4", "--hidden", "32", "--steps", "600", "--no-report", "--out", "run"];
    succeeds(longer.path(), &[&["fit", data.as_str()], &steps[..]].concat());
    let at = longer.path();
    let (lines, _) = succeeds(at, &["traverse", "run", &data, "--image", "3", "-o", &path("active.png")]);
    let (shown, _) = succeeds(at, &["inspect", "run", "--json"]);
    let figures = serde_json::from_str::<Value>(&shown).unwrap()["figures"].clone();
    let rates: Vec<f64> =
        lines.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!(rates.len() as f64, figures["active_units"].as_f64().unwrap());
    assert!(!rates.is_empty() && rates.is_sorted_by(|a, b| a >= b), "{rates:?}");
}

#[test]
fn walks_and_latents_that_there_are_not() {
    let (at, data) = (fitted(), digits());
    fails(
        at,
        &["traverse", "run", "--dimensions", "5", "-o", "x.png"],
        1,
        &["dimension 5", "the model has 4"],
    );
    fails(at, &["traverse", "run", "--between", "0,1", "-o", "x.png"], 2, &["two probabilities"]);
    fails(
        at,
        &["interpolate", "run", &data, "--images", "1,1798", "-o", "x.png"],
        1,
        &["image 1798", "has 1797"],
    );
    fails(at, &["interpolate", "run", &data, "--images", "1", "-o", "x.png"], 2, &["each pair has two"]);
    fails(at, &["interpolate", "run", "--images", "1,2", "-o", "x.png"], 2, &["<DATA>"]);
    fails(at, &["interpolate", "run", "-o", "-"], 2, &["images do not go to stdout"]);
    fails(common::fitted(), &["interpolate", "run", "-o", "x.png"], 1, &["not one of images"]);
    fails(at, &["sample", "run", "-n", "2000000", "-o", "x.png"], 1, &["a picture has at most", ".npy"]);
    let games = common::with_table(60);
    let game =
        ["fit", "t.csv", "--model", "gan", "--steps", "2", "--batch", "20", "--no-report", "--out", "game"];
    succeeds(games.path(), &game);
    fails(games.path(), &["encode", "game", "t.csv"], 1, &["a GAN, which has no encoder", "--model vae"]);
}

/// The steps of the frames in the film of a run.
fn filmed(run: &Path) -> Vec<u64> {
    let film = fs::read_to_string(run.join("film.jsonl")).unwrap();
    let lines = film.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|line| line["step"].as_u64().unwrap()).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_run_on_images_resumes_bit_for_bit_with_the_same_film() {
    let directory = TempDir::new().unwrap();
    let (at, data) = (directory.path(), digits());
    // Told labels, it draws more random numbers than without.
    let config = "[training]\nsteps = 240\ncheckpoint-every = 10\nvalidate-every = 40\npatience = 100\n[images]\n\
                  labels = \"told\"\nlatent = 4\n[images.network]\nhidden = [32]\n";
    fs::write(at.join("c.toml"), config).unwrap();
    let fit = |out: &str| {
        let mut command = Command::new("env");
        command.args([
            "--default-signal=INT,TERM,HUP",
            PROGRAM,
            "fit",
            &data,
            "--config",
            "c.toml",
            "--out",
            out,
        ]);
        command.arg("--no-report").current_dir(at).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    assert!(fit("whole").wait().unwrap().success());
    assert_eq!(filmed(&at.join("whole")), [0, 3, 7, 15, 30, 60, 90, 120, 150, 180, 210, 240]);
    for (out, signal) in [("killed", "KILL"), ("stopped", "INT")] {
        let mut run = fit(out);
        let start = Instant::now();
        while !at.join(out).join("checkpoint.safetensors").exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "no checkpoint");
            std::thread::sleep(Duration::from_millis(2));
        }
        let sent = Command::new("kill").args(["-s", signal, &run.id().to_string()]).status().unwrap();
        assert!(sent.success());
        run.wait().unwrap();
        succeeds(at, &["fit", "--resume", out, "--threads", "1", "--no-report"]);
        for file in ["model.safetensors", "film.jsonl", "sample.png", "figures.json"] {
            let [whole, resumed] = ["whole", out].map(|run| fs::read(at.join(run).join(file)).unwrap());
            assert!(whole == resumed, "resumed after {signal}, {file} differs");
        }
    }
}
