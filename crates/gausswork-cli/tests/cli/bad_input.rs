//! Input that cannot be used: one clear message, the right exit code, and nothing touched.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::common::{fails, fitted, small_fit, succeeds, table, with_table};

/// Fits `text` as `t.csv`, which is to fail with these words.
fn refuses(text: impl AsRef<[u8]>, words: &[&str]) {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("t.csv"), text).unwrap();
    for more in [["--steps", "2", "--out", "run"].as_slice(), &["--dry-run"]] {
        fails(directory.path(), &small_fit(more), 1, &[&["t.csv"], words].concat());
    }
}

/// The usual table with the cell at `row` (from 1) and `column` (from 0) replaced.
fn with_cell(row: usize, column: usize, cell: &str) -> String {
    let text = table(100).replace("\"Bergen, north\"", "Bergen");
    let edit = |(i, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if i == row {
            cells[column] = cell;
        }
        cells.join(",").replace("Bergen", "\"Bergen, north\"") + "\n"
    };
    text.lines().enumerate().map(edit).collect()
}

#[test]
fn files_that_are_no_table() {
    let directory = TempDir::new().unwrap();
    fails(directory.path(), &["fit", "t.csv"], 1, &["t.csv", "no such file"]);
    // A folder is one of images.
    fails(directory.path(), &["fit", "."], 1, &["no image in it"]);
    fails(directory.path(), &["fit"], 2, &["DATA"]);
    refuses("", &["empty"]);
    refuses("a,b,c\n", &["no rows"]);
    refuses(table(100).replacen("no,", "no,no,", 1), &["line", "7 fields where the header has 6"]);
    refuses(table(100).replace("city", "age"), &["\"age\"", "2", "6"]);
    refuses(b"name,n\nJos\xe9,1\nAna,2\n".as_slice(), &["line 2", "byte 4", "UTF-8"]);
    refuses([0x1f, 0x8b, 8, 0, 1, 2].as_slice(), &["damaged or cut short"]);
}

#[test]
fn tables_that_hold_too_little() {
    let one = table(1);
    refuses(&one, &["1 row", "at least 50"]);
    refuses(table(10), &["10 rows", "at least 50"]);
    refuses("a,b\n".to_owned() + &"1,x\n".repeat(100), &["no column can be modelled"]);
    let empty: String = table(100).lines().map(|line| format!("{line},\n")).collect();
    refuses(empty.replacen("city,", "city,void", 1), &["\"void\"", "every cell is missing", "--types"]);
}

#[test]
fn numbers_that_are_none() {
    for cell in ["NaN", "inf", "-Infinity", "1e39"] {
        refuses(with_cell(7, 2, cell), &["row 7", "line 8", "\"balance\"", cell]);
    }
    // The way out that the message tells.
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("t.csv"), with_cell(7, 2, "NaN")).unwrap();
    let arguments = ["fit", "t.csv", "--dry-run", "--null", "NaN", "--null", "NA"];
    let (text, _) = succeeds(directory.path(), &arguments);
    let line = text.lines().find(|line| line.starts_with("balance")).unwrap();
    assert!(line.contains("float") && line.contains("1.0%"), "{line}");
    let wrong = small_fit(&["--types", "city=integer"]);
    let directory = with_table(100);
    fails(directory.path(), &wrong, 1, &["t.csv", "\"city\"", "row"]);
}

#[test]
fn flags_that_cannot_be_meant() {
    let directory = with_table(100);
    let at = directory.path();
    fails(at, &["fit", "t.csv", "--types", "agee=integer"], 1, &["\"agee\"", "did you mean \"age\""]);
    for types in ["age", "age=number", "=integer", "age=integer,"] {
        fails(at, &["fit", "t.csv", "--types", types], 2, &["integer, float, boolean, category"]);
    }
    fails(
        at,
        &["fit", "t.csv", "--types", "age=integer", "--types", "age=float"],
        2,
        &["\"age\" twice", "category"],
    );
    fails(at, &["fit", "t.csv", "--delimiter", "::"], 2, &["one ASCII character"]);
    fails(at, &["fit", "t.csv", "--batch", "91"], 1, &["training.batch = 91", "90 training rows"]);
    for (flag, value) in [
        ("--latent", "0"),
        ("--held-out", "0.9"),
        ("--beta", "-1"),
        ("--learning-rate", "2"),
        ("--threads", "0"),
    ] {
        fails(at, &["fit", "t.csv", &format!("{flag}={value}")], 2, &[value.trim_start_matches('-')]);
    }
    fails(at, &["fit", "t.csv", "--steps", "5", "--epochs", "1"], 2, &["--steps", "--epochs"]);
    fails(at, &["fit", "t.csv", "--stepz", "5"], 2, &["--steps"]);
    fails(at, &["learn"], 2, &["learn"]);
    fs::write(at.join("c.toml"), "[model]\nlatnet = 3\n").unwrap();
    fails(at, &["fit", "t.csv", "--config", "c.toml"], 1, &["c.toml", "model.latnet", "'model.latent'"]);
    fs::write(at.join("c.toml"), "[model\n").unwrap();
    fails(at, &["fit", "t.csv", "--config", "c.toml"], 1, &["c.toml", "does not parse"]);
    fails(at, &["fit", "t.csv", "--config", "none.toml"], 1, &["none.toml", "No such file"]);
    for rows in ["0", "-1", "x", "99999999999999999999"] {
        fails(fitted(), &["sample", "run", &format!("--rows={rows}")], 2, &[rows]);
    }
    fails(
        fitted(),
        &["sample", "run", "-n", "2", "--offset", "18446744073709551615"],
        1,
        &["row numbers end"],
    );
    fails(fitted(), &["score", "run", "t.csv", "--samples", "0"], 2, &["--samples"]);
}

#[test]
fn conditions_that_no_row_can_meet() {
    for (condition, code, words) in [
        ("age", 2, ["\"age\" is no condition", "sex=Female,age>40"]),
        ("age>40,", 2, ["\"age>40,\"", "a column is missing"]),
        ("city=\"Oslo", 2, ["--where", "a quote is not closed"]),
        ("agee>40", 1, ["no column \"agee\"", "did you mean \"age\""]),
        ("city>Oslo", 1, ["\"city\"", "kind category"]),
        ("age>old", 1, ["\"old\" is not a whole number", "\"age\""]),
        ("joined>1.2.2020", 1, ["\"1.2.2020\" is not a day", "2024-12-31"]),
        ("city=Olso", 1, ["\"Olso\" is none of the 3 levels", "\"Oslo\""]),
        ("age>200", 1, ["no row can meet age>200", "from 18 to 77"]),
        ("age>40,member=yes,age<30", 1, ["age>40, age<30", "exclude each other"]),
        ("age=", 1, ["no row can meet age=", "\"age\" was missing"]),
    ] {
        let directory = TempDir::new().unwrap();
        fs::write(directory.path().join("old.csv"), "precious").unwrap();
        let run = fitted().join("run").display().to_string();
        let arguments = ["sample", &run, "-n", "5", "-o", "old.csv", "--where", condition];
        fails(directory.path(), &arguments, code, &words);
    }
}

/// A sequence begins at 1000, which only drawing shows.
#[test]
fn conditions_that_hardly_any_row_meets() {
    let words = ["too few rows meet id<1007: 7 of 2000384 drawn rows", "1 in 100000", "loosen"];
    fails(fitted(), &["sample", "run", "-n", "50", "-o", "rows.csv", "--where", "id<1007"], 1, &words);
}

#[test]
fn outputs_that_cannot_be_written() {
    let directory = with_table(100);
    let at = directory.path();
    fs::create_dir(at.join("taken")).unwrap();
    fs::write(at.join("taken/model.safetensors"), "precious").unwrap();
    fails(at, &small_fit(&["--steps", "2", "--out", "taken"]), 1, &["taken", "exists already", "--force"]);
    fails(at, &small_fit(&["--steps", "2", "--out", "t.csv/run"]), 1, &["t.csv/run"]);
    // What cannot be fitted does not cost the run that stands there, even by force.
    fails(at, &["fit", "none.csv", "--out", "taken", "--force"], 1, &["none.csv"]);
    let run = fitted().join("run").display().to_string();
    fs::write(at.join("old.csv"), "precious").unwrap();
    for verb in [["sample", &run].as_slice(), &["score", &run, "t.csv", "--samples=1"]] {
        let to = |file| [verb, &["-o", file]].concat();
        fails(at, &to("t.csv/rows.csv"), 1, &["t.csv/rows.csv"]);
        fails(at, &to("no/such/rows.csv"), 1, &["no/such/rows.csv"]);
        fails(at, &to("rows.xlsx"), 1, &["rows.xlsx", ".parquet"]);
        fails(at, &to("taken"), 1, &["taken"]);
        fails(at, &[&to("rows.csv")[..], &["--format", "parquet"]].concat(), 2, &["rows.csv", "--format"]);
        #[cfg(target_os = "linux")]
        fails(at, &[&to("/dev/full")[..], &["--format", "csv"]].concat(), 1, &["/dev/full", "No space left"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_a_failure() {
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in
        [["sample", "run"].as_slice(), &["inspect", "run"], &["score", "run", "t.csv", "--samples=1"]]
    {
        let mut command = std::process::Command::new(crate::common::PROGRAM);
        let output = command.current_dir(fitted()).args(arguments).stdout(full()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("No space left"), "{stderr}");
    }
}

/// Scores `text` with the model of the usual table, which is to fail with these words.
fn cannot_score(text: &str, words: &[&str]) {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("s.csv"), text).unwrap();
    fs::write(directory.path().join("old.csv"), "precious").unwrap();
    let run = fitted().join("run").display().to_string();
    fails(directory.path(), &["score", &run, "s.csv", "-o", "old.csv"], 1, &[&["s.csv"], words].concat());
}

#[test]
fn rows_that_the_model_cannot_have() {
    cannot_score(&with_cell(9, 5, "Paris"), &["row 9", "\"city\"", "\"Paris\""]);
    cannot_score(&with_cell(9, 1, "NA"), &["row 9", "\"age\"", "missing"]);
    cannot_score(&with_cell(9, 1, "old"), &["row 9", "\"age\"", "\"old\""]);
    cannot_score(&table(20).replace("city", "town"), &["missing columns: city"]);
    let more: String = table(20).lines().map(|line| format!("{line},x\n")).collect();
    cannot_score(&more, &["does not know: x"]);
    cannot_score("", &["empty"]);
}

#[test]
fn files_that_are_no_model() {
    let directory = with_table(60);
    let at = directory.path();
    let good = fs::read(fitted().join("run/model.safetensors")).unwrap();
    let refused = |bytes: &[u8], words: &[&str]| {
        fs::write(at.join("m.safetensors"), bytes).unwrap();
        for verb in [["sample", "m.safetensors"].as_slice(), &["inspect", "m.safetensors"]] {
            fails(at, verb, 1, &[&["m.safetensors"], words].concat());
        }
        fails(at, &["score", "m.safetensors", "t.csv"], 1, &[&["m.safetensors"], words].concat());
    };
    refused(b"", &["not a gausswork model"]);
    refused(table(60).as_bytes(), &["not a gausswork model"]);
    refused(&good[..good.len() / 2], &["damaged"]);
    refused(&good[..good.len() - 1], &["damaged"]);
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    refused(&flipped, &["damaged or altered", "checksum"]);
    let tampered = replace(&good, b"Oslo", b"Osla");
    refused(&tampered, &["damaged or altered", "checksum"]);
    refused(&replace(&good, b"\\\"format\\\":1", b"\\\"format\\\":9"), &["newer"]);
    let foreign =
        b"\x36\0\0\0\0\0\0\0{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}\0\0\0\0";
    refused(foreign, &["not a gausswork model", "metadata"]);
    fails(at, &["sample", "nothing"], 1, &["nothing", "No such file"]);
}

/// The bytes with the first `from` replaced by `to`, of the same length.
fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_missing_file_is_told_by_every_verb() {
    let at: &Path = fitted();
    fails(at, &["score", "run", "none.csv"], 1, &["none.csv", "no such file"]);
    fails(at, &["score", "none", "t.csv"], 1, &["none"]);
    fails(at, &["inspect", "none"], 1, &["none"]);
}
