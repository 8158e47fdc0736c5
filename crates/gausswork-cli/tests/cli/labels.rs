//! Models of images that are told labels, of either kind, by the command.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use gausswork::data::image::{ReadImages, read};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{fails, succeeds};
use crate::images::digits;

/// Sizes at which a fit takes a few seconds.
const SMALL: &[&str] = &["--latent", "4", "--hidden", "32", "--labels", "told"];

/// A directory with small models of the digits that are told labels, in `vae` and `gan`, and the digits without labels.
fn fitted() -> &'static Path {
    static FITTED: OnceLock<TempDir> = OnceLock::new();
    let directory = FITTED.get_or_init(|| {
        let (directory, digits) = (TempDir::new().unwrap(), digits());
        let vae = ["fit", &digits, "--steps", "1500", "--out", "vae", "--learning-rate", "0.003"];
        succeeds(directory.path(), &[&vae[..], SMALL].concat());
        let gan = ["fit", &digits, "--steps", "60", "--out", "gan", "--model", "gan"];
        succeeds(directory.path(), &[&gan[..], SMALL].concat());
        succeeds(directory.path(), &["sample", "vae", "-n", "60", "-o", "bare.npy"]);
        directory
    });
    directory.path()
}

/// The labels of a set by their names.
fn labels(path: &Path) -> Vec<String> {
    let set = read(path, &ReadImages::default()).unwrap();
    let labels = set.labels().unwrap();
    labels.codes.iter().map(|&code| labels.names[code as usize].clone()).collect()
}

#[test]
fn samples_keep_their_labels_and_can_be_of_one() {
    let (at, out) = (fitted(), TempDir::new().unwrap());
    let path = |name: &str| out.path().join(name);
    for model in ["vae", "gan"] {
        let name = |name: &str| path(&format!("{model}-{name}"));
        let draw = |name: &Path, more: &[&str]| {
            let name = name.display().to_string();
            succeeds(at, &[&["sample", model, "-n", "300", "-o", &name], more].concat()).1
        };
        let told = draw(&name("all.npz"), &[]);
        assert!(told.contains("told labels as often as they were fitted"), "{told}");
        let drawn = labels(&name("all.npz"));
        // A tenth each: 30 ± 5.2.
        for digit in 0..10 {
            let count = drawn.iter().filter(|label| **label == digit.to_string()).count();
            assert!((7..=53).contains(&count), "{model}: {count} of {digit}");
        }
        draw(&name("folder"), &[]);
        // A folder has its images by label, and then as they were drawn.
        let mut sorted = drawn.clone();
        sorted.sort();
        assert_eq!(labels(&name("folder")), sorted);
        let told = draw(&name("three.npz"), &["--label", "3"]);
        assert!(told.contains("told the label 3"), "{told}");
        let three = name("three.npz");
        assert_eq!(labels(&name("three.npz")), ["3"; 300].map(str::to_owned));
        // Image i of all that is of a 3 is image i of threes.
        let [all, three] = [name("all.npz"), three].map(|path| read(&path, &ReadImages::default()).unwrap());
        let first = drawn.iter().position(|label| label == "3").unwrap() as u32;
        let image = |set: &gausswork::data::image::ImageSet| {
            let mut image = vec![0.0; 64];
            set.gather_unscaled(&[first], &mut image).unwrap();
            image
        };
        assert_eq!(image(&all), image(&three), "{model}");
        let words = ["label \"eleven\"", "0, 1, 2, 3"];
        fails(at, &["sample", model, "--label", "eleven", "-o", "x.png"], 1, &words);
    }
}

#[test]
fn scores_are_of_images_given_their_labels() {
    let (at, digits) = (fitted(), digits());
    let (stdout, _) = succeeds(at, &["score", "vae", &digits, "--samples", "5", "--json"]);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert!(told["of"].as_str().unwrap().contains("given the label of each: log p(x|y)"), "{told}");
    let bounds =
        ["score", "vae", &digits, "--bounds", "--images", "10", "--samples", "20", "--temperatures", "4"];
    let (stdout, _) = succeeds(at, &bounds);
    assert!(stdout.contains("log p(x|y)") && stdout.contains("BDMC"), "{stdout}");
    let page = fs::read_to_string(at.join("vae/report.html")).unwrap();
    for words in ["told 10 labels", "log p(x|y)", "the same latents in every row"] {
        assert!(page.contains(words), "no \"{words}\" in the page");
    }
    let (stdout, _) = succeeds(at, &["inspect", "vae"]);
    assert!(stdout.contains("told 10 labels") && stdout.contains("log p(x|y)"), "{stdout}");
    let out = TempDir::new().unwrap();
    let file = |name: &str| out.path().join(name).display().to_string();
    succeeds(at, &["encode", "vae", &digits, "-o", &file("z.npy")]);
    succeeds(at, &["reconstruct", "vae", &digits, "-o", &file("rebuilt.png")]);
    for more in [&[][..], &["--label", "7"], &[&digits[..]]] {
        succeeds(at, &[&["interpolate", "vae", "-n", "3", "-o", &file("way.png")], more].concat());
    }
    succeeds(at, &["traverse", "vae", "--dimensions", "1,2", "--label", "7", "-o", &file("seven.png")]);
    succeeds(at, &["traverse", "vae", &digits, "--dimensions", "1,2", "-o", &file("first.png")]);
    succeeds(at, &["traverse", "vae", "--dimensions", "1", "-o", &file("drawn.png")]);
    for verb in [
        &["score", "vae", "bare.npy"][..],
        &["score", "gan", "bare.npy"],
        &["score", "vae", "bare.npy", "--bounds"],
        &["reconstruct", "vae", "bare.npy", "-o", "x.png"],
        &["encode", "vae", "bare.npy", "-o", "x.npy"],
        &["interpolate", "vae", "bare.npy", "-o", "x.png"],
    ] {
        fails(at, verb, 1, &["bare.npy", "these images have none"]);
    }
}

#[test]
fn an_evaluation_says_how_many_images_are_classified_as_labelled() {
    let (at, digits) = (fitted(), digits());
    let (stdout, _) = succeeds(at, &["evaluate", &digits, "--model", "vae", "--seed", "1", "--json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let sets = report["sets"].as_array().unwrap();
    let agreed = |set: &Value| -> Option<(f64, f64)> {
        let scores = set["scores"].as_array().unwrap();
        let score = scores.iter().find(|score| score["metric"] == "as-labelled")?;
        Some((score["value"].as_f64()?, score["standard_error"].as_f64()?))
    };
    let ((model, error), (real, _)) = (agreed(&sets[0]).unwrap(), agreed(&sets[1]).unwrap());
    // The classifier's own accuracy on the same images.
    assert_eq!(real, report["card"]["held-out"]["accuracy"].as_f64().unwrap());
    assert!(model > 0.5 && error < 0.02, "{model} ± {error}");
    assert!(agreed(&sets[2]).is_none(), "a baseline carries no labels");
    // Labels that are one digit off.
    let out = TempDir::new().unwrap();
    let folder = out.path().join("set").display().to_string();
    succeeds(at, &["sample", "vae", "-n", "400", "-o", &folder]);
    let moved = out.path().join("moved");
    fs::create_dir(&moved).unwrap();
    for digit in 0..10 {
        fs::rename(Path::new(&folder).join(digit.to_string()), moved.join(((digit + 1) % 10).to_string()))
            .unwrap();
    }
    let moved = moved.display().to_string();
    let (stdout, _) = succeeds(at, &["evaluate", &digits, &moved, "--seed", "1"]);
    assert!(
        stdout.contains("classified as labelled") && stdout.contains("of fresh real ones are"),
        "{stdout}"
    );
}

#[test]
fn labels_that_are_not_there_cannot_be_told() {
    let (at, digits) = (fitted(), digits());
    for model in ["vae", "gan"] {
        let fit = ["fit", "bare.npy", "--model", model, "--range", "0,16", "--labels", "told", "--out", "x"];
        fails(at, &fit, 1, &["labels are to be told", "have none"]);
    }
    let out = TempDir::new().unwrap();
    let config = out.path().join("contradicts.toml").display().to_string();
    fs::write(&config, "[data]\nlabels = \"ignored\"\n[images]\nlabels = \"told\"\n").unwrap();
    fails(at, &["fit", &digits, "--config", &config, "--out", "x"], 1, &["images.labels = \"told\""]);
    fails(at, &["fit", &digits, "--labels", "guessed"], 2, &["found", "ignored", "told"]);
    let (stdout, _) = succeeds(at, &["fit", &digits, "--labels", "told", "--dry-run"]);
    assert!(stdout.contains("labels = \"told\"") && stdout.contains("log p(x|y)"), "{stdout}");
}
