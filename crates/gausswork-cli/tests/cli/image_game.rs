//! A game of images as people meet it: its page, and walks through its latents.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{fails, succeeds};
use crate::images::{digits, words_of};
use crate::latents::floats;

const GAME: &str = "kind = 'gan'
    [gan]
    objective = 'non-saturating'
    labels = 'told'
    generator = { latent = 6, images = { hidden = [32] } }
    discriminator = { images = { hidden = [32] } }
    [training]
    steps = 60
    batch = 64
    validate-every = 20";

/// A directory with a small game of the digits in `run`, told labels, made once.
fn played() -> &'static Path {
    static PLAYED: OnceLock<TempDir> = OnceLock::new();
    let directory = PLAYED.get_or_init(|| {
        let directory = TempDir::new().unwrap();
        fs::write(directory.path().join("game.toml"), GAME).unwrap();
        succeeds(directory.path(), &["fit", &digits(), "--config", "game.toml", "--out", "run"]);
        directory
    });
    directory.path()
}

#[test]
fn the_page_shows_the_game_and_says_what_there_is_not() {
    let run = played().join("run");
    let page = words_of(&fs::read_to_string(run.join("report.html")).unwrap());
    let at =
        |id: &str| page.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("no section {id}"));
    let places = ["verdict", "game", "samples", "neighbours", "latent", "made"].map(at);
    assert!(places.is_sorted(), "{places:?}");
    for words in [
        "Verdict on the game: ",
        "no likelihood and no encoder",
        "Losses",
        "D(x) and D(G(z))",
        "Gradients at the generator",
        "Jensen–Shannon divergence, lower bound",
        "Spectral norms of D",
        "What D says of held-out data",
        "Labels from above: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.",
        "after step 60",
        "as the generator draws them",
        "From draw to draw",
    ] {
        assert!(page.contains(words), "no \"{words}\"");
    }
    // Nothing stands empty for what only an autoencoder has.
    for words in [
        "id=\"rebuilt\"",
        "#rebuilt",
        "id=\"training\"",
        "held-out images rebuilt",
        "principal components",
        "Rates",
        "NaN",
        "http",
        " rows ",
    ] {
        assert!(!page.contains(words), "\"{words}\"");
    }
    let told: Value = serde_json::from_slice(&fs::read(run.join("report.json")).unwrap()).unwrap();
    assert!(told["judgement"]["verdict"].is_string() && told["encoder"].is_null(), "{told}");
    assert_eq!(told["nearest_training_image"]["of_samples"].as_array().map(Vec::len), Some(200));
    assert_eq!(told["nearest_training_image"]["of_rebuilt"].as_array().map(Vec::len), Some(0));
    assert!(told["figures"]["j_d"].is_f64() && !told["curve"].as_array().unwrap().is_empty());
}

#[test]
fn walks_of_a_game_are_of_labels() {
    let (at, out, data) = (played(), TempDir::new().unwrap(), digits());
    let file = |name: &str| out.path().join(name);
    let numbers = |verb: &[&str], name: &str| {
        let path = file(name).display().to_string();
        succeeds(at, &[verb, &["-o", &path]].concat());
        floats(&file(name)).1
    };
    // The ends of a way are images of the sample; without a label both ends have that of the first.
    let drawn = numbers(&["sample", "run", "-n", "2"], "drawn.npy");
    let free = numbers(&["interpolate", "run", "-n", "1", "--steps", "3"], "free.npy");
    assert_eq!(free[..64], drawn[..64]);
    let of_seven = numbers(&["sample", "run", "-n", "2", "--label", "7"], "seven.npy");
    let way = ["interpolate", "run", "-n", "1", "--steps", "3", "--label", "7"];
    let told = numbers(&way, "told.npy");
    assert_eq!((&told[..64], &told[2 * 64..]), (&of_seven[..64], &of_seven[64..]));
    let along = ["traverse", "run", "--dimensions", "4,2", "--steps", "3"];
    let [three, five] = ["3", "5"].map(|label| {
        let all = numbers(&[&along[..], &["--label", label]].concat(), &format!("along{label}.npy"));
        // Both pass through the image of latent 0 at the median.
        assert_eq!(all[64..2 * 64], all[4 * 64..5 * 64]);
        all
    });
    assert!(three.len() == 6 * 64 && three != five);
    let path = file("all.png").display().to_string();
    let (lines, _) = succeeds(at, &["traverse", "run", "-o", &path]);
    assert_eq!(lines, "row,dimension,rate\n1,1,\n2,2,\n3,3,\n4,4,\n5,5,\n6,6,\n", "all, as they are few");
    for verb in ["interpolate", "traverse"] {
        fails(
            at,
            &[verb, "run", "--label", "x", "-o", "x.png"],
            1,
            &["label \"x\"", "the model's labels are 0, 1"],
        );
        fails(at, &[verb, "run", &data, "-o", "x.png"], 1, &["it has no encoder"]);
        fails(
            crate::images::fitted(),
            &[verb, "run", "--label", "7", "-o", "x.png"],
            1,
            &["told no labels", "--labels told"],
        );
    }
}

#[test]
fn a_page_that_is_not_wanted_is_not_written() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("game.toml"), GAME.replace("steps = 60", "steps = 2")).unwrap();
    let fit = ["fit", &digits(), "--config", "game.toml", "--out", "run", "--no-report"];
    succeeds(directory.path(), &fit);
    for name in ["report.html", "report.json"] {
        assert!(!directory.path().join("run").join(name).exists(), "{name}");
    }
}
