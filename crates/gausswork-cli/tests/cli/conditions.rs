//! `sample --where`: which rows come, and what is said of them.

use std::path::Path;

use tempfile::TempDir;

use crate::common::{fails, fitted, succeeds, with_table};

/// Rows of a CSV text.
fn rows(text: &str) -> Vec<&str> {
    text.lines().skip(1).collect()
}

/// Age, membership and city of a row.
fn cells(row: &str) -> (i64, &str, &str) {
    let mut cells = row.splitn(6, ',').skip(1);
    let age = cells.next().unwrap().parse().unwrap();
    (age, cells.nth(2).unwrap(), cells.next().unwrap())
}

/// Rows under conditions are the rows of the sample without them that meet them, in its order: with 12 whole blocks of
/// 512 rows, whatever the threads and the offset.
fn keeps_rows_as_they_are(at: &Path) {
    let all = succeeds(at, &["sample", "run", "-n", "6144"]).0;
    let meets = |row: &&str| matches!(cells(row), (41.., "yes", _));
    let expected: Vec<&str> = rows(&all).into_iter().filter(meets).collect();
    let n = expected.len().to_string();
    let under = ["sample", "run", "--where", "member=yes", "--where", "age>40"];
    let mut told = String::new();
    for threads in ["1", "2"] {
        let (text, said) = succeeds(at, &[&under[..], &["-n", &n, "--threads", threads]].concat());
        assert_eq!(rows(&text), expected);
        told = said;
    }
    assert!(told.contains(" of 6,144 drawn rows met member=yes, age>40 (by rejection)"), "{told}");
    let share: f64 =
        told.split("; ").nth(1).and_then(|rest| rest.split(" %").next()).unwrap().parse().unwrap();
    // Three digits are told.
    assert!((share * 61.44 / expected.len() as f64 - 1.0).abs() < 5e-3, "{told}");
    let part = ["sample", "run", "--where", "age>40,member=yes", "-n", "50", "--offset", "30"];
    assert_eq!(rows(&succeeds(at, &part).0), expected[30..80]);
}

#[test]
fn rows_of_an_autoencoder_are_kept_as_they_are() {
    keeps_rows_as_they_are(fitted());
}

#[test]
fn rows_of_a_generator_are_kept_as_they_are() {
    let directory = with_table(300);
    let at = directory.path();
    let fit = ["fit", "t.csv", "--model", "gan", "--steps", "5", "--out", "run", "--no-report"];
    succeeds(at, &fit);
    keeps_rows_as_they_are(at);
}

/// A generator that was trained under conditions is told one, draws only rows that meet it, and those that do not meet the others are
/// left out; which was which is said, with the share.
#[test]
fn a_generator_is_told_a_condition() {
    let directory = with_table(300);
    let at = directory.path();
    let game = "kind = 'gan'
        gan = { generator = { rows = { conditions = 0.5 } } }
        training = { steps = 5 }";
    std::fs::write(at.join("game.toml"), game).unwrap();
    succeeds(at, &["fit", "t.csv", "--config", "game.toml", "--out", "run", "--no-report"]);
    let drawn = |more: &[&str]| succeeds(at, &[&["sample", "run"], more].concat());

    let (text, told) = drawn(&["-n", "700", "--where", "member=yes"]);
    assert!(rows(&text).len() == 700 && rows(&text).iter().all(|row| cells(row).1 == "yes"));
    assert!(
        told.contains("; 100 % of 1,024 drawn rows met member=yes (by conditioning on member)"),
        "{told}"
    );
    // The other of two values is the one that is left; a missing cell is a value, and the rarest is told.
    for (condition, column) in
        [("member!=yes", "member"), ("city=NA", "city"), ("city=,member=no", "city"), ("city='Oslo'", "city")]
    {
        let (text, told) = drawn(&["-n", "50", "--where", condition]);
        assert!(told.contains(&format!("(by conditioning on {column}")), "{condition}: {told}");
        assert_eq!(told.contains(", the rest by rejection)"), condition.contains(','), "{condition}: {told}");
        let meets = |row: &&str| match condition {
            "member!=yes" => cells(row).1 == "no",
            "city=,member=no" => (cells(row).1, cells(row).2) == ("no", "NA"),
            "city=NA" => cells(row).2 == "NA",
            _ => cells(row).2 == "Oslo",
        };
        assert!(rows(&text).len() == 50 && rows(&text).iter().all(meets), "{condition}");
    }
    // Row i is the same whatever the threads and the offset, also where others are left out.
    let under = ["--where", "city=Oslo,age>40"];
    let all = drawn(&[&under[..], &["-n", "400", "--threads", "1"]].concat());
    let part = drawn(&[&under[..], &["-n", "100", "--offset", "250", "--threads", "2"]].concat());
    assert_eq!(rows(&all.0)[250..350], rows(&part.0));
    assert!(all.1.contains("(by conditioning on city, the rest by rejection)"), "{}", all.1);
    // What names no single value of a column without intervals is met by rejection.
    for condition in ["age>40", "city!=Oslo", "city!="] {
        let (_, told) = drawn(&["-n", "20", "--where", condition]);
        assert!(told.contains("(by rejection)"), "{condition}: {told}");
    }
}

#[test]
fn a_table_without_a_discrete_column_has_nothing_to_tell() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let numbers = |row: i32| format!("{:e},{:e}\n", f64::from(row).sqrt(), f64::from(row).sin());
    std::fs::write(at.join("t.csv"), "x,y\n".to_owned() + &(0..300).map(numbers).collect::<String>())
        .unwrap();
    let told = |share: &str, words: &[&str]| {
        let game = format!("kind = 'gan'\ngan = {{ generator = {{ rows = {{ conditions = {share} }} }} }}");
        std::fs::write(at.join("game.toml"), game).unwrap();
        fails(at, &["fit", "t.csv", "--config", "game.toml", "--out", "run"], 1, words);
    };
    told("0.5", &["t.csv: gan.generator.rows.conditions = 0.5", "no column is discrete", "set it to 0"]);
    told("1.0", &["gan.generator.rows.conditions", "at least 0 and below 1"]);
}

#[test]
fn points_of_a_plane_are_kept() {
    let directory = TempDir::new().unwrap();
    let at = directory.path();
    let fit = ["fit", "gaussian:rows=600", "--model", "gan", "--steps", "5", "--out", "run", "--no-report"];
    succeeds(at, &fit);
    let (all, _) = succeeds(at, &["sample", "run", "-n", "2000"]);
    // The median splits any column, however little was learned.
    let mut xs: Vec<f64> =
        rows(&all).iter().map(|row| row.split(',').next().unwrap().parse().unwrap()).collect();
    xs.sort_by(f64::total_cmp);
    let condition = format!("x>{}", xs[1000]);
    let (some, _) = succeeds(at, &["sample", "run", "-n", "300", "--where", &condition]);
    let above = |row: &&str| row.split(',').next().unwrap().parse::<f64>().unwrap() > xs[1000];
    let expected: Vec<&str> = rows(&all).into_iter().filter(above).take(300).collect();
    assert_eq!(rows(&some), expected);
}

/// P(city | member, age) from rows under the condition, and from rows of another seed without it.
#[test]
fn conditional_shares_are_those_of_the_sample() {
    let under = ["sample", "run", "-n", "3000", "--seed", "1", "--where", "member=yes,age>=30"];
    let (text, _) = succeeds(fitted(), &under);
    let (all, _) = succeeds(fitted(), &["sample", "run", "-n", "12000", "--seed", "2"]);
    let some: Vec<&str> = rows(&text);
    let all: Vec<&str> =
        rows(&all).into_iter().filter(|row| matches!(cells(row), (30.., "yes", _))).collect();
    assert!(some.iter().all(|row| matches!(cells(row), (30.., "yes", _))));
    for city in ["Oslo", "NA", "Tromsø", "\"Bergen, north\""] {
        let share =
            |rows: &[&str]| rows.iter().filter(|row| cells(row).2 == city).count() as f64 / rows.len() as f64;
        let (a, b) = (share(&some), share(&all));
        let error = (b * (1.0 - b) * (1.0 / some.len() as f64 + 1.0 / all.len() as f64)).sqrt();
        // Four comparisons at five standard errors: one seed in 400,000 fails.
        assert!((a - b).abs() < 5.0 * error, "{city}: {a} and {b}");
    }
}

#[test]
fn missing_cells_and_quoted_levels_can_be_asked_for() {
    let drawn = |condition: &str| succeeds(fitted(), &["sample", "run", "-n", "20", "--where", condition]).0;
    assert!(rows(&drawn("city=")).iter().all(|row| cells(row).2 == "NA"));
    assert_eq!(drawn("city="), drawn("city=NA"));
    assert!(rows(&drawn("city!=")).iter().all(|row| cells(row).2 != "NA"));
    let bergen = drawn("city='Bergen, north', joined>=2015-06-30");
    assert!(rows(&bergen).iter().all(|row| cells(row).2 == "\"Bergen, north\""), "{bergen}");
    assert!(rows(&bergen).iter().all(|row| row.split(',').nth(3).unwrap() >= "2015-06-30"), "{bergen}");
}

#[test]
fn every_format_holds_the_same_rows() {
    let out = TempDir::new().unwrap();
    for name in ["a.parquet", "a.arrow"] {
        let path = out.path().join(name).display().to_string();
        let written = |threads: &str| {
            let under =
                ["sample", "run", "-n", "700", "--where", "member=no", "-o", &path, "--threads", threads];
            succeeds(fitted(), &under);
            std::fs::read(&path).unwrap()
        };
        assert_eq!(written("1"), written("2"), "{name}");
        let (scores, _) = succeeds(fitted(), &["score", "run", &path, "--samples", "2"]);
        assert_eq!(scores.lines().count(), 701, "{name}");
    }
}
