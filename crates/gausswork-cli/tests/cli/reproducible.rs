//! Same seed, same bytes: on any number of threads, in any portion, interrupted or not.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{PROGRAM, SMALL, fails, fitted, small_fit, succeeds, table, with_table};

fn model(run: &Path) -> Vec<u8> {
    fs::read(run.join("model.safetensors")).unwrap()
}

#[test]
fn threads_change_nothing() {
    let directory = with_table(300);
    let at = directory.path();
    for (out, threads) in [("one", "1"), ("two", "2"), ("again", "2")] {
        succeeds(at, &small_fit(&["--steps", "30", "--seed", "5", "--out", out, "--threads", threads]));
    }
    assert_eq!(model(&at.join("one")), model(&at.join("two")));
    assert_eq!(model(&at.join("two")), model(&at.join("again")));
    succeeds(at, &small_fit(&["--steps", "30", "--seed", "6", "--out", "other"]));
    assert_ne!(model(&at.join("one")), model(&at.join("other")));

    let rows = |threads| succeeds(at, &["sample", "one", "-n", "3000", "--threads", threads]).0;
    assert_eq!(rows("1"), rows("2"));
    let scores = |threads| succeeds(at, &["score", "one", "t.csv", "--samples", "3", "--threads", threads]).0;
    assert_eq!(scores("1"), scores("2"));
    let seeded = |seed| succeeds(at, &["sample", "one", "-n", "10", "--seed", seed]).0;
    assert_ne!(seeded("1"), seeded("2"));
    // The rows that a fit leaves behind are those that its model draws.
    let first = succeeds(at, &["sample", "one", "-n", "1000"]).0;
    assert_eq!(fs::read_to_string(at.join("one/sample.csv")).unwrap(), first);
}

#[test]
fn rows_do_not_depend_on_the_offset() {
    let all = succeeds(fitted(), &["sample", "run", "-n", "1300"]).0;
    let some = succeeds(fitted(), &["sample", "run", "-n", "600", "--offset", "700"]).0;
    let all: Vec<&str> = all.lines().skip(1).collect();
    let some: Vec<&str> = some.lines().skip(1).collect();
    assert_eq!(all[700..1300], some);
}

/// Starts a fit of `t.csv` whose signals do what they do by default, whoever runs the tests.
fn start(at: &Path, out: &str) -> Child {
    Command::new("env")
        .args(["--default-signal=INT,TERM,HUP", PROGRAM, "fit", "t.csv", "--config", "c.toml", "--out", out])
        .args(SMALL)
        .current_dir(at)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until a run has its first checkpoint.
fn await_checkpoint(run: &Path) {
    let start = Instant::now();
    while !run.join("checkpoint.safetensors").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_run_resumes_bit_for_bit() {
    let directory = with_table(300);
    let at = directory.path();
    let config = "[training]\nsteps = 240\ncheckpoint-every = 10\nvalidate-every = 40\npatience = 100\n";
    fs::write(at.join("c.toml"), config).unwrap();
    assert!(start(at, "whole").wait().unwrap().success());
    let whole = model(&at.join("whole"));

    let mut killed = start(at, "killed");
    await_checkpoint(&at.join("killed"));
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!at.join("killed/model.safetensors").exists());
    let unfinished = ["sample", "killed", "-n", "1"];
    fails(at, &unfinished, 1, &["holds no model", "fit --resume killed"]);

    // What differs is refused, and leaves the checkpoint as it was.
    fails(at, &["fit", "--resume", "killed", "--steps", "241"], 1, &["killed", "the configuration differs"]);
    fs::write(at.join("other.csv"), table(299)).unwrap();
    fails(at, &["fit", "--resume", "killed", "other.csv"], 1, &["other.csv is not the table"]);
    fails(at, &["fit", "--resume", "killed", "--out", "x"], 2, &["--out", "--resume"]);

    let same = [&["fit", "--resume", "killed", "--config", "c.toml"], SMALL].concat();
    succeeds(at, &same);
    assert!(model(&at.join("killed")) == whole, "resumed after a kill, the model differs");
    fails(at, &["fit", "--resume", "killed"], 1, &["the run is finished"]);
    fails(at, &["fit", "--resume", "nowhere"], 1, &["nowhere", "no checkpoint"]);

    for signal in ["INT", "TERM"] {
        let stopped = start(at, signal);
        await_checkpoint(&at.join(signal));
        let sent = Command::new("kill").args(["-s", signal, &stopped.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = stopped.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{stderr}");
        assert!(stderr.contains("finishing with the best model so far"), "{stderr}");
        assert!(stderr.contains(&format!("gausswork fit --resume {signal}")), "{stderr}");
        // It has a model that works, and goes on as if nothing had been.
        succeeds(at, &["sample", signal, "-n", "1"]);
        succeeds(at, &["fit", "--resume", signal, "--threads", "1"]);
        assert!(model(&at.join(signal)) == whole, "resumed after {signal}, the model differs");
    }
}
