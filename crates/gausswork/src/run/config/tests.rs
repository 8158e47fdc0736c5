//! Tests of configurations.

use super::*;

#[test]
fn defaults_survive_toml() {
    let config = Config::default();
    for of in [Of::Rows, Of::Points] {
        assert_eq!(Config::from_toml(&config.to_toml(of)), Ok(config.clone()));
    }
}

#[test]
fn a_configuration_says_nothing_of_what_there_is_not() {
    let mut config = Config { kind: Kind::Gan, ..Config::default() };
    let has = |config: &Config, of, section: &str| {
        let text = config.to_toml(of);
        assert_eq!(Config::from_toml(&text).as_ref(), Ok(config));
        text.contains(&format!("[{section}]"))
    };
    let (rows, points) = ("gan.generator.rows", "gan.generator.points");
    assert!(has(&config, Of::Rows, rows) && !has(&config, Of::Rows, points));
    assert!(has(&config, Of::Points, points) && !has(&config, Of::Points, rows));
    assert!(!has(&config, Of::Rows, "model") && !has(&config, Of::Points, "prior"));
    // What was set is told, though it does nothing here.
    config.gan.generator.points.layers = 5;
    config.model.latent = 3;
    assert!(has(&config, Of::Rows, points) && has(&config, Of::Rows, "model"));
    config.kind = Kind::Vae;
    assert!(has(&config, Of::Rows, points) && has(&config, Of::Rows, "model"));
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
    // Also in tables that the defaults do not have, or that are one of several things.
    for (text, key, nearest) in [
        ("[gan.penalty]\nwieght = 1.0", "gan.penalty.wieght", "gan.penalty.weight"),
        ("gan = { penalty = { Kind = 'r1' } }", "gan.penalty.Kind", "gan.penalty.kind"),
        (
            "gan.discriminator.layers.maxut.pieces = 2",
            "gan.discriminator.layers.maxut",
            "gan.discriminator.layers.maxout",
        ),
        (
            "gan.discriminator.layers.maxout.peices = 2",
            "gan.discriminator.layers.maxout.peices",
            "gan.discriminator.layers.maxout.pieces",
        ),
    ] {
        let (key, nearest) = (key.to_owned(), Some(nearest.to_owned()));
        assert_eq!(Config::from_toml(text), Err(ConfigError::UnknownKey { key, nearest }), "{text}");
    }
}

/// Paths of the settings below `value` that are open, as in `gan.penalty`.
fn open(value: &serde_json::Value, path: &str) -> Vec<String> {
    match value {
        serde_json::Value::Null => vec![path.to_owned()],
        serde_json::Value::Object(map) => {
            let below = |(key, value)| open(value, format!("{path}.{key}").trim_start_matches('.'));
            map.iter().flat_map(below).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn no_table_of_known_keys_is_left_open() {
    let open = open(&serde_json::to_value(Config::with_every_table()).unwrap(), "");
    assert!(open.contains(&"training.steps".to_owned()), "{open:?}");
    for path in open {
        // A table that is read there at all would refuse the key by its own rule.
        let told = Config::from_toml(&format!("{path} = {{ zzz = 1 }}")).unwrap_err().to_string();
        assert!(!told.contains("unknown field"), "{path} is a table: {told}");
    }
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
        "[training]\ndecay = 'linear'",
        "[gan.generator.points]\ncoordinates = 'polar'",
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

#[test]
fn the_rate_decays_unless_told_not_to() {
    let rate = |text: &str| {
        let config = Config::from_toml(text).unwrap();
        config.train_config().schedule.rate(999)
    };
    assert!(rate("training = { steps = 1000, learning-rate = 0.01 }") < 1e-7);
    assert_eq!(rate("training = { steps = 1000, learning-rate = 0.01, decay = 'never' }"), 0.01);
}
