//! Evaluating sets of images, on the digits that come with the sources.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{fails, succeeds};

/// The path of the digits.
fn digits() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/digits.npz").display().to_string()
}

/// An array of grey images of 8 × 8 bytes, of which `pixel` says the number at a place.
fn array(images: usize, pixel: impl Fn(usize) -> u8) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({images}, 8, 8), }}");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    let padded = format!("{header:<width$}\n", width = 117);
    bytes.extend((padded.len() as u16).to_le_bytes());
    bytes.extend(padded.bytes());
    bytes.extend((0..images * 64).map(pixel));
    bytes
}

fn score<'a>(set: &'a Value, metric: &str) -> &'a Value {
    let scores = set["scores"].as_array().unwrap();
    scores.iter().find(|score| score["metric"] == metric).unwrap()
}

#[test]
fn an_evaluation_names_its_extractor_and_sets_real_images_and_baselines_beside() {
    let (directory, digits) = (TempDir::new().unwrap(), digits());
    let path = directory.path();
    // Half noise, half black.
    let noise = |i: usize| if (i / 64).is_multiple_of(2) { ((i * 2_654_435_761) >> 7) as u8 } else { 0 };
    fs::write(path.join("noise.npy"), array(200, noise)).unwrap();
    let arguments = ["evaluate", &digits, "noise.npy", "--seed", "5", "--json"];
    let (stdout, stderr) = succeeds(
        path,
        &[&arguments[..], &["--save-extractor", "e.safetensors", "-o", "r.html", "--threads", "1"]].concat(),
    );
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let name = report["extractor"].as_str().unwrap();
    assert!(
        name.starts_with("network of 3 layers trained on the labels of digits.npz (seed 5, data "),
        "{name}"
    );
    assert!(name.ends_with("% of 898 held-out images right)"), "{name}");
    assert_eq!(report["reference"], 899);
    assert_eq!(report["frechet"], "Fréchet distance");
    let accuracy = report["card"]["held-out"]["accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.9, "{accuracy}");
    let sets = report["sets"].as_array().unwrap();
    let roles: Vec<&str> = sets.iter().map(|set| set["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["synthetic", "fresh-real", "independent-pixels", "gaussian"]);
    let distance = |set: usize| score(&sets[set], "frechet-distance")["value"].as_f64().unwrap();
    assert!(distance(1) < distance(3) && distance(3) < distance(2) && distance(2) < distance(0));
    for set in sets {
        let distance = score(set, "frechet-distance");
        assert!(distance["title"].as_str().unwrap().contains("trained on the labels"), "{distance}");
        assert!(distance["interval"].is_array() && distance["real"] == 899, "{distance}");
    }
    assert!((score(&sets[1], "recognised")["value"].as_f64().unwrap() - 0.95).abs() < 0.002);
    let classes = sets[1]["recognised"].as_array().unwrap();
    assert!(classes.len() == 10 && classes.iter().all(|count| count.as_u64().unwrap() > 20));
    assert!(stderr.contains("training the extractor on labels"), "{stderr}");
    let page = fs::read_to_string(path.join("r.html")).unwrap();
    for words in
        ["How good is noise.npy?", "trained on the labels of digits.npz", "fresh real images", "Classes"]
    {
        assert!(page.contains(words), "no \"{words}\" in the page");
    }

    // The same again on more threads, and by the extractor that was kept.
    let without_command = |text: &str| {
        let mut report: Value = serde_json::from_str(text).unwrap();
        report["made"]["command"].take();
        report
    };
    let kept = fs::read(path.join("e.safetensors")).unwrap();
    let again = ["--save-extractor", "f.safetensors", "--threads", "3"];
    let (again, _) = succeeds(path, &[&arguments[..], &again].concat());
    assert_eq!(without_command(&again), without_command(&stdout));
    assert_eq!(fs::read(path.join("f.safetensors")).unwrap(), kept);
    let (loaded, stderr) = succeeds(path, &[&arguments[..], &["--extractor", "e.safetensors"]].concat());
    assert_eq!(without_command(&loaded), without_command(&stdout));
    assert!(!stderr.contains("training"), "{stderr}");

    let text = ["evaluate", &digits, "noise.npy", "--extractor", "e.safetensors", "--no-baselines"];
    let (text, _) = succeeds(path, &text);
    assert!(text.contains("noise.npy: Fréchet distance") && !text.contains("Gaussian"), "{text}");
}

#[test]
fn sets_that_cannot_be_compared_are_refused() {
    let (directory, digits) = (TempDir::new().unwrap(), digits());
    let path = directory.path();
    let mixed = |i: usize| ((i * 2_654_435_761) >> 7) as u8;
    fs::write(path.join("one.npy"), array(1, mixed)).unwrap();
    fs::write(path.join("thirty.npy"), array(30, mixed)).unwrap();
    fs::write(path.join("black.npy"), array(60, |_| 0)).unwrap();
    fs::write(path.join("e.safetensors"), b"nothing").unwrap();
    fails(path, &["evaluate", &digits, "one.npy"], 1, &["one.npy: 1 image; 20 are needed"]);
    fails(path, &["evaluate", "one.npy", &digits], 1, &["one.npy: 1 image; 40 are needed"]);
    fails(path, &["evaluate", "thirty.npy", &digits], 1, &["30 images; 40 are needed"]);
    fails(path, &["evaluate", "black.npy", &digits], 1, &["black.npy: all its images are the same"]);
    fails(
        path,
        &[
            "evaluate",
            &digits,
            &digits,
            "--resize",
            "9",
            "--holdout",
            "thirty.npy",
            "--extractor",
            "e.safetensors",
        ],
        1,
        &["e.safetensors: not a gausswork extractor"],
    );
    fails(path, &["evaluate", &digits, &digits, "--target", "a"], 2, &["--target is of tables"]);
    fs::write(path.join("t.csv"), "a,b\n1,2\n3,4\n").unwrap();
    fails(path, &["evaluate", "t.csv", "t.csv", "--resize", "8"], 2, &["--resize is of images"]);
}

#[test]
fn images_of_a_game_are_drawn_and_evaluated() {
    let (directory, digits) = (TempDir::new().unwrap(), digits());
    let path = directory.path();
    succeeds(path, &["fit", &digits, "--model", "gan", "--steps", "20", "--no-report", "--out", "game"]);
    let (stdout, _) = succeeds(path, &["evaluate", &digits, "--model", "game", "--json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let sets = report["sets"].as_array().unwrap();
    assert_eq!((sets[0]["role"].as_str(), sets[1]["role"].as_str()), (Some("synthetic"), Some("fresh-real")));
    let distance = |set: usize| score(&sets[set], "frechet-distance")["value"].as_f64().unwrap();
    // Twenty steps from chance.
    assert!(distance(0) > 2.0 * distance(1), "{} {}", distance(0), distance(1));
}
