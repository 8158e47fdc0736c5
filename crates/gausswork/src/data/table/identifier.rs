//! Columns that say nothing about their row, made anew: identifiers, constants and free text.
//!
//! Of a training column only an outline is kept: where a sequence starts and its step, the range of a
//! number, which classes of characters stand where. No training value is stored, apart from a
//! constant, so none is copied; one may still come out by chance where few values are possible (and a
//! sequence starts where the data's did, by intent). What all values have in common, as the `C` of
//! `C00123`, is kept as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray, StringDictionaryBuilder};
use arrow::datatypes::{Int32Type, Int64Type};
use serde::{Deserialize, Serialize};

use super::permutation::Permutation;
use super::shape::is_uuid;
use super::template::Template;

/// The random numbers of a row: `noise(row, slot)`, uniform over 32 bits.
pub type RowNoise<'a> = dyn Fn(u64, u32) -> u32 + 'a;

/// The slot that decides whether the cell is missing.
const SLOT_MISSING: u32 = 0;
/// The slot that decides which template is used.
const SLOT_TEMPLATE: u32 = 1;
/// The first slot of a cell's own characters.
const SLOT_TEXT: u32 = 2;
/// The row whose noise keys the permutations: no table is that long.
const KEY_ROW: u64 = u64::MAX;

/// More templates than this are not a shape.
const TEMPLATES: usize = 64;

/// How to make the cells of an identifier, constant or text column.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct IdentifierModel {
    /// The share of missing cells.
    missing: f64,
    maker: Maker,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "kebab-case")]
enum Maker {
    /// Every cell is missing.
    Nothing,
    Constant {
        text: String,
    },
    /// `start + step * row`.
    Sequence {
        affixes: Affixes,
        start: i64,
        step: i64,
    },
    /// Different numbers of a range, in no order.
    Numbers {
        affixes: Affixes,
        low: i64,
        high: i64,
    },
    Uuid {
        upper: bool,
    },
    /// Templates and how often each was seen.
    Shapes {
        templates: Vec<(Template, u64)>,
    },
    /// How many words texts have, and how long words are: counts by number.
    Words {
        words: BTreeMap<u16, u64>,
        letters: BTreeMap<u16, u64>,
    },
}

/// What stands around a number.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Default, Debug)]
struct Affixes {
    /// Whether the column is of text; otherwise nothing stands around the number.
    text: bool,
    before: String,
    after: String,
    /// Zeros fill the number up to this many digits.
    width: u8,
}

impl Affixes {
    fn spell(&self, number: i64) -> String {
        let sign = if number < 0 { "-" } else { "" };
        let width = usize::from(self.width.min(20));
        format!("{}{sign}{:0width$}{}", self.before, number.unsigned_abs(), self.after)
    }
}

impl IdentifierModel {
    /// Learns the outline of a canonical column of kind identifier, constant or text.
    #[must_use]
    pub fn fit(column: &dyn Array) -> Self {
        let rows = column.len().max(1);
        #[allow(clippy::cast_precision_loss, reason = "a share")]
        let missing = column.logical_null_count() as f64 / rows as f64;
        let maker = if let Some(values) = column.as_primitive_opt::<Int64Type>() {
            let values: Vec<Option<i64>> = values.iter().collect();
            fit_numbers(&values, Affixes::default())
        } else if let Some(dictionary) = column.as_dictionary_opt::<Int32Type>() {
            let texts = dictionary.downcast_dict::<StringArray>();
            texts.map_or(Maker::Nothing, |texts| fit_text(&texts.into_iter().collect::<Vec<_>>()))
        } else {
            Maker::Nothing
        };
        Self { missing, maker }
    }

    /// The text that every cell which is not missing holds, where it is one.
    #[must_use]
    pub fn constant(&self) -> Option<&str> {
        match &self.maker {
            Maker::Constant { text } => Some(text),
            _ => None,
        }
    }

    /// Whether a cell may be missing.
    #[must_use]
    pub fn can_be_missing(&self) -> bool {
        self.missing > 0.0 || matches!(self.maker, Maker::Nothing)
    }

    /// The canonical cells of rows `first_row .. first_row + rows`. A row's cell depends on the row's
    /// number and the noise alone, however the rows are shared out. Cells of different rows differ
    /// wherever there are enough possible values.
    #[must_use]
    pub fn generate(&self, first_row: u64, rows: usize, noise: &RowNoise<'_>) -> ArrayRef {
        let numbers = (first_row..).take(rows);
        let keys = [0, 1, 2, 3].map(|slot| noise(KEY_ROW, slot));
        let is_missing = |row: u64| f64::from(noise(row, SLOT_MISSING)) < self.missing * 4_294_967_296.0;
        match &self.maker {
            Maker::Sequence { affixes, .. } | Maker::Numbers { affixes, .. } if !affixes.text => {
                let cell = |row| (!is_missing(row)).then(|| self.number(row, keys)).flatten();
                Arc::new(numbers.map(cell).collect::<Int64Array>())
            }
            _ => {
                let mut cells = StringDictionaryBuilder::<Int32Type>::new();
                for row in numbers {
                    match (!is_missing(row)).then(|| self.text(row, keys, noise)).flatten() {
                        // The dictionary's key type is exhausted only beyond two thousand million values.
                        Some(text) => {
                            if cells.append(text).is_err() {
                                cells.append_null();
                            }
                        }
                        None => cells.append_null(),
                    }
                }
                Arc::new(cells.finish())
            }
        }
    }

    /// The number of a row.
    fn number(&self, row: u64, keys: [u32; 4]) -> Option<i64> {
        let row_step = |start: i64, step: i64| start.wrapping_add(step.wrapping_mul(row.cast_signed()));
        match &self.maker {
            Maker::Sequence { start, step, .. } => Some(row_step(*start, *step)),
            Maker::Numbers { low, high, .. } => {
                let size = high.checked_sub(*low).map_or(u64::MAX, i64::cast_unsigned).saturating_add(1);
                // Rows beyond the range go on behind it.
                let at = if row < size { Permutation::new(size, keys).of(row) } else { row };
                Some(low.wrapping_add(at.cast_signed()))
            }
            _ => None,
        }
    }

    /// The text of a row.
    fn text(&self, row: u64, keys: [u32; 4], noise: &RowNoise<'_>) -> Option<String> {
        match &self.maker {
            Maker::Nothing => None,
            Maker::Constant { text } => Some(text.clone()),
            Maker::Sequence { affixes, .. } | Maker::Numbers { affixes, .. } => {
                self.number(row, keys).map(|number| affixes.spell(number))
            }
            Maker::Uuid { upper } => Some(uuid(row, *upper, noise)),
            Maker::Shapes { templates } => {
                let drawn = draw(
                    templates.iter().map(|(template, count)| (template, *count)),
                    noise(row, SLOT_TEMPLATE),
                )?;
                // Where the drawn template is exhausted, the one with most values takes over.
                let largest =
                    templates.iter().map(|(template, _)| template).max_by_key(|template| template.size())?;
                let template = if row < drawn.size() { drawn } else { largest };
                let size = template.size();
                let row_in_size = if row < size { row } else { row % size };
                Some(template.spell(Permutation::new(size, keys).of(row_in_size)))
            }
            Maker::Words { words, letters } => Some(phrase(row, words, letters, noise)),
        }
    }
}

/// One of the weighted things, by a uniform number.
fn draw<T>(weighted: impl Iterator<Item = (T, u64)> + Clone, uniform: u32) -> Option<T> {
    let total: u128 = weighted.clone().map(|(_, weight)| u128::from(weight)).sum();
    let mut left = (total * u128::from(uniform)) >> 32;
    for (thing, weight) in weighted {
        if left < u128::from(weight) {
            return Some(thing);
        }
        left -= u128::from(weight);
    }
    None
}

/// A random UUID (version 4).
fn uuid(row: u64, upper: bool, noise: &RowNoise<'_>) -> String {
    let mut value =
        (0..4).fold(0u128, |value, slot| (value << 32) | u128::from(noise(row, SLOT_TEXT + slot)));
    value = (value & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let digits = if upper { format!("{value:032X}") } else { format!("{value:032x}") };
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Words of random letters, as many and as long as the data's.
fn phrase(
    row: u64,
    words: &BTreeMap<u16, u64>,
    letters: &BTreeMap<u16, u64>,
    noise: &RowNoise<'_>,
) -> String {
    let mut slot = SLOT_TEXT;
    let mut next = || {
        slot += 1;
        noise(row, slot)
    };
    let count = draw(words.iter().map(|(&count, &weight)| (count, weight)), next()).unwrap_or(1);
    let mut text = String::new();
    for word in 0..count {
        if word > 0 {
            text.push(' ');
        }
        for _ in 0..draw(letters.iter().map(|(&count, &weight)| (count, weight)), next()).unwrap_or(1) {
            let letter = (u64::from(next()) * 26) >> 32;
            text.push(char::from(b'a' + u8::try_from(letter).unwrap_or(0)));
        }
    }
    text
}

fn fit_numbers(values: &[Option<i64>], affixes: Affixes) -> Maker {
    let present: Vec<i64> = values.iter().flatten().copied().collect();
    let (Some(&first), Some(&low), Some(&high)) =
        (present.first(), present.iter().min(), present.iter().max())
    else {
        return Maker::Nothing;
    };
    // A missing cell takes its place in a sequence.
    let known: Vec<(i64, i64)> =
        (0i64..).zip(values).filter_map(|(row, value)| Some((row, (*value)?))).collect();
    let step = match known.as_slice() {
        [(row, value), (next_row, next_value), ..] => {
            next_value.checked_sub(*value).and_then(|gap| gap.checked_div(next_row - row)).unwrap_or(0)
        }
        _ => 1,
    };
    let start = known.first().and_then(|(row, value)| value.checked_sub(step.checked_mul(*row)?));
    let steady = |start: i64| {
        let at = |row: i64| start.checked_add(step.checked_mul(row)?);
        step != 0 && known.iter().all(|(row, value)| at(*row) == Some(*value))
    };
    match start {
        Some(start) if steady(start) => Maker::Sequence { affixes, start, step },
        _ if low == high => Maker::Sequence { affixes, start: first, step: 1 },
        _ => Maker::Numbers { affixes, low, high },
    }
}

fn fit_text(values: &[Option<&str>]) -> Maker {
    let present: Vec<&str> = values.iter().flatten().copied().collect();
    let Some(&first) = present.first() else {
        return Maker::Nothing;
    };
    if present.iter().all(|text| *text == first) {
        return Maker::Constant { text: first.to_owned() };
    }
    if present.iter().all(|text| is_uuid(text.as_bytes())) {
        let upper = present.iter().any(|text| text.bytes().any(|byte| byte.is_ascii_uppercase()));
        return Maker::Uuid { upper };
    }
    if let Some(maker) = fit_affixed(values, &present) {
        return maker;
    }
    let mut templates: BTreeMap<Vec<u8>, Vec<&str>> = BTreeMap::new();
    let is_code = |text: &&str| text.is_ascii() && text.len() <= 64 && !text.contains(' ');
    if present.iter().all(is_code) {
        for text in &present {
            templates.entry(Template::outline(text)).or_default().push(text);
        }
        if templates.len() > TEMPLATES || templates.len() * 4 > present.len() {
            // Letters and digits in any place: one template per length.
            templates.clear();
            for text in &present {
                templates.entry(vec![u8::try_from(text.len()).unwrap_or(u8::MAX)]).or_default().push(text);
            }
        }
        if templates.len() <= TEMPLATES {
            let templates =
                templates.values().map(|texts| (Template::fit(texts), texts.len() as u64)).collect();
            return Maker::Shapes { templates };
        }
    }
    let mut words: BTreeMap<u16, u64> = BTreeMap::new();
    let mut letters: BTreeMap<u16, u64> = BTreeMap::new();
    let count = |map: &mut BTreeMap<u16, u64>, number: usize, most: u16| {
        let number = u16::try_from(number).unwrap_or(most).clamp(1, most);
        *map.entry(number).or_default() += 1;
    };
    for text in &present {
        count(&mut words, text.split_whitespace().count(), 1_000);
        text.split_whitespace().for_each(|word| count(&mut letters, word.chars().count(), 50));
    }
    Maker::Words { words, letters }
}

/// Numbers between texts that are the same in every row: `C00123`.
fn fit_affixed(values: &[Option<&str>], present: &[&str]) -> Option<Maker> {
    let first = present.first()?;
    let start = first.find(|letter: char| letter.is_ascii_digit())?;
    let length = first.get(start..)?.bytes().take_while(u8::is_ascii_digit).count();
    let (before, after) = (first.get(..start)?, first.get(start + length..)?);
    let digits = |text: &'_ str| -> Option<(usize, i64)> {
        let digits = text.strip_prefix(before)?.strip_suffix(after)?;
        let number =
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
        Some((digits.len(), number))
    };
    let all: Vec<(usize, i64)> = present.iter().map(|text| digits(text)).collect::<Option<_>>()?;
    let (shortest, longest) = (all.iter().map(|pair| pair.0).min()?, all.iter().map(|pair| pair.0).max()?);
    let padded = present.iter().any(|text| text.get(start..).is_some_and(|rest| rest.starts_with('0')));
    if padded && shortest != longest {
        return None;
    }
    let width = if padded { u8::try_from(shortest).ok()? } else { 0 };
    let affixes = Affixes { text: true, before: before.to_owned(), after: after.to_owned(), width };
    let numbers: Vec<Option<i64>> = values.iter().map(|text| digits((*text)?).map(|pair| pair.1)).collect();
    Some(fit_numbers(&numbers, affixes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashSet;

    use arrow::array::DictionaryArray;

    use super::*;

    fn noise(row: u64, slot: u32) -> u32 {
        let mixed = (row ^ (u64::from(slot) << 40)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        u32::try_from(mixed >> 32).unwrap()
    }

    fn texts(array: &ArrayRef) -> Vec<Option<String>> {
        let dictionary = array.as_dictionary::<Int32Type>();
        let texts = dictionary.downcast_dict::<StringArray>().unwrap();
        texts.into_iter().map(|text| text.map(str::to_owned)).collect()
    }

    fn fit(values: &[&str]) -> IdentifierModel {
        let array: DictionaryArray<Int32Type> = values.iter().copied().collect();
        let model = IdentifierModel::fit(&array);
        let json = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<IdentifierModel>(&json).unwrap(), model);
        model
    }

    fn make(values: &[&str], rows: usize) -> Vec<String> {
        let model = fit(values);
        let whole = texts(&model.generate(0, rows, &noise));
        // Rows do not depend on how they are shared out.
        let half = rows / 2;
        let mut parts = texts(&model.generate(0, half, &noise));
        parts.extend(texts(&model.generate(half as u64, rows - half, &noise)));
        assert_eq!(whole, parts);
        whole.into_iter().flatten().collect()
    }

    fn all_different(made: &[String]) -> bool {
        made.iter().collect::<HashSet<_>>().len() == made.len()
    }

    #[test]
    fn sequences_go_on() {
        let numbers: Int64Array = [Some(10), Some(12), None, Some(16)].into_iter().collect();
        let model = IdentifierModel::fit(&numbers);
        let made = model.generate(3, 2, &|_, _| u32::MAX);
        assert_eq!(made.as_primitive::<Int64Type>().values().as_ref(), [16, 18]);
        let made = make(&["C0001", "C0002", "C0003"], 12_000);
        assert_eq!(made[11_999], "C12000");
        assert_eq!(made[9], "C0010");
    }

    #[test]
    fn numbers_out_of_order_are_all_different() {
        let numbers: Int64Array = [5, 100, 17, 3].into_iter().map(Some).collect();
        let made = IdentifierModel::fit(&numbers).generate(0, 500, &noise);
        let made: HashSet<i64> = made.as_primitive::<Int64Type>().values().iter().copied().collect();
        assert_eq!(made.len(), 500);
        assert!(made.iter().all(|value| *value >= 3));
        assert!(all_different(&make(&["X-77-a", "X-12-a", "X-50-a"], 300)));
    }

    #[test]
    fn shapes_are_kept_and_different() {
        let made = make(&["AB-12x", "CD-77y", "AQ-03z", "ZZ-99a"], 2_000);
        assert!(all_different(&made));
        for text in &made {
            let bytes = text.as_bytes();
            assert!(bytes[0].is_ascii_uppercase() && bytes[2] == b'-' && bytes[3].is_ascii_digit(), "{text}");
        }
        let made = make(&["3f2a", "99bc", "0e1d", "aabb", "1234", "f00d", "c0de", "beef"], 1_000);
        assert!(all_different(&made) && made.iter().all(|text| text.len() == 4));
        // One digit has ten values; the longer shape takes over.
        assert!(all_different(&make(&["A1a", "B2b", "C3c", "D4d", "A10a", "B77q", "A12w", "X99e"], 5_000)));
    }

    #[test]
    fn uuids_are_valid() {
        let made =
            make(&["123E4567-E89B-12D3-A456-426614174000", "00000000-0000-4000-8000-000000000000"], 100);
        assert!(all_different(&made));
        for text in made {
            assert!(
                is_uuid(text.as_bytes())
                    && text.as_bytes()[14] == b'4'
                    && b"89AB".contains(&text.as_bytes()[19])
            );
        }
    }

    #[test]
    fn texts_are_made_of_nothing_known() {
        let values = ["the quick brown fox", "jumps over", "the lazy dog and sleeps"];
        for text in make(&values, 100) {
            assert!((2..=5).contains(&text.split(' ').count()), "{text}");
            assert!(!values.contains(&text.as_str()));
        }
    }

    #[test]
    fn constants_and_missing_shares() {
        assert!(make(&["x", "x"], 10).iter().all(|text| text == "x"));
        let array: DictionaryArray<Int32Type> = vec![Some("x"), None, Some("x"), None].into_iter().collect();
        let made = IdentifierModel::fit(&array).generate(0, 10_000, &noise);
        let share = made.logical_null_count();
        assert!((4_700..5_300).contains(&share), "{share}");
        let array: DictionaryArray<Int32Type> = vec![None::<&str>, None].into_iter().collect();
        assert_eq!(IdentifierModel::fit(&array).generate(0, 3, &noise).logical_null_count(), 3);
    }
}
