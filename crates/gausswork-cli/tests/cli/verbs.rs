//! Each verb doing what it is for.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{HEADER, PROGRAM, fitted, small_fit, succeeds, table, with_table};

#[test]
fn fit_writes_a_run_and_says_what_to_type_next() {
    let directory = with_table(300);
    let at = directory.path();
    let (stdout, stderr) = succeeds(at, &small_fit(&["--steps", "30", "--json"]));
    let figures: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(figures["run"], "runs/t");
    assert_eq!(figures["ended"], "steps");
    assert_eq!(figures["rows"]["held_out"], 30);
    assert!(figures["figures"]["held_out_elbo"].is_f64());
    for file in ["model.safetensors", "config.toml", "train.jsonl", "figures.json", "sample.csv"] {
        assert!(at.join("runs/t").join(file).is_file(), "{file}");
    }
    assert!(!at.join("runs/t/checkpoint.safetensors").exists());
    assert_eq!(fs::read_to_string(at.join("runs/t/sample.csv")).unwrap().lines().count(), 1001);
    for words in [
        "column \"id\" is made anew",
        "step 30: ",
        "± ",
        "all steps were done",
        "gausswork sample runs/t -n 1000",
    ] {
        assert!(stderr.contains(words), "no \"{words}\" in: {stderr}");
    }
    // The next run of the same table has its own directory.
    succeeds(at, &small_fit(&["--steps", "2"]));
    assert!(at.join("runs/t-2/model.safetensors").is_file());
    // An explicit one is replaced only by force.
    fs::write(at.join("runs/t/notes.txt"), "mine").unwrap();
    succeeds(at, &small_fit(&["--steps", "2", "--out", "runs/t", "--force"]));
    assert_eq!(fs::read_to_string(at.join("runs/t/notes.txt")).unwrap(), "mine");
}

#[test]
fn samples_keep_the_types_of_the_table() {
    let (stdout, _) = succeeds(fitted(), &["sample", "run", "-n", "400"]);
    let mut lines = stdout.lines();
    assert_eq!(lines.next(), Some(HEADER));
    let (mut rows, mut missing) = (0, 0);
    for (i, line) in lines.enumerate() {
        let line = line.replace("\"Bergen, north\"", "Bergen");
        let cells: Vec<&str> = line.split(',').collect();
        let [id, age, balance, joined, member, city] = cells[..] else { panic!("{line}") };
        assert_eq!(id, (1000 + i).to_string());
        assert!((18..78).contains(&age.parse::<i64>().unwrap()), "{line}");
        let balance: f64 = balance.parse().unwrap();
        assert!((balance * 100.0 - (balance * 100.0).round()).abs() < 1e-6, "{line}");
        let date: Vec<u32> = joined.split('-').map(|part| part.parse().unwrap()).collect();
        assert!(joined.len() == 10 && (1..=12).contains(&date[1]) && (1..=31).contains(&date[2]), "{line}");
        assert!(["no", "yes"].contains(&member), "{line}");
        assert!(["Oslo", "Bergen", "NA", "Tromsø"].contains(&city), "{line}");
        missing += usize::from(city == "NA");
        rows += 1;
    }
    assert_eq!(rows, 400);
    assert!(missing > 0);
    // As many rows as were fitted, where nothing is said.
    let (stdout, _) = succeeds(fitted(), &["sample", "run/model.safetensors"]);
    assert_eq!(stdout.lines().count(), 301);
}

#[test]
fn samples_go_to_files_of_every_format() {
    let out = TempDir::new().unwrap();
    let path = |name: &str| out.path().join(name).display().to_string();
    let (stdout, _) = succeeds(fitted(), &["sample", "run", "-n", "50"]);
    for (name, start) in [
        ("a.csv", HEADER.as_bytes()),
        ("a.csv.gz", &[0x1f, 0x8b]),
        ("a.parquet", b"PAR1"),
        ("a.arrow", b"ARROW1"),
    ] {
        let (silence, _) = succeeds(fitted(), &["sample", "run", "-n", "50", "-o", &path(name)]);
        assert_eq!(silence, "");
        assert!(fs::read(path(name)).unwrap().starts_with(start), "{name}");
    }
    assert_eq!(fs::read_to_string(path("a.csv")).unwrap(), stdout);
    succeeds(fitted(), &["sample", "run", "-n", "50", "-o", &path("plain"), "--format", "csv"]);
    assert_eq!(fs::read_to_string(path("plain")).unwrap(), stdout);
    // What was written can be scored, whatever the format.
    for name in ["a.csv.gz", "a.parquet", "a.arrow"] {
        let (scores, _) = succeeds(fitted(), &["score", "run", &path(name), "--samples", "2"]);
        assert_eq!(scores.lines().count(), 51, "{name}");
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 5, "no temporary file is left");
}

#[test]
fn scores_add_up() {
    let (stdout, stderr) = succeeds(fitted(), &["score", "run", "t.csv", "--samples", "5", "--columns"]);
    let mut lines = stdout.lines();
    assert_eq!(
        lines.next(),
        Some(
            "row,elbo,importance_weighted,standard_error,effective_samples,distortion,rate,log_prob:age,\
             log_prob:balance,log_prob:joined,log_prob:member,log_prob:city"
        )
    );
    let rows: Vec<Vec<f64>> =
        lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(rows.len(), 300);
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(row[0], (i + 1) as f64);
        assert!((row[1] + row[5] + row[6]).abs() < 1e-9, "the ELBO is less distortion and rate");
        assert!(row[2] >= row[1] - 1e-9, "the importance-weighted bound is the tighter one");
        assert!((1.0..=5.0 + 1e-9).contains(&row[4]) && row[3] >= 0.0);
        assert!((row[5] + row[7..].iter().sum::<f64>()).abs() < 1e-9, "columns add up to the distortion");
    }
    assert!(stderr.contains("means in nats per row: ELBO -"), "{stderr}");
    let (json, _) = succeeds(fitted(), &["score", "run", "t.csv", "--samples", "5", "--json"]);
    let means: Value = serde_json::from_str(&json).unwrap();
    let mean = rows.iter().map(|row| row[1]).sum::<f64>() / 300.0;
    assert!((means["elbo"]["mean"].as_f64().unwrap() - mean).abs() < 1e-9);
    assert!(means["elbo"]["standard_error"].as_f64().unwrap() > 0.0);
    // One sample says nothing about its own error.
    let (stdout, _) = succeeds(fitted(), &["score", "run", "t.csv", "--samples", "1"]);
    assert_eq!(stdout.lines().nth(1).unwrap().split(',').nth(3), Some(""));
}

#[test]
fn inspect_tells_what_a_model_is() {
    let (text, _) = succeeds(fitted(), &["inspect", "run"]);
    for words in [
        "variational autoencoder",
        "270 rows to train on and 30 held out",
        "made anew",
        "Burda",
        "latent = 4",
        "± ",
    ] {
        assert!(text.contains(words), "no \"{words}\" in: {text}");
    }
    let (json, _) = succeeds(fitted(), &["inspect", "run/model.safetensors", "--json"]);
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["config"]["model"]["latent"], 4);
    assert_eq!(value["columns"][3]["kind"], "date");
    assert_eq!(value["curve"].as_array().unwrap().last().unwrap()["step"], 30);
}

#[test]
fn a_dry_run_tells_everything_and_writes_nothing() {
    let directory = with_table(300);
    fs::write(directory.path().join("c.toml"), "seed = 7\n[model]\nwidth = 16\nlatent = 3\n").unwrap();
    let arguments = [
        "fit",
        "t.csv",
        "--dry-run",
        "--config",
        "c.toml",
        "--latent",
        "5",
        "--types",
        "age=category,id=integer",
    ];
    let (text, _) = succeeds(directory.path(), &arguments);
    for words in ["category", "bins", "2 levels", "parameters", "seed = 7", "width = 16", "latent = 5"] {
        assert!(text.contains(words), "no \"{words}\" in: {text}");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    // The configuration that is printed is one that can be read.
    let toml = &text[text.find("# The configuration").unwrap()..];
    fs::write(directory.path().join("c.toml"), toml).unwrap();
    let (json, _) =
        succeeds(directory.path(), &["fit", "t.csv", "--dry-run", "--config", "c.toml", "--json"]);
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["config"]["model"]["latent"], 5);
    assert_eq!(value["columns"][0]["kind"], "integer");
    assert!(value["parameters"].as_u64().unwrap() > 0);
}

#[test]
fn other_dialects_come_back_as_they_were() {
    let directory = TempDir::new().unwrap();
    let text = table(200).replace("\"Bergen, north\"", "Bergen").replace("NA", "-").replace(',', ";");
    fs::write(directory.path().join("t.csv"), text).unwrap();
    let null = ["--steps", "5", "--delimiter", ";", "--null", "-", "--out", "run"];
    succeeds(directory.path(), &small_fit(&null));
    let (stdout, _) = succeeds(directory.path(), &["sample", "run", "-n", "200"]);
    assert_eq!(stdout.lines().next(), Some(HEADER.replace(',', ";").as_str()));
    assert!(stdout.lines().any(|line| line.ends_with(";-")), "{stdout}");
    succeeds(directory.path(), &["score", "run", "t.csv", "--samples", "1", "--quote", "none"]);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(PROGRAM)
        .current_dir(fitted())
        .args(["sample", "run", "-n", "1000000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn help_and_version_are_there() {
    let (version, _) = succeeds(fitted(), &["--version"]);
    assert!(version.starts_with("gausswork "), "{version}");
    let (help, _) = succeeds(fitted(), &["fit", "--help"]);
    let headings = ["Data:", "Model:", "Objective:", "Training:", "Output:"].map(|h| help.find(h).unwrap());
    assert!(headings.is_sorted());
}
