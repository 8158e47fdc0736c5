//! The Arrow types that a column may have, and their names in JSON.

use arrow::datatypes::DataType;
use serde::{Deserialize, Deserializer, Serializer};

/// Whether cells of this type are read and written.
pub(super) fn is_supported(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(key, value) => {
            key.is_dictionary_key_type()
                && is_supported(value)
                && !matches!(**value, DataType::Dictionary(..))
        }
        data_type => {
            is_text(data_type)
                || data_type.is_integer()
                || data_type.is_floating()
                || is_decimal(data_type)
                || matches!(
                    data_type,
                    DataType::Null
                        | DataType::Boolean
                        | DataType::Date32
                        | DataType::Date64
                        | DataType::Timestamp(..)
                )
        }
    }
}

/// Whether cells of this type are strings.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// Whether cells of this type are decimals.
pub(super) fn is_decimal(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..)
    )
}

/// Writes the type by its Arrow name.
pub(super) fn serialize<S: Serializer>(value: &Option<DataType>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(data_type) => serializer.serialize_some(&data_type.to_string()),
        None => serializer.serialize_none(),
    }
}

/// Reads a type by its Arrow name; only the supported ones are types.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DataType>, D::Error> {
    let Some(name) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let unknown = || serde::de::Error::custom(format!("\"{name:.100}\" is not the Arrow type of a cell"));
    // The parser is recursive: a name that nests deeper than any supported type is not handed to it.
    if name.len() > 200 || name.matches('(').count() > 4 {
        return Err(unknown());
    }
    let data_type: DataType = name.parse().map_err(|_| unknown())?;
    if is_supported(&data_type) { Ok(Some(data_type)) } else { Err(unknown()) }
}
