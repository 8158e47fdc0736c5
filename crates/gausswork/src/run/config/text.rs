//! A configuration as TOML.

use super::{Config, ConfigError, Kind, Of};
use crate::data::table::edit_distance;
use crate::gan::Layers;

impl Config {
    /// Reads a configuration from TOML; keys that are not given keep their defaults.
    ///
    /// # Errors
    /// Unknown keys, with the nearest known one; values of the wrong type or out of range.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| ConfigError::Syntax(e.to_string()))?;
        let known = serde_json::to_value(Self::with_every_table()).unwrap_or_default();
        refuse_unknown(&table, &known, "")?;
        let config: Self = toml::from_str(text).map_err(|e| ConfigError::Syntax(e.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// The configuration as TOML.
    ///
    /// Sections of another kind of model, and of a generator of what the data are not, are left out where they say nothing but
    /// defaults.
    pub fn to_toml(&self, of: Of) -> String {
        let mut table = toml::Table::try_from(self).unwrap_or_default();
        let defaults = toml::Table::try_from(Self::default()).unwrap_or_default();
        const OF_VAE: &[&[&str]] = &[&["images"], &["model"], &["objective"], &["prior"]];
        const OF_IMAGES: &[&[&str]] =
            &[&["gan", "labels"], &["gan", "generator", "images"], &["gan", "discriminator", "images"]];
        const NOT_OF_IMAGES: &[&[&str]] = &[
            &["gan", "generator", "rows"],
            &["gan", "generator", "points"],
            &["gan", "generator", "width"],
            &["gan", "discriminator", "width"],
            &["gan", "discriminator", "blocks"],
            &["gan", "discriminator", "layers"],
            &["gan", "discriminator", "activation"],
            &["gan", "discriminator", "dropout"],
        ];
        let others: [&[&[&str]]; 3] = match (self.kind, of) {
            (Kind::Vae, Of::Images) => [&[&["model"], &["objective"], &["prior"]], &[&["gan"]], &[]],
            (Kind::Vae, _) => [&[&["images"]], &[&["gan"]], &[]],
            (Kind::Gan, Of::Images) => [OF_VAE, NOT_OF_IMAGES, &[]],
            (Kind::Gan, Of::Rows) => [OF_VAE, OF_IMAGES, &[&["gan", "generator", "points"]]],
            (Kind::Gan, Of::Points) => [OF_VAE, OF_IMAGES, &[&["gan", "generator", "rows"]]],
        };
        others.iter().copied().flatten().for_each(|section| remove_default(&mut table, &defaults, section));
        toml::to_string_pretty(&table).unwrap_or_default()
    }

    /// A configuration with every table that there can be: its keys are those that are known.
    pub(super) fn with_every_table() -> Self {
        let mut all = Self::default();
        all.gan.penalty = Some(all.gan.penalty());
        all.gan.discriminator.layers = Layers::Maxout { pieces: 1 };
        all
    }
}

/// Removes a section, named by its path, that is as in `defaults`.
fn remove_default(table: &mut toml::Table, defaults: &toml::Table, path: &[&str]) {
    match path {
        [] => {}
        [section] if table.get(*section) == defaults.get(*section) => _ = table.remove(*section),
        [section, below @ ..] => {
            let defaults = defaults.get(*section).and_then(toml::Value::as_table);
            let table = table.get_mut(*section).and_then(toml::Value::as_table_mut);
            if let Some((table, defaults)) = table.zip(defaults) {
                remove_default(table, defaults, below);
            }
        }
    }
}

/// Refuses keys of `table` that `known` lacks; a map with free keys is empty in `known`.
fn refuse_unknown(table: &toml::Table, known: &serde_json::Value, path: &str) -> Result<(), ConfigError> {
    let Some(known) = known.as_object() else { return Ok(()) };
    for (key, value) in table {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let Some(below) = known.get(key) else {
            let nearest = known
                .keys()
                .map(|candidate| (edit_distance(key, candidate), candidate))
                .min()
                .filter(|&(distance, candidate)| distance <= candidate.len().max(key.len()) / 2)
                .map(
                    |(_, candidate)| {
                        if path.is_empty() { candidate.clone() } else { format!("{path}.{candidate}") }
                    },
                );
            return Err(ConfigError::UnknownKey { key: full, nearest });
        };
        if let (toml::Value::Table(table), Some(map)) = (value, below.as_object())
            && !map.is_empty()
        {
            refuse_unknown(table, below, &full)?;
        }
    }
    Ok(())
}
