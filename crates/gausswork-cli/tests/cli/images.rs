//! The verbs on images, on the digits that come with the sources.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{fails, succeeds, with_table};

/// Sizes at which a fit takes about a second.
const SMALL: &[&str] = &["--latent", "4", "--hidden", "32", "--steps", "40"];

/// The path of the digits.
pub(crate) fn digits() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/digits.npz").display().to_string()
}

/// The arguments of a small fit of the digits, and some more.
fn fit<'a>(data: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["fit", data], SMALL, more].concat()
}

/// A directory with a small model of the digits in `run`, made once.
pub(crate) fn fitted() -> &'static Path {
    static FITTED: OnceLock<TempDir> = OnceLock::new();
    let directory = FITTED.get_or_init(|| {
        let directory = TempDir::new().unwrap();
        succeeds(directory.path(), &fit(&digits(), &["--out", "run"]));
        directory
    });
    directory.path()
}

/// A page apart from its pixels, which spell anything.
pub(crate) fn words_of(page: &str) -> String {
    let mut parts = page.split("base64,");
    let mut words = parts.next().unwrap().to_owned();
    parts.for_each(|part| words.push_str(part.split_once('"').unwrap().1));
    words
}

#[test]
fn a_fit_of_images_writes_a_run_with_a_picture() {
    let (directory, data) = (TempDir::new().unwrap(), digits());
    let (stdout, stderr) = succeeds(directory.path(), &fit(&data, &["--json"]));
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(told["run"], "runs/digits");
    assert_eq!(told["rows"]["held_out"], 180);
    assert!(told["figures"]["held_out_elbo"].as_f64().unwrap() < 0.0);
    assert!(told["figures"]["rate_of_dimension_004"].is_f64());
    for file in [
        "model.safetensors",
        "config.toml",
        "train.jsonl",
        "film.jsonl",
        "figures.json",
        "sample.png",
        "report.html",
        "report.json",
    ] {
        assert!(directory.path().join("runs/digits").join(file).is_file(), "{file}");
    }
    assert!(!directory.path().join("runs/digits/sample.csv").exists());
    // The page stands alone, and shows all there is to see.
    let page = fs::read_to_string(directory.path().join("runs/digits/report.html")).unwrap();
    for id in ["verdict", "rebuilt", "samples", "neighbours", "latent", "training", "made"] {
        assert!(page.contains(&format!("<section id=\"{id}\"")), "no section {id}");
    }
    for words in [
        "Posterior collapse",
        "after step 40",
        "held-out images rebuilt",
        "principal components",
        "they differ by",
    ] {
        assert!(page.contains(words), "no \"{words}\"");
    }
    assert!(page.matches("data:image/png;base64,").count() >= 10);
    let words = words_of(&page);
    assert!(!words.contains("http") && !words.contains("NaN") && page.len() < 3 << 20, "{}", page.len());
    let report: Value =
        serde_json::from_slice(&fs::read(directory.path().join("runs/digits/report.json")).unwrap()).unwrap();
    assert_eq!(report["figures"], told["figures"]);
    assert_eq!(report["encoder"]["dimensions"].as_array().map(Vec::len), Some(4));
    for words in
        ["1,797 images of 8x8 grey, 10 labels", "coin flips", "bits per dimension", "-n 64 -o grid.png"]
    {
        assert!(stderr.contains(words), "no \"{words}\" in: {stderr}");
    }
    let (shown, _) = succeeds(directory.path(), &["inspect", "runs/digits"]);
    for words in ["autoencoder of images, 8x8 grey", "Rates of the latent dimensions", "[images]"] {
        assert!(shown.contains(words), "no \"{words}\" in: {shown}");
    }
    let (plan, _) = succeeds(directory.path(), &fit(&data, &["--dry-run"]));
    assert!(plan.contains("1,617 to train on, 180 held out, each 8x8 grey"), "{plan}");
}

#[test]
fn images_are_drawn_to_a_grid_an_array_or_a_folder_and_read_back() {
    let out = TempDir::new().unwrap();
    let path = |name: &str| out.path().join(name).display().to_string();
    for name in ["grid.png", "images.npy", "folder"] {
        succeeds(fitted(), &["sample", "run", "-n", "70", "-o", &path(name)]);
    }
    assert!(fs::read(path("grid.png")).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(fs::read_dir(path("folder")).unwrap().count(), 70);
    succeeds(fitted(), &["sample", "run", "-n", "70", "-o", &path("again.npy"), "--threads", "1"]);
    assert_eq!(fs::read(path("images.npy")).unwrap(), fs::read(path("again.npy")).unwrap());
    succeeds(fitted(), &["sample", "run", "-n", "70", "-o", &path("one by one"), "--threads", "1"]);
    for file in fs::read_dir(path("folder")).unwrap().map(|file| file.unwrap().path()) {
        let same = out.path().join("one by one").join(file.file_name().unwrap());
        assert_eq!(fs::read(&file).unwrap(), fs::read(&same).unwrap(), "{}", file.display());
    }
    succeeds(fitted(), &["sample", "run", "-n", "3", "--pixels", "drawn", "-o", &path("drawn.npy")]);
    assert_ne!(fs::read(path("images.npy")).unwrap(), fs::read(path("drawn.npy")).unwrap());
    // What was written can be scored and fitted.
    for name in ["images.npy", "folder"] {
        let (scores, _) = succeeds(fitted(), &["score", "run", &path(name), "--samples", "2"]);
        assert_eq!(scores.lines().count(), 71, "{name}");
    }
}

#[test]
fn scores_are_bounds_for_each_image() {
    let (stdout, stderr) = succeeds(fitted(), &["score", "run", &digits(), "--samples", "5", "--json"]);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((told["images"].as_u64(), told["samples"].as_u64()), (Some(1797), Some(5)));
    let mean = |name: &str| told[name]["mean"].as_f64().unwrap();
    assert!(mean("elbo") < mean("importance_weighted") && mean("importance_weighted") < 0.0);
    let bits = -mean("importance_weighted") / (64.0 * std::f64::consts::LN_2);
    assert!((mean("bits_per_dimension") - bits).abs() < 1e-9);
    assert!(stderr.contains("coin flips of the grey levels"), "{stderr}");
}

#[test]
fn bounds_are_one_table_in_their_order() {
    let out = TempDir::new().unwrap();
    let file = out.path().join("bounds.json").display().to_string();
    let few =
        ["--images", "40", "--samples", "50", "--temperatures", "20", "--chains", "8", "--leapfrogs", "2"];
    let data = digits();
    let run = |more: &[&str]| {
        let args = [&["score", "run", &data, "--bounds"], &few[..], more].concat();
        succeeds(fitted(), &args).0
    };
    let table = run(&["-o", &file, "--threads", "1"]);
    let told: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let again: Value = serde_json::from_str(&run(&["--json", "--threads", "2"])).unwrap();
    assert_eq!(told, again, "whatever the number of threads");
    for line in [
        "40 images of the set",
        "ELBO",
        "importance-weighted, K = 50",
        "AIS, 20 temperatures, 8 chains",
        "BDMC",
    ] {
        assert!(table.contains(line), "{line}: {table}");
    }
    assert!(table.contains("not for the set's"), "{table}");
    let find = |of: &str, name: &str, part: &str| told[of][name][part].as_f64().unwrap();
    for of in ["data", "simulated"] {
        let nats = |name: &str| find(of, name, "mean");
        assert!(nats("elbo") < nats("importance_weighted") && nats("elbo") < nats("annealed"), "{told}");
    }
    // In expectation the gap is positive; it is a mean over images, with its error.
    assert!(find("simulated", "gap", "mean") > -4.0 * find("simulated", "gap", "standard_error"));
    assert!(told["data"]["bidirectional"].is_null());
    let from_prior = run(&["--start", "prior", "--json"]);
    assert!(from_prior.contains("\"start\": \"prior\""), "{from_prior}");
}

#[test]
fn reconstructions_say_what_they_differ_by() {
    let out = TempDir::new().unwrap();
    let picture = out.path().join("rebuilt.png").display().to_string();
    let (stdout, _) = succeeds(fitted(), &["reconstruct", "run", &digits(), "-n", "10", "-o", &picture]);
    assert_eq!(stdout.lines().count(), 11);
    for line in stdout.lines().skip(1) {
        let numbers: Vec<f64> = line.split(',').map(|number| number.parse().unwrap()).collect();
        assert!((numbers[1] - numbers[2] - numbers[3]).abs() < 2e-3, "{line}");
    }
    assert!(Path::new(&picture).is_file());
}

#[test]
fn what_cannot_be_meant_of_images_is_refused() {
    let (at, data) = (fitted(), digits());
    fails(at, &["fit", &data, "--free-bits", "1"], 2, &["--free-bits is of tables"]);
    let told = ["--likelihood is of an autoencoder", "[gan]"];
    fails(at, &["fit", &data, "--model", "gan", "--likelihood", "gaussian"], 2, &told);
    fails(at, &["fit", &data, "--batch", "5000"], 1, &["training.batch = 5000"]);
    fails(at, &["sample", "run"], 2, &["name a grid"]);
    fails(at, &["sample", "run", "--where", "a=1", "-o", "x.png"], 2, &["--where is of rows"]);
    fails(at, &["score", "run", &data, "--columns"], 2, &["--columns is of a table"]);
    fails(at, &["evaluate", "x.csv", "--model", "run"], 2, &["--model is one of images"]);
    fails(at, &["score", "run", &data, "--bounds", "--columns"], 2, &["--bounds gives one table"]);
    fails(at, &["score", "run", &data, "--chains", "3"], 2, &["--bounds"]);
    fails(
        at,
        &["score", "run", &data, "--bounds", "--temperatures", "0"],
        2,
        &["--temperatures", "1..=500000"],
    );
    let table = with_table(60);
    fails(table.path(), &["fit", "t.csv", "--likelihood", "gaussian"], 2, &["--likelihood is of images"]);
    // Numbers of no known scale, and images of another shape.
    let files = TempDir::new().unwrap();
    let npy = |name: &str, shape: [usize; 3], value: f32| {
        let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape:?}, }}\n");
        let header = header.replace('[', "(").replace(']', ")");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        let count = shape.iter().product::<usize>();
        bytes.extend((0..count).flat_map(|i| (value * i as f32 / count as f32).to_le_bytes()));
        fs::write(files.path().join(name), bytes).unwrap();
    };
    npy("wide.npy", [60, 4, 5], 300.0);
    npy("one.npy", [1, 8, 8], 1.0);
    fails(files.path(), &["fit", "wide.npy"], 1, &["wide.npy", "--range", "Gaussian"]);
    fails(files.path(), &["fit", "one.npy"], 1, &["one.npy: 1 image;", "50 are needed"]);
    fails(files.path(), &["fit", "wide.npy", "--likelihood", "logistic"], 1, &["whole levels"]);
    let wide = files.path().join("wide.npy").display().to_string();
    fails(at, &["score", "run", &wide], 1, &["images of 4x5 grey", "8x8 grey"]);
}
