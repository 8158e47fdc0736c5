//! `evaluate`: what it prints and writes, and tables that cannot be compared, or hardly.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{HEADER, fails, fitted, gausswork, small_fit, succeeds, table, with_table};

/// A directory with a real table and another one of the same kind.
fn two_tables(synthetic: &str) -> TempDir {
    let directory = with_table(300);
    fs::write(directory.path().join("s.csv"), synthetic).unwrap();
    directory
}

/// The report of `s.csv` against `t.csv`.
fn report(directory: &Path, more: &[&str]) -> Value {
    let arguments = [["evaluate", "t.csv", "s.csv", "--json"].as_slice(), more].concat();
    serde_json::from_str(&succeeds(directory, &arguments).0).unwrap()
}

/// The value of a metric of the report's set in a place.
fn score(report: &Value, set: usize, metric: &str) -> Option<f64> {
    let scores = report["sets"][set]["scores"].as_array().unwrap();
    scores.iter().find(|score| score["metric"] == metric).and_then(|score| score["value"].as_f64())
}

/// The findings as one text.
fn findings(report: &Value) -> String {
    let findings = report["verdict"]["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["text"].as_str().unwrap().to_owned() + "\n").collect()
}

#[test]
fn text_json_and_html_at_any_number_of_threads() {
    let directory = two_tables(&table(200));
    let at = directory.path();
    let run = |threads: &str| {
        let arguments = ["evaluate", "t.csv", "s.csv", "--threads", threads, "-o", "r.html", "-o", "r.json"];
        let (text, _) = succeeds(at, &arguments);
        // The command line, which the report tells, is the only difference.
        let json = fs::read_to_string(at.join("r.json")).unwrap();
        (text, json.replace(&format!("--threads {threads}"), ""))
    };
    let one = run("1");
    assert_eq!(one, run("3"));
    assert!(one.0.contains("independent") && one.0.contains("anonymous"), "{}", one.0);
    let html = fs::read_to_string(at.join("r.html")).unwrap();
    assert!(html.len() < 2_000_000 && !html.contains("NaN"), "{} bytes", html.len());
    let report: Value = serde_json::from_str(&one.1).unwrap();
    assert_eq!(report["left_out"][0][0], "id");
    assert_eq!(report["sets"].as_array().unwrap().len(), 5);
    // The synthetic rows are the first 200 of the real ones.
    assert_eq!(score(&report, 0, "exact-copies"), Some(1.0));
    assert!(findings(&report).contains("exact copies"), "{}", findings(&report));
}

#[test]
fn several_sets_are_ranked() {
    let directory = two_tables(&table(250));
    let at = directory.path();
    let shuffled: String = {
        // Every column is as it was, moved on by another number of rows.
        let text = table(300);
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.splitn(5, ',').collect()).collect();
        let cell = |row: usize, column: usize| rows[(row + 37 * column) % rows.len()][column];
        let line = |row: usize| (0..5).map(|column| cell(row, column)).collect::<Vec<_>>().join(",") + "\n";
        format!("{HEADER}\n") + &(0..300).map(line).collect::<String>()
    };
    fs::write(at.join("shuffled.csv"), shuffled).unwrap();
    let (text, _) = succeeds(at, &["evaluate", "t.csv", "shuffled.csv", "s.csv"]);
    assert!(text.contains("Ranking\n  1. s.csv"), "{text}");
    assert!(text.contains("Of 2 sets, \"s.csv\" is the closest"), "{text}");
}

#[test]
fn a_model_brings_its_bounds_and_a_fit_ends_with_a_report() {
    let at = fitted();
    let report: Value =
        serde_json::from_str(&fs::read_to_string(at.join("run/report.json")).unwrap()).unwrap();
    for metric in
        ["held-out-elbo", "importance-weighted", "train-minus-held-out", "membership-likelihood-auc"]
    {
        assert!(score(&report, 0, metric).is_some(), "{metric}");
    }
    assert_eq!((report["training_rows"].as_u64(), report["holdout_rows"].as_u64()), (Some(270), Some(30)));
    assert!(!report["curve"].as_array().unwrap().is_empty());
    assert!(at.join("run/report.html").exists());
    // The same rows without a file: drawn from the model.
    let drawn = succeeds(at, &["evaluate", "t.csv", "--model", "run", "--json"]).0;
    let drawn: Value = serde_json::from_str(&drawn).unwrap();
    assert_eq!(drawn["sets"], report["sets"]);
}

#[test]
fn no_report_is_written_where_none_is_wanted() {
    let directory = with_table(100);
    succeeds(directory.path(), &small_fit(&["--steps", "5", "--out", "run", "--no-report"]));
    assert!(!directory.path().join("run/report.html").exists());
}

#[test]
fn odd_cells_are_scored_and_named() {
    let text =
        table(200).replace("Oslo", "Atlantis").replacen(",18,", ",young,", 1).replacen(",19,", ",19.5,", 1);
    let directory = two_tables(&text);
    let report = report(directory.path(), &[]);
    let found = findings(&report);
    assert!(found.contains("\"Atlantis\"") && found.contains("has lost \"Oslo\""), "{found}");
    assert!(found.contains("Column \"age\" has 1 cell that is not of kind integer"), "{found}");
    assert!(score(&report, 0, "shape").is_some());
}

#[test]
fn constant_and_empty_columns_have_defined_scores() {
    let with = |cells: &str| {
        let more =
            |(i, line): (usize, &str)| format!("{line},{}\n", if i == 0 { "void,same,n" } else { cells });
        table(200).lines().enumerate().map(more).collect::<String>()
    };
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("t.csv"), with(",x,4")).unwrap();
    fs::write(directory.path().join("s.csv"), with(",x,5")).unwrap();
    let report = report(directory.path(), &[]);
    let column = |name: &str| {
        let at = report["columns"].as_array().unwrap().iter().position(|c| c["name"] == name).unwrap();
        let scores = report["sets"][0]["columns"][at]["scores"].as_array().unwrap().clone();
        let of = move |metric: &str| {
            scores.iter().find(|s| s["metric"] == metric).and_then(|s| s["value"].as_f64())
        };
        (of("tv-complement"), of("missing-difference"))
    };
    assert_eq!(column("same"), (Some(1.0), Some(0.0)));
    assert_eq!(column("n"), (Some(0.0), Some(0.0)));
    assert_eq!(column("void"), (None, Some(0.0)));
}

#[test]
fn tables_that_cannot_be_compared() {
    let directory = two_tables("id,age\n1,2\n3,4\n");
    let at = directory.path();
    fails(
        at,
        &["evaluate", "t.csv", "s.csv"],
        1,
        &["s.csv", "missing columns: balance, joined, member, city"],
    );
    fails(at, &["evaluate", "t.csv", "none.csv"], 1, &["none.csv", "no such file"]);
    fails(at, &["evaluate", "t.csv"], 2, &["SYNTHETIC", "--model"]);
    fails(at, &["evaluate", "t.csv", "t.csv", "--target", "hat"], 1, &["\"hat\"", "age, balance"]);
    fails(at, &["evaluate", "t.csv", "t.csv", "-o", "report.pdf"], 2, &[".html", ".json"]);
    fails(
        at,
        &["evaluate", "t.csv", "t.csv", "-o", "no/such/report.html"],
        1,
        &["cannot write", "report.html"],
    );
    fs::write(at.join("one.csv"), table(1)).unwrap();
    fails(at, &["evaluate", "t.csv", "one.csv"], 1, &["one.csv: 1 rows", "at least 2"]);
    fails(at, &["evaluate", "one.csv", "t.csv"], 1, &["one.csv"]);
    fs::write(at.join("two.csv"), table(2)).unwrap();
    // Two rows say little, and are no error.
    assert!(gausswork(at, &["evaluate", "t.csv", "two.csv"]).output().unwrap().status.success());
}
