//! `gausswork score` with a game: what the discriminator says of each row.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{HEADER, fails, succeeds, table, with_table};

/// A game on rows of `t.csv`, a second or so long.
const OF_ROWS: &str = "kind = 'gan'
    gan = { generator = { latent = 4, width = 16, rows = { hidden = 8, warm-start = 0.2 } }, discriminator = { width = 16 } }
    training = { steps = 40, batch = 64 }";

/// A game whose generator stays where it was, so that the discriminator tells its rows from data.
const STARVED: &str = "kind = 'gan'
    gan = { rate-ratio = 300, generator = { width = 16, points = { layers = 0 } }, penalty = { kind = 'none' } }
    training = { steps = 400, batch = 128, learning-rate = 1e-5 }";

/// A game fitted in `run`, its configuration changed by replacing some text.
fn fitted(at: &Path, data: &str, config: &str, change: [&str; 2]) {
    fs::write(at.join("game.toml"), config.replacen(change[0], change[1], 1)).unwrap();
    succeeds(at, &["fit", data, "--config", "game.toml", "--no-report", "--out", "run", "--force"]);
}

/// The header of a table of scores, and its numbers.
fn scores(at: &Path, arguments: &[&str]) -> (String, Vec<Vec<f64>>) {
    let (text, _) = succeeds(at, &[&["score", "run"], arguments].concat());
    let mut lines = text.lines().map(str::to_owned);
    let header = lines.next().unwrap();
    (header, lines.map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect())
}

fn means(at: &Path, data: &str) -> Value {
    serde_json::from_str(&succeeds(at, &["score", "run", data, "--json"]).0).unwrap()
}

fn mean(of: &Value, name: &str) -> f64 {
    of[name]["mean"].as_f64().unwrap()
}

#[test]
fn a_probability_is_that_of_its_logit_and_tells_data_from_samples() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    fitted(at, "ring:8:rows=2000", STARVED, ["", ""]);
    let data = "ring:8:rows=500:seed=1";
    let (header, rows) = scores(at, &[data]);
    assert_eq!((header.as_str(), rows.len()), ("row,logit,d", 500));
    for (at, row) in rows.iter().enumerate() {
        let d = 1.0 / (1.0 + (-row[1]).exp());
        assert!(row[0] == (at + 1) as f64 && (row[2] - d).abs() < 1e-12, "{row:?}");
    }
    let found = means(at, data);
    assert_eq!((&found["rows"], &found["generated"]["rows"]), (&500.into(), &5120.into()));
    assert_eq!(found["objective"], "non-saturating");
    let by_hand = rows.iter().map(|row| row[1]).sum::<f64>() / 500.0;
    assert!((mean(&found, "logit") - by_hand).abs() < 1e-9);
    // A generator that has learned nothing: real rows are told from its rows.
    assert!(mean(&found, "d") > 0.6 && mean(&found["generated"], "d") < 0.4, "{found}");
    assert!(mean(&found, "logit") > mean(&found["generated"], "logit"), "{found}");

    let path = at.join("scores.parquet");
    let path = path.to_str().unwrap();
    let (_, told) = succeeds(at, &["score", "run", data, "-o", path]);
    assert!(told.contains("500 rows with the discriminator of a non-saturating game"), "{told}");
    assert!(told.contains("over 5,120 generated rows: logit "), "{told}");
    assert!(fs::metadata(path).is_ok_and(|file| file.len() > 0));

    // Anywhere in the plane, but not nowhere.
    fs::write(at.join("far.csv"), "x,y\n0.5,0.5\n1000,-1000\n").unwrap();
    assert!(scores(at, &["far.csv"]).1.iter().flatten().all(|x| x.is_finite()));
    fs::write(at.join("gap.csv"), "x,y\n0.5,0.5\n0.5,\n").unwrap();
    fails(at, &["score", "run", "gap.csv"], 1, &["gap.csv", "row 2", "\"y\"", "missing"]);
}

#[test]
fn an_output_without_a_scale_is_told_beside_generated_rows() {
    let directory = with_table(300);
    let at = directory.path();
    fitted(at, "t.csv", OF_ROWS, ["", ""]);
    let (header, rows) = scores(at, &["t.csv", "--threads", "1"]);
    assert_eq!((header.as_str(), rows.len()), ("row,critic_minus_generated", 300));
    assert_eq!(rows, scores(at, &["t.csv", "--threads", "2"]).1);
    let found = means(at, "t.csv");
    assert!(mean(&found["generated"], "critic_minus_generated").abs() < 1e-12);
    assert!(found["generated"]["critic_minus_generated"]["standard_error"].as_f64().unwrap() > 0.0);
    // Another seed moves the origin of all rows alike.
    let other = scores(at, &["t.csv", "--seed", "9"]).1;
    let moved: Vec<f64> = rows.iter().zip(&other).map(|(a, b)| a[1] - b[1]).collect();
    assert!(moved[0] != 0.0 && moved.iter().all(|by| (by - moved[0]).abs() < 1e-12));

    // As with an autoencoder: a number outside the range is judged, a new category is not.
    fs::write(at.join("old.csv"), format!("{HEADER}\n1,900,5.25,2012-01-01,yes,Oslo\n")).unwrap();
    assert!(scores(at, &["old.csv"]).1[0][1].is_finite());
    fs::write(at.join("new.csv"), format!("{HEADER}\n1,30,5.25,2012-01-01,yes,Paris\n")).unwrap();
    fails(at, &["score", "run", "new.csv", "-o", "s.csv"], 1, &["new.csv", "row 1", "\"city\"", "\"Paris\""]);
    for flag in [["--samples", "5"].as_slice(), &["--columns"]] {
        fails(at, &[&["score", "run", "t.csv"], flag].concat(), 2, &[flag[0], "judges whole rows"]);
    }
}

#[test]
fn a_critic_is_called_one_and_a_pack_is_refused() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    fs::write(at.join("t.csv"), table(200)).unwrap();
    for objective in ["hinge", "wasserstein", "least-squares"] {
        fitted(at, "t.csv", OF_ROWS, ["gan = {", &format!("gan = {{ objective = '{objective}',")]);
        let (header, rows) = scores(at, &["t.csv"]);
        assert_eq!((header.as_str(), rows.len()), ("row,critic", 200), "{objective}");
    }
    fitted(at, "t.csv", OF_ROWS, ["discriminator = {", "discriminator = { pac = 2,"]);
    fails(at, &["score", "run", "t.csv"], 1, &["judges 2 rows together", "gan.discriminator.pac", "pac = 1"]);
}
