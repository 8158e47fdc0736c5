//! Tests of configurations.

use super::*;

#[test]
fn defaults_survive_toml() {
    let config = Config::default();
    assert_eq!(Config::from_toml(&config.to_toml()), Ok(config));
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest() {
    let error = Config::from_toml("[training]\nlearning_rate = 0.1").map_err(|e| e.to_string());
    assert_eq!(
        error,
        Err("unknown configuration key 'training.learning_rate'; did you mean 'training.learning-rate'?"
            .into())
    );
    assert!(Config::from_toml("sed = 3").is_err_and(|e| e.to_string().contains("'seed'")));
}

#[test]
fn absurd_values_are_refused() {
    for text in [
        "[model]\nlatent = 0",
        "[model]\nwidth = 1000000000",
        "[training]\nlearning-rate = -1.0",
        "[training]\nlearning-rate = nan",
        "[training]\nheld-out = 0.9",
        "[training]\nbatch = 0",
        "[objective]\nbeta = -0.5",
        "seed = -1",
        "seed = 'x'",
    ] {
        assert!(Config::from_toml(text).is_err(), "{text}");
    }
}

#[test]
fn a_batch_beyond_the_rows_is_refused_only_when_asked_for() {
    assert!(Config::default().resolved(60, 5, Of::Rows).is_ok());
    let mut config = Config::default();
    config.training.batch = Some(61);
    assert_eq!(config.resolved(60, 5, Of::Rows), Err(ConfigError::BatchTooLarge { batch: 61, rows: 60 }));
}
