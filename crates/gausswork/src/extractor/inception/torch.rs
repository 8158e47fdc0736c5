//! The file that PyTorch keeps a dictionary of tensors in: a zip archive, or before version 1.6 pickles with the numbers behind them.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use super::pickle;
use super::value::{Storage, Value};
use super::weights::{Weights, WeightsError, singles};

/// The number that older files begin with, as a pickle has it.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// Bytes of a description, at most.
const MOST_DESCRIBED: u64 = 1 << 22;

/// The tensors of single precision in a file, by name.
///
/// # Errors
/// What is not understood, or does not fit together; nothing of the file is run.
pub(super) fn state_dict(bytes: &[u8]) -> Result<Weights, WeightsError> {
    if bytes.starts_with(b"PK") { zipped(bytes) } else { plain(bytes) }.map_err(WeightsError::Format)
}

fn zipped(bytes: &[u8]) -> Result<Weights, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let description = archive.file_names().find(|name| name.ends_with("/data.pkl")).map(str::to_owned);
    let description = description.ok_or("an archive without data.pkl")?;
    let folder = description.trim_end_matches("data.pkl").to_owned();
    let mut member = |name: &str, most: u64| {
        let mut file = archive.by_name(name).map_err(|e| format!("{name}: {e}"))?;
        if file.size() > most {
            return Err(format!("{name} has {} bytes, of {most} that are expected", file.size()));
        }
        let mut content = Vec::with_capacity(file.size() as usize);
        file.by_ref().take(most).read_to_end(&mut content).map_err(|e| format!("{name}: {e}"))?;
        Ok(content)
    };
    let described = member(&description, MOST_DESCRIBED)?;
    let (value, _) = pickle::read(&described)?;
    let mut numbers = HashMap::new();
    for storage in storages(&value) {
        if !numbers.contains_key(&storage.key) {
            let most = 4_u64.saturating_mul(storage.numbers as u64);
            numbers.insert(
                storage.key.clone(),
                singles(&member(&format!("{folder}data/{}", storage.key), most)?),
            );
        }
    }
    tensors(&value, &numbers)
}

fn plain(bytes: &[u8]) -> Result<Weights, String> {
    let at = bytes.windows(MAGIC.len()).take(16).position(|window| window == MAGIC);
    at.ok_or("neither a zip archive nor a file of PyTorch's older format")?;
    let (_, rest) = pickle::read(bytes)?;
    let (version, rest) = pickle::read(rest)?;
    if version != Value::Integer(1001) {
        return Err("a file of PyTorch of an unknown version".to_owned());
    }
    let (_, rest) = pickle::read(rest)?;
    let (value, rest) = pickle::read(rest)?;
    let (keys, mut rest) = pickle::read(rest)?;
    let Value::Row(keys, _) = keys else { return Err("no list of numbers".to_owned()) };
    let known: HashMap<String, Storage> =
        every_storage(&value).map(|storage| (storage.key.clone(), storage.clone())).collect();
    let mut numbers = HashMap::new();
    for key in keys {
        let Value::Text(key) = &*key else { return Err("numbers without a key".to_owned()) };
        let storage = known.get(key).ok_or("numbers that belong to no tensor")?;
        let cut = || "the numbers are cut short".to_owned();
        let (count, behind) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        if u64::from_le_bytes(*count) != storage.numbers as u64 {
            return Err(format!(
                "{} numbers where {} are described",
                u64::from_le_bytes(*count),
                storage.numbers
            ));
        }
        let each = if storage.singles { 4 } else { 8 };
        let length = storage.numbers.checked_mul(each).ok_or_else(cut)?;
        let (own, behind) = behind.split_at_checked(length).ok_or_else(cut)?;
        if storage.singles {
            numbers.insert(key.clone(), singles(own));
        }
        rest = behind;
    }
    tensors(&value, &numbers)
}

/// The storages of the tensors of a dictionary.
fn every_storage(value: &Value) -> impl Iterator<Item = &Storage> {
    let entries = match value {
        Value::Dictionary(entries, _) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter_map(|[_, value]| match &**value {
        Value::Tensor(tensor) => Some(&tensor.storage),
        _ => None,
    })
}

/// Those of single precision.
fn storages(value: &Value) -> impl Iterator<Item = &Storage> {
    every_storage(value).filter(|storage| storage.singles)
}

/// The tensors of a dictionary, from the numbers of their storages.
fn tensors(value: &Value, numbers: &HashMap<String, Vec<f32>>) -> Result<Weights, String> {
    let Value::Dictionary(entries, _) = value else { return Err("it holds no dictionary".to_owned()) };
    let mut weights = Weights::default();
    for [name, value] in entries {
        let (Value::Text(name), Value::Tensor(tensor)) = (&**name, &**value) else {
            return Err("it holds something else than tensors by name".to_owned());
        };
        if tensor.storage.singles {
            let length: usize = tensor.shape.iter().product();
            let found = numbers.get(&tensor.storage.key);
            let own = found.and_then(|all| all.get(tensor.offset..tensor.offset + length));
            let own = own.ok_or_else(|| format!("the numbers of '{name}' are cut short"))?;
            weights.add(name.clone(), tensor.shape.clone(), own.to_vec());
        }
    }
    Ok(weights)
}
