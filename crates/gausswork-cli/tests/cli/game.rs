//! What the command says of a game.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{gausswork, succeeds};

const GAME: &str = "kind = 'gan'
    gan = { objective = 'non-saturating', generator = { latent = 2, width = 16, points = { layers = 0 } } }
    training = { steps = 300, batch = 128 }";

#[test]
fn the_verdict_its_reasons_and_both_conventions_are_told() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    fs::write(at.join("game.toml"), GAME).unwrap();
    let fit = ["fit", "gaussian:rows=2000", "--config", "game.toml", "--no-report", "--out", "run", "--json"];
    let (json, told) = succeeds(at, &fit);
    for words in [
        "verdict: ",
        "0.6931 at equilibrium",
        "1.3863",
        "J_D of a fresh discriminator",
        "(→ 0.693; ×2 1.386)",
    ] {
        assert!(told.contains(words), "no \"{words}\" in: {told}");
    }
    assert!(told.contains("gausswork score"), "its discriminator judges rows: {told}");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert!(json["judgement"]["verdict"].is_string() && json["judgement"]["reasons"][0].is_string());
    assert!(json["figures"]["fresh_j_d"].is_f64() && json["figures"]["gradient_ratio"].is_f64());

    // A generator of points has no settings of rows.
    let config = fs::read_to_string(at.join("run/config.toml")).unwrap();
    assert!(
        config.contains("[gan.generator.points]") && !config.contains("[gan.generator.rows]"),
        "{config}"
    );

    let (shown, _) = succeeds(at, &["inspect", "run"]);
    for words in
        ["How the game ended", "verdict: ", "Course of the game", "|∇ minimax|", "Goodfellow et al. 2014"]
    {
        assert!(shown.contains(words), "no \"{words}\" in: {shown}");
    }
    let (inspected, _) = succeeds(at, &["inspect", "run", "--json"]);
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(inspected["judgement"], json["judgement"]);
    assert!(inspected["curve"].as_array().is_some_and(|points| points.len() >= 200));
}

#[test]
fn a_game_that_diverges_fails_and_says_what_it_kept() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let broken = "kind = 'gan'
        gan = { objective = 'wasserstein', penalty = { kind = 'r1', weight = 1.0, every = 1 }, discriminator = { width = 32, blocks = 16 } }
        training = { steps = 400, batch = 128, learning-rate = 1.0 }";
    fs::write(at.join("game.toml"), broken).unwrap();
    let fit = ["fit", "gaussian:rows=2000", "--config", "game.toml", "--no-report", "--out", "run"];
    let output = gausswork(at, &fit).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("is not finite") && told.contains("are kept in") && !told.contains("panicked"),
        "{told}"
    );
    let (shown, _) = succeeds(at, &["inspect", "run"]);
    assert!(shown.contains("verdict: diverged") && shown.contains("is not finite"), "{shown}");
}

/// A generator whose weights hardly differ from 0 draws what it takes for 0: the mean of the data, or in raw coordinates their origin.
#[test]
fn a_game_is_played_in_the_coordinates_that_are_asked_for() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    // The mean of both moons.
    for (coordinates, centre) in [("standardised", [0.5, 0.25]), ("raw", [0.0, 0.0])] {
        let game = format!(
            "kind = 'gan'
            [gan]
            initial-deviation = 1e-6
            generator = {{ width = 16, points = {{ coordinates = '{coordinates}' }} }}
            discriminator = {{ width = 16, blocks = 1 }}
            [training]
            steps = 2
            learning-rate = 1e-6
            decay = 'never'"
        );
        fs::write(at.join("game.toml"), game).unwrap();
        let fit =
            ["fit", "two-moons:rows=2000", "--config", "game.toml", "--no-report", "--out", "run", "--force"];
        succeeds(at, &fit);
        succeeds(at, &["sample", "run", "--rows", "20", "--output", "drawn.csv"]);
        let drawn = fs::read_to_string(at.join("drawn.csv")).unwrap();
        for row in drawn.lines().skip(1) {
            let row: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
            // The mean of 1,800 training points is within five standard errors of the density's.
            assert!(
                (row[0] - centre[0]).abs() < 0.11 && (row[1] - centre[1]).abs() < 0.06,
                "{coordinates}: {row:?}"
            );
        }
    }
}
