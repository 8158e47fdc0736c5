//! Evaluation on answers that are known: fresh real rows score at their ceiling, and what is broken is found and named.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a failure is a failure")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gausswork::data::table::{self, ReadOptions};
use gausswork::eval::metric::Metric;
use gausswork::eval::report::{Baselines, Gravity, Report, Role, SetReport, Stage};
use gausswork::eval::score::{Score, Z95};
use gausswork::noise::{Noise, Stream};
use gausswork::run::{EvaluateRequest, evaluate};

/// Adult: the header, and cells as they are written.
fn adult() -> (Vec<String>, Vec<Vec<String>>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/adult.csv.gz");
    let table = table::read(&path, &ReadOptions::default()).unwrap();
    let names: Vec<String> = table.schema.columns.iter().map(|column| column.name.clone()).collect();
    let text = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    let mut writer = table::TableWriter::create(text.path(), &table.schema).unwrap();
    writer.write(&table.batch).unwrap();
    writer.finish().unwrap();
    let text = fs::read_to_string(text.path()).unwrap();
    let rows = text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect();
    (names, rows)
}

/// Files of rows in a folder that goes with the test.
struct Files {
    folder: tempfile::TempDir,
    names: Vec<String>,
}

impl Files {
    fn write(&self, name: &str, rows: &[Vec<String>]) -> PathBuf {
        let path = self.folder.path().join(name);
        let lines = rows.iter().map(|row| row.join(","));
        let text: Vec<String> = std::iter::once(self.names.join(",")).chain(lines).collect();
        fs::write(&path, text.join("\n") + "\n").unwrap();
        path
    }
}

fn request(real: PathBuf, holdout: PathBuf, synthetic: Vec<PathBuf>, seed: u64) -> EvaluateRequest<'static> {
    EvaluateRequest {
        real,
        holdout: Some(holdout),
        synthetic,
        model: None,
        options: ReadOptions::default(),
        target: Some("income".to_owned()),
        stages: Stage::ALL.to_vec(),
        baselines: Baselines::All,
        seed,
        threads: 2,
        command: "test".to_owned(),
    }
}

/// `count` disjoint parts of `size` rows each, at random.
fn parts(rows: &[Vec<String>], seed: u64, count: usize, size: usize) -> Vec<Vec<Vec<String>>> {
    let order = Noise::new(seed).permutation(Stream::Test, 0, rows.len());
    order
        .chunks(size)
        .take(count)
        .map(|part| part.iter().map(|&row| rows[row as usize].clone()).collect())
        .collect()
}

fn ceiling(report: &Report) -> &SetReport {
    report.sets.iter().find(|set| set.role == Role::Ceiling).unwrap()
}

/// 100 splits of Adult in three: one part is the real table, one is called synthetic, one is the holdout. The second must score
/// as the third, and what should be ½ must be, within 95 % intervals.
#[test]
fn fresh_real_rows_score_at_their_ceiling() {
    const SEEDS: u64 = 100;
    let (names, rows) = adult();
    let files = Files { folder: tempfile::tempdir().unwrap(), names };
    let mut covered: BTreeMap<&str, u32> = BTreeMap::new();
    let mut wrong = Vec::new();
    for seed in 0..SEEDS {
        let parts = parts(&rows, seed, 3, 1000);
        let [real, synthetic, holdout] = [("real", 0), ("synthetic", 1), ("holdout", 2)]
            .map(|(name, i)| files.write(&format!("{name}.csv"), &parts[i]));
        let mut request = request(real, holdout, vec![synthetic], seed);
        request.baselines = Baselines::Ceiling;
        let report = evaluate(&request, &mut ()).unwrap();
        let best = ceiling(&report);
        for score in &report.sets[0].scores {
            let metric = score.metric;
            let fits = match (metric, best.score(metric)) {
                // Permutation p-values are uniform: one in twenty is below 1/20.
                (Metric::EnergyP | Metric::MmdP, _) => score.value > 0.05,
                (Metric::DcrShare | Metric::MembershipAuc | Metric::TwoSampleUnseenAuc, _) => {
                    let [low, high] = score.interval.unwrap();
                    low <= 0.5 && 0.5 <= high
                }
                (_, Some(real)) => match score.difference(real) {
                    (difference, Some(error)) => difference.abs() <= Z95 * error,
                    (_, None) => continue,
                },
                _ => continue,
            };
            *covered.entry(metric.name()).or_default() += u32::from(fits);
        }
        let grave = report.verdict.findings.iter().filter(|finding| finding.gravity == Gravity::Bad);
        wrong.extend(grave.map(|finding| format!("seed {seed}: {}", finding.text)));
    }
    println!("{covered:?}, {wrong:#?}");
    for (metric, &covered) in &covered {
        // Of 100 intervals that cover with probability 95 %, fewer than 89 do once in 200 times.
        assert!(covered >= 89, "{metric}: {covered} of {SEEDS} within the interval");
    }
    // A finding needs four standard errors.
    assert!(wrong.len() <= 5, "against real rows in {SEEDS} reports: {wrong:#?}");
}

/// The report of one altered copy of unseen real rows, and the sentences that speak against it.
fn altered(seed: u64, alter: impl Fn(&[String], &mut [Vec<String>])) -> (Report, String) {
    let (names, rows) = adult();
    let mut parts = parts(&rows, seed, 3, 5000);
    alter(&names, &mut parts[1]);
    let files = Files { folder: tempfile::tempdir().unwrap(), names };
    let [real, synthetic, holdout] = [("real", 0), ("synthetic", 1), ("holdout", 2)]
        .map(|(name, i)| files.write(&format!("{name}.csv"), &parts[i]));
    let report = evaluate(&request(real, holdout, vec![synthetic], seed), &mut ()).unwrap();
    let bad = report.verdict.findings.iter().filter(|finding| finding.gravity == Gravity::Bad);
    let text: Vec<String> = bad.map(|finding| finding.text.clone()).collect();
    (report, text.join("\n"))
}

fn place(names: &[String], name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap()
}

/// Whether `own` is worse than `best` by four standard errors.
fn worse(own: &Score, best: &Score) -> bool {
    let (difference, error) = own.difference(best);
    own.metric.better(best.value, own.value) && difference.abs() > 4.0 * error.unwrap()
}

/// Whether a metric of the altered set is worse than the ceiling's.
fn moved(report: &Report, metric: Metric) -> bool {
    worse(report.sets[0].score(metric).unwrap(), ceiling(report).score(metric).unwrap())
}

/// Whether a metric of one column of the altered set is worse than the ceiling's.
fn column_moved(report: &Report, name: &str, metric: Metric) -> bool {
    let at = report.columns.iter().position(|column| column.name == name).unwrap();
    let of =
        |set: &SetReport| set.columns[at].scores.iter().find(|score| score.metric == metric).unwrap().clone();
    worse(&of(&report.sets[0]), &of(ceiling(report)))
}

#[test]
fn a_row_copy_is_caught() {
    let (names, rows) = adult();
    let files = Files { folder: tempfile::tempdir().unwrap(), names };
    let parts = parts(&rows, 1, 2, 5000);
    let [real, holdout] = [("real.csv", 0), ("holdout.csv", 1)].map(|(name, i)| files.write(name, &parts[i]));
    let copy = files.write("copy.csv", &parts[0]);
    let report = evaluate(&request(real, holdout, vec![copy], 0), &mut ()).unwrap();
    let text: Vec<&str> = report.verdict.findings.iter().map(|finding| finding.text.as_str()).collect();
    let text = text.join("\n");
    assert!(text.contains("100.00 % of the rows are exact copies"), "{text}");
    assert!(text.contains("nearer to a training row"), "{text}");
    assert!(text.contains("Training rows can be told from unseen ones"), "{text}");
    let auc = report.sets[0].score(Metric::MembershipAuc).unwrap();
    assert!(auc.value > 0.99, "{auc:?}");
}

#[test]
fn a_lost_category_is_named() {
    for seed in 0..3 {
        let (report, text) = altered(seed, |names, rows| {
            let race = place(names, "race");
            rows.iter_mut().filter(|row| row[race] == "Black").for_each(|row| row[race] = "White".to_owned());
        });
        assert!(text.contains("Column \"race\" has lost \"Black\""), "{text}");
        assert!(text.contains("Column \"race\" is off"), "{text}");
        assert!(column_moved(&report, "race", Metric::TvComplement), "seed {seed}");
        let column = report.sets[0].columns.iter().find(|c| report.columns[c.column].name == "race").unwrap();
        let coverage = column.scores.iter().find(|s| s.metric == Metric::CategoryCoverage).unwrap();
        assert!(coverage.value < 1.0);
    }
}

#[test]
fn a_shifted_column_is_named() {
    for seed in 0..3 {
        let (report, text) = altered(seed, |names, rows| {
            let age = place(names, "age");
            rows.iter_mut().for_each(|row| row[age] = (row[age].parse::<i32>().unwrap() + 5).to_string());
        });
        assert!(text.contains("Column \"age\" is off (KS complement"), "{text}");
        assert!(text.contains("its values lie higher"), "{text}");
        assert!(column_moved(&report, "age", Metric::KsComplement), "seed {seed}");
        assert!(column_moved(&report, "age", Metric::Wasserstein), "seed {seed}");
        assert!(moved(&report, Metric::TwoSampleAuc), "seed {seed}");
    }
}

#[test]
fn a_broken_dependence_is_named() {
    for seed in 0..3 {
        let (report, text) = altered(seed, |names, rows| {
            let income = place(names, "income");
            let cells: Vec<String> = rows.iter().map(|row| row[income].clone()).collect();
            let order = Noise::new(seed).permutation(Stream::Test, 1, rows.len());
            rows.iter_mut().zip(order).for_each(|(row, from)| row[income] = cells[from as usize].clone());
        });
        assert!(!text.contains("is off"), "no column changed: {text}");
        assert!(text.contains("The dependence between") && text.contains("\"income\""), "{text}");
        assert!(moved(&report, Metric::UsefulAuc), "seed {seed}");
    }
}

#[test]
fn unknown_levels_and_impossible_values_are_scored_and_named() {
    let (report, text) = altered(0, |names, rows| {
        let (race, age) = (place(names, "race"), place(names, "age"));
        rows.iter_mut().take(200).for_each(|row| row[race] = "Martian".to_owned());
        rows.iter_mut().skip(200).take(30).for_each(|row| row[age] = "old".to_owned());
    });
    assert!(text.contains("values that no real row has: \"Martian\" in 200 rows"), "{text}");
    assert!(text.contains("Column \"age\" has 30 cells that are not of kind integer"), "{text}");
    assert!(report.sets[0].score(Metric::Shape).is_some());
}
