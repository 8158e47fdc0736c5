//! Small tables, written as CSV and read back, with the models that the laws are checked on.

use std::collections::BTreeMap;

use gausswork::data::table::numeric::NumericCodec;
use gausswork::data::table::{ColumnCodec, Kind, ReadOptions, Resolution, TableCodec, read};
use gausswork::layout::{Features, Layout};
use gausswork::noise::{Noise, Stream};
use gausswork::vae::{Columns, Vae, VaeConfig};

/// A table as a model sees it.
pub(crate) struct Encoded {
    pub(crate) codec: TableCodec,
    pub(crate) layout: Layout,
    pub(crate) features: Features,
}

/// Reads a CSV text and encodes all its rows.
fn encode(csv: &str, types: &[(&str, Kind)]) -> Encoded {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, csv).unwrap();
    let types: BTreeMap<String, Kind> = types.iter().map(|&(name, kind)| (name.to_owned(), kind)).collect();
    let table = read(&path, &ReadOptions { types, ..ReadOptions::default() }).unwrap();
    let rows: Vec<u32> = (0..table.batch.num_rows() as u32).collect();
    let codec = TableCodec::fit(&table, &rows, Resolution::Fine).unwrap();
    let features = codec.encode(&table.batch).unwrap();
    // What the network says is tested without the cells drawn by rote, which have a test of their own.
    let mut layout = codec.layout();
    layout.ends.clear();
    Encoded { layout, features, codec }
}

fn word(row: usize, column: u32) -> usize {
    (Noise::new(99).word(Stream::Test, row as u64, column) >> 33) as usize
}

fn unit(row: usize, column: u32) -> f64 {
    (word(row, column) as f64 + 0.5) / (1u64 << 31) as f64
}

/// A category, an integer with a spike and bins, a real number, and a number with missing values.
pub(crate) fn mixed() -> Encoded {
    let mut csv = "colour,age,weight,income\n".to_owned();
    for row in 0..400 {
        let colour = ["blue", "green", "red"][word(row, 0) % 3];
        let age = if row % 4 == 0 { 0 } else { 20 + word(row, 1) % 300 };
        let weight = (unit(row, 2) * 3.0).exp() * std::f64::consts::PI;
        let income =
            if row % 7 == 0 { String::new() } else { format!("{:.2}", unit(row, 3).powi(3) * 900.0) };
        csv += &format!("{colour},{age},{weight:e},{income}\n");
    }
    encode(&csv, &[("colour", Kind::Category), ("weight", Kind::Float)])
}

/// Three columns of few values, one of them with missing cells: 3 · 2 · (3 + 1) rows in all.
pub(crate) fn discrete() -> Encoded {
    let mut csv = "colour,flag,size\n".to_owned();
    for row in 0..120 {
        let size = ["1", "2", "5", ""][word(row, 2) % 4];
        csv += &format!(
            "{},{},{size}\n",
            ["blue", "green", "red"][word(row, 0) % 3],
            word(row, 1).is_multiple_of(2)
        );
    }
    encode(&csv, &[("colour", Kind::Category), ("flag", Kind::Boolean), ("size", Kind::Integer)])
}

/// A category and an integer with a spike at 0 and bins above it.
pub(crate) fn binned() -> Encoded {
    let mut csv = "flag,age\n".to_owned();
    for row in 0..600 {
        let age = if row % 5 == 0 { 0 } else { 10 + (unit(row, 1) * unit(row, 2) * 400.0) as usize };
        csv += &format!("{},{age}\n", word(row, 0).is_multiple_of(2));
    }
    encode(&csv, &[("flag", Kind::Boolean), ("age", Kind::Integer)])
}

/// A real number, a category of 1,900, 80 and 20 rows, and an answer that is "yes" in most rows of the first and few of the others; the
/// number is lower where the category is the first.
pub(crate) fn imbalanced() -> Encoded {
    let mut csv = "weight,kind,answer\n".to_owned();
    for row in 0..2000 {
        let (kind, yes, low) = match row * 1117 % 2000 {
            0..1900 => ("common", 0.8, 0.0),
            1900..1980 => ("rare", 0.2, 1.0),
            _ => ("rarest", 0.1, 2.0),
        };
        let answer = if unit(row, 1) < yes { "yes" } else { "no" };
        csv += &format!("{:e},{kind},{answer}\n", low + unit(row, 2) * std::f64::consts::PI);
    }
    encode(&csv, &[("weight", Kind::Float), ("kind", Kind::Category), ("answer", Kind::Boolean)])
}

/// A category of 300 levels, written with two digits.
pub(crate) fn two_digits() -> Encoded {
    let mut csv = "place,flag\n".to_owned();
    for row in 0..1200 {
        csv += &format!("p{:03},{}\n", row % 300, word(row, 1).is_multiple_of(2));
    }
    encode(&csv, &[("place", Kind::Category), ("flag", Kind::Boolean)])
}

impl Encoded {
    /// A model whose weights are random and whose outputs depend strongly on the latent and on the row: what the
    /// heads start with is enlarged.
    pub(crate) fn model(&self, latent: usize, columns: Columns, seed: u64) -> Vae {
        let config =
            VaeConfig { latent, width: 24, blocks: 1, hidden: Some(12), embedding: Some(6), columns };
        let mut vae = Vae::new(config, self.layout.clone(), &Noise::new(seed));
        let heads: Vec<_> = vae
            .params
            .entries()
            .iter()
            .filter(|entry| {
                let head = entry.name.starts_with("decoder.head") || entry.name.starts_with("decoder.real");
                head && entry.name.ends_with("weight")
            })
            .map(|entry| entry.offset..entry.offset + entry.len())
            .collect();
        for range in heads {
            vae.params.values_mut()[range].iter_mut().for_each(|w| *w *= 10.0);
        }
        if let Some(skip) = vae.params.entries().iter().find(|entry| entry.name == "decoder.skip") {
            // Earlier scores to later ones: above the diagonal.
            let (offset, reals) = (skip.offset, skip.shape[0]);
            for i in 0..reals * reals {
                if i / reals < i % reals {
                    vae.params.values_mut()[offset + i] = 0.3;
                }
            }
        }
        vae
    }

    /// The codec of a numeric column.
    pub(crate) fn numeric(&self, column: usize) -> &NumericCodec {
        match &self.codec.columns[column] {
            ColumnCodec::Numeric { codec, .. } => codec,
            _ => panic!("column {column} is not numeric"),
        }
    }
}

/// Every combination of codes of a layout without real spans.
pub(crate) fn every_row(layout: &Layout) -> Features {
    let levels: Vec<usize> = layout.simplexes().map(|(_, simplex)| simplex.levels).collect();
    assert_eq!(levels.len(), layout.spans.len(), "all spans are discrete");
    let rows: usize = levels.iter().product();
    let mut codes = Vec::new();
    for row in 0..rows {
        let mut rest = row;
        for &levels in &levels {
            codes.push((rest % levels) as u16);
            rest /= levels;
        }
    }
    Features { rows, codes, ..Features::default() }
}

/// `log p(x | z)` of each row and unit, `[rows, units]`, all rows given the same `z`.
pub(crate) fn described(vae: &Vae, features: &Features, z: &[f32]) -> Vec<f64> {
    log_probs(vae, features, &(0..features.rows).collect::<Vec<_>>(), &z.repeat(features.rows))
}

/// `log p(x_i | z_i)` by unit, for `rows` of `features` and as many latents.
pub(crate) fn log_probs(vae: &Vae, features: &Features, rows: &[usize], z: &[f32]) -> Vec<f64> {
    let device = burn::tensor::Device::flex();
    let leaves = vae.params.leaves(&device);
    let batch = vae.gather(features, rows.iter().copied(), &device);
    let context = vae.decoder.context(&leaves, vae.embed(&leaves, &batch));
    let z = super::support::matrix(z, [rows.len(), vae.config.latent]);
    super::support::host(&vae.decoder.describe(&leaves, z, context, &batch).log_probs)
}

/// Sums over units: `log p(x | z)` of each row.
pub(crate) fn by_row(vae: &Vae, log_probs: &[f64]) -> Vec<f64> {
    log_probs.chunks(vae.decoder.units.len()).map(|row| row.iter().sum()).collect()
}
