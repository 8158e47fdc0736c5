//! `gausswork kl`: what it says of two distributions, of a file of pairs, and of what is no pair.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{fails, gausswork, succeeds};

/// What the command writes for these arguments.
fn kl(arguments: &[&str]) -> String {
    succeeds(Path::new("."), &[&["kl"], arguments].concat()).0
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&kl(&[arguments, &["--json"]].concat())).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Whether each text occurs, after the one before.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("no \"{part}\" in: {rest}\nof {text}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn a_closed_form_comes_with_its_terms_and_its_check() {
    let text = kl(&["normal(0,1)", "normal(1,2)"]);
    in_order(
        &text,
        &["KL(q ‖ p) = 0.443147180559945 nats = 0.639326239777", "bits", "closed form", "Kullback"],
    );
    in_order(
        &text,
        &["0.125  variance", "0.193147180559945  log-ratio", "0.125  mean", "quadrature", "from the closed"],
    );
    in_order(&text, &["KL(p ‖ q) = 1.30685281944005 nats", "quadrature"]);
    let text = kl(&["gamma(2,1)", "weibull(1,2)"]);
    in_order(&text, &["nats", "cross-entropy", "minus the entropy of q"]);
}

#[test]
fn without_a_closed_form_it_says_so() {
    let text = kl(&["student_t(3,0,1)", "logistic(0,1)", "--draws=10000", "--seed=7"]);
    in_order(
        &text,
        &[
            "no closed form",
            "student_t",
            "logistic",
            "quadrature",
            "±",
            "Monte Carlo",
            "10,000 draws, seed 7",
        ],
    );
    let mixture = "mixture(0.3*normal(-1,0.5) + 0.7*normal(2,1))";
    let text = kl(&[mixture, "normal(0,2)", "--draws=10000"]);
    in_order(
        &text,
        &["no closed form", "lower bound", "upper bound", "quadrature", "Monte Carlo", "95 % interval"],
    );
    let text = kl(&["poisson(3)", "geometric(0.2)", "--draws=10000"]);
    in_order(&text, &["sum", "terms"]);
}

#[test]
fn an_infinite_divergence_says_why() {
    in_order(
        &kl(&["normal(0,1)", "exp(1)"]),
        &["KL(q ‖ p) = ∞", "real numbers", "above 0", "KL(p ‖ q) = 0.9189"],
    );
    in_order(&kl(&["categorical(.5,.5,0)", "categorical(.5,0,.5)"]), &["∞: q gives 1 a probability"]);
    in_order(&kl(&["cauchy(0,1)", "normal(0,1)"]), &["∞: the integral diverges"]);
    let value = json(&["normal(0,1)", "poisson(2)"]);
    assert_eq!(value["forward"]["value"], "inf");
    assert!(value["forward"]["infinite"].as_str().is_some_and(|why| why.contains("density")), "{value}");
}

#[test]
fn json_holds_everything_as_numbers() {
    let value = json(&["normal(0,1)", "normal(1,2)"]);
    let expected = 2f64.ln() - 0.25;
    // Both are exact to rounding.
    assert!((number(&value["forward"]["value"]) - expected).abs() < 1e-15, "{value}");
    assert!((number(&value["forward"]["bits"]) * std::f64::consts::LN_2 - expected).abs() < 1e-15);
    let terms: f64 = value["forward"]["closed_form"]["terms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| number(&t["value"]))
        .sum();
    assert!((terms - expected).abs() < 1e-15);
    assert!(number(&value["forward"]["quadrature"]["difference"]) < 1e-14);
    assert_eq!(value["reverse"]["method"], "closed form");
    assert!(value["forward"]["monte_carlo"].is_null() && value["forward"]["lower_bound"].is_null());

    let mixture = "mixture(0.3*normal(-1,0.5) + 0.7*normal(2,1))";
    let value = json(&[mixture, "normal(0,2)", "--draws", "20000", "--seed", "3"]);
    let of = |key: &str| number(&value["forward"][key]["value"]);
    assert!(of("lower_bound") <= of("quadrature") && of("quadrature") <= of("upper_bound"), "{value}");
    let error = number(&value["forward"]["monte_carlo"]["standard_error"]);
    // Five standard errors: another seed would fail once in two million.
    assert!((of("monte_carlo") - of("quadrature")).abs() < 5.0 * error, "{value}");
    assert_eq!(value["forward"]["monte_carlo"]["seed"], 3);
    assert_eq!(value["forward"]["method"], "quadrature");
    assert!(value["forward"]["closed_form"].is_null());
}

#[test]
fn other_divergences() {
    for which in ["js", "tv", "hellinger", "w1", "w2"] {
        let value = json(&["normal(0,1)", "normal(1,2)", "--divergence", which]);
        assert!(number(&value["forward"]["value"]) > 0.0 && value["reverse"].is_null(), "{value}");
        assert_eq!(value["divergence"], which);
    }
    let value = json(&["normal(0,1)", "normal(1,2)", "--divergence", "renyi=0.5"]);
    assert_eq!(value["order"], 0.5);
    assert!(kl(&["normal(0,1)", "normal(1,2)", "--divergence=chi2"]).contains("χ²(p ‖ q) = ∞"));
}

#[test]
fn draws_do_not_depend_on_threads() {
    let arguments = ["kl", "mixture(.5*t(3,0,1)+.5*normal(2,1))", "normal(0,2)", "--draws=100000", "--json"];
    let on = |threads: &str, flag: &[&str]| {
        let mut command = gausswork(Path::new("."), &[&arguments, flag].concat());
        command.env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    assert_eq!(on("1", &[]), on("2", &[]));
    assert_eq!(on("1", &["--threads=1"]), on("2", &["--threads=2"]));
    assert_ne!(on("1", &[]), on("1", &["--seed=1"]));
}

/// Pairs with a column that is none of the command's business.
const PAIRS: &str = "id,q,p,note on it\n1,\"normal(0,1)\",\"normal(1,2)\",\"a, b\"\n2,\"t(3,0,1)\",\"logistic(0,1)\",\n\
    3,\"normal(0, 1)\",exp(1),\"two\nlines\"\n";

#[test]
fn a_file_of_pairs_keeps_its_columns_and_order() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    fs::write(at.join("pairs.csv"), PAIRS).unwrap();
    let (text, _) = succeeds(at, &["kl", "--csv", "pairs.csv"]);
    assert!(text.starts_with(
        "id,q,p,note on it,kl,reverse,note\n1,\"normal(0,1)\",\"normal(1,2)\",\"a, b\",0.44314718"
    ));
    in_order(
        &text,
        &["\n2,", "kl: quadrature, error", "reverse: quadrature", "\n3,", "\"two\nlines\",inf,0.91893853"],
    );
    in_order(&text, &["kl: q lives on the real numbers, p only on the numbers above 0"]);
    let (_, told) = succeeds(at, &["kl", "--csv", "pairs.csv", "-o", "out.csv"]);
    assert!(told.contains("3 rows to out.csv"), "{told}");
    assert_eq!(fs::read_to_string(at.join("out.csv")).unwrap(), text);
    let input = gausswork(at, &["kl", "--csv", "-"]).write_stdin(PAIRS).output().unwrap();
    assert_eq!(String::from_utf8(input.stdout).unwrap(), text);
    let (text, _) = succeeds(at, &["kl", "--csv", "pairs.csv", "--divergence=js"]);
    assert!(text.starts_with("id,q,p,note on it,js,note\n"), "{text}");
}

#[test]
fn many_rows_are_the_same_on_any_number_of_threads() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let mut text = "q_mu,q_sigma,p_mu,p_sigma\n".to_owned();
    // More than two batches of rows.
    for i in 0..70_000 {
        text.push_str(&format!("{},1,{},{}\n", i % 7, i % 5, 1 + i % 3));
    }
    fs::write(at.join("many.csv"), &text).unwrap();
    let arguments = ["kl", "normal", "Normal", "--csv", "many.csv"];
    let (one, _) = succeeds(at, &[&arguments[..], &["--threads=1"]].concat());
    let (two, _) = succeeds(at, &[&arguments[..], &["--threads=2"]].concat());
    assert!(one == two && one.lines().count() == 70_001);
    // The inputs are the beginnings of the outputs, in order.
    assert!(one.lines().zip(text.lines()).all(|(out, input)| out.starts_with(input)));
    // KL(N(2, 1) ‖ N(2, 3)) = ln 3 − 4/9.
    let row: Vec<&str> = one.lines().nth(3).unwrap().split(',').collect();
    assert!((row[4].parse::<f64>().unwrap() - (3f64.ln() - 4.0 / 9.0)).abs() < 1e-15, "{row:?}");
    fs::write(at.join("bad.csv"), text + "0,1,0,-1\n").unwrap();
    let words = ["bad.csv", "row 70,001 (line 70002)", "\"p_sigma\"", "sigma is -1"];
    fails(at, &["kl", "normal", "normal", "--csv", "bad.csv", "-o", "out.csv"], 1, &words);
}

#[test]
fn what_is_no_distribution_is_pointed_at() {
    let at = Path::new(".");
    let here = TempDir::new().unwrap();
    let refused = |q: &str, p: &str, words: &[&str]| fails(here.path(), &["kl", q, p], 2, words);
    refused("normal(0 1)", "normal(1,2)", &["Q is not", "\nnormal(0 1)\n         ^ expected \",\" or \")\""]);
    refused("normal(0,1)", "normal(1,-2)", &["P is not", "\n         ^ normal: sigma is -2"]);
    refused("norml(0,1)", "normal(1,2)", &["did you mean \"normal\"?", "von_mises"]);
    refused("normal(0,1)", "", &["P is not"]);
    refused("normal(0,1)", "normal([0],[1])", &["no divergence between them"]);
    refused(&"mixture(1*".repeat(1000), "normal(0,1)", &["nested"]);
    for flags in [
        ["--divergence", "lk"],
        ["--divergence", "renyi=1"],
        ["--draws", "0"],
        ["--plot", "a.jpg"],
        ["-o", "x.txt"],
    ] {
        fails(
            here.path(),
            &["kl", "normal(0,1)", "normal(1,2)", flags[0], flags[1]],
            2,
            &[flags[0].trim_matches('-')],
        );
    }
    fails(at, &["kl", "normal(0,1)"], 2, &["<P>"]);
    fails(at, &["kl"], 2, &["<Q>"]);
}

#[test]
fn files_of_pairs_that_hold_none() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let refused = |text: &[u8], words: &[&str]| {
        fs::write(at.join("pairs.csv"), text).unwrap();
        fails(at, &["kl", "--csv", "pairs.csv"], 1, &[&["pairs.csv"], words].concat());
    };
    refused(b"", &["empty"]);
    refused(b"q,r\n1,2\n", &["no column \"p\"", "q, r"]);
    refused(b"q,p,kl\n", &["\"kl\" already"]);
    refused(b"q,p\nexp(1)\n", &["row 1 (line 2)", "1 fields", "2"]);
    refused(b"q,p\nexp(1),\n", &["row 1 (line 2)", "column \"p\"", "empty"]);
    refused(b"q,p\nexp(1),exp(2)\nexp(0),exp(2)\n", &["row 2 (line 3)", "column \"q\"", "\nexp(0)\n    ^ "]);
    refused(b"q,p\nexp(1),e\xffxp(2)\n", &["row 1 (line 2)", "column \"p\"", "UTF-8"]);
    fails(at, &["kl", "--csv", "none.csv"], 1, &["none.csv", "No such file"]);
    fails(at, &["kl", "--csv", "."], 1, &["cannot read"]);
    fails(at, &["kl", "normal", "mvn", "--csv", "pairs.csv"], 2, &["multivariate_normal", "single cells"]);
    fails(at, &["kl", "normal", "norml", "--csv", "pairs.csv"], 2, &["P is the name of a family", "^"]);
    fails(at, &["kl", "--csv", "pairs.csv", "--json"], 2, &["--json"]);
    fs::write(at.join("pairs.csv"), "q,p\nexp(1),exp(2)\n").unwrap();
    fails(at, &["kl", "--csv", "pairs.csv", "-o", "no/out.csv"], 1, &["no/out.csv"]);
    fails(at, &["kl", "--csv", "pairs.csv", "-o", "."], 1, &["directory"]);
    #[cfg(target_os = "linux")]
    fails(at, &["kl", "--csv", "pairs.csv", "-o", "/dev/full"], 1, &["/dev/full", "No space left"]);
}

#[test]
fn pictures_are_whole_files_of_their_kind() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    for (q, p) in [
        ("normal(0,1)", "normal(1,2)"),
        ("gamma(0.1,1)", "exponential(1)"),
        ("poisson(1e5)", "poisson(1.001e5)"),
        ("cauchy(0,1)", "exp(1)"),
        ("normal(0,1)", "normal(0,1)"),
        ("categorical(1)", "categorical(0.5,0.5)"),
        ("mixture(0.5*uniform(0,1)+0.5*t(0.5,0,1e-3))", "log_normal(0,5)"),
        ("normal(1e300,1e290)", "normal(-1e300,1)"),
        ("normal(0,1e-300)", "normal(0,1e-299)"),
    ] {
        let draw = |file: &str| {
            succeeds(at, &["kl", q, p, "--draws=1000", "--plot", file]);
            fs::read(at.join(file)).unwrap()
        };
        let svg = String::from_utf8(draw("a.svg")).unwrap();
        assert!(svg.starts_with("<svg width=\"840\" height=\"620\" viewBox=\"0 0 5040 3720\""), "{q} {p}");
        assert!(svg.trim_end().ends_with("</svg>") && svg.contains("KL(q ‖ p)"), "{q} {p}");
        assert!(!svg.contains("NaN") || svg.contains("does not converge"), "{q} {p}");
        let png = draw("a.png");
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.ends_with(b"IEND\xaeB`\x82"), "{q} {p}");
        assert_eq!(draw("a.png"), png);
    }
    let (_, p) = ("", "normal(1,2)");
    fails(at, &["kl", "normal(0,1)", p, "--plot", "no/a.png"], 1, &["no/a.png"]);
    fails(at, &["kl", "normal([0],[1])", "normal([0],[1])", "--plot", "b.png"], 2, &["one dimension"]);
    fails(at, &["kl", "normal(0,1)", "poisson(1)", "--plot", "b.png"], 2, &["two densities"]);
    fails(at, &["kl", "normal(0,1)", p, "--plot", "b.png", "--divergence=js"], 2, &["--divergence"]);
}
