//! A configuration as TOML.

use super::{Config, ConfigError, Kind};

impl Config {
    /// Reads a configuration from TOML; keys that are not given keep their defaults.
    ///
    /// # Errors
    /// Unknown keys, with the nearest known one; values of the wrong type or out of range.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| ConfigError::Syntax(e.to_string()))?;
        let known = serde_json::to_value(Self::default()).unwrap_or_default();
        refuse_unknown(&table, &known, "")?;
        let config: Self = toml::from_str(text).map_err(|e| ConfigError::Syntax(e.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// The configuration as TOML.
    ///
    /// Sections of the other kind of model are left out where they say nothing but defaults.
    pub fn to_toml(&self) -> String {
        let mut table = toml::Table::try_from(self).unwrap_or_default();
        let defaults = toml::Table::try_from(Self::default()).unwrap_or_default();
        let others: &[&str] = match self.kind {
            Kind::Vae => &["gan"],
            Kind::Gan => &["model", "objective", "prior"],
        };
        for &section in others {
            if table.get(section) == defaults.get(section) {
                table.remove(section);
            }
        }
        toml::to_string_pretty(&table).unwrap_or_default()
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
                .map(|candidate| (crate::data::table::edit_distance(key, candidate), candidate))
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
