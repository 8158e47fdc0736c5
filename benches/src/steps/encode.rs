//! A table as the default model sees it, in files that a peer can read: so that both train the same network on the same rows.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use gausswork::data::table::{ReadOptions, Resolution, TableCodec, read};
use gausswork::layout::{Place, Span};
use gausswork::noise::Noise;
use gausswork::vae::{Vae, VaeConfig};
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// The table.
    table: PathBuf,
    /// Folder to write `layout.json`, `codes.u16`, `scores.f32` and `cells.f32` to, little-endian, row-major.
    out: PathBuf,
}

pub(crate) fn run(args: &EncodeArgs) -> anyhow::Result<()> {
    let table = read(&args.table, &ReadOptions::default())?;
    let rows: Vec<u32> = (0..u32::try_from(table.batch.num_rows())?).collect();
    let codec = TableCodec::fit(&table, &rows, Resolution::Fine)?;
    let features = codec.encode(&table.batch)?;
    let layout = codec.layout();
    let vae = Vae::new(VaeConfig::default(), layout.clone(), &Noise::new(0));
    fs::create_dir_all(&args.out)?;
    let write = |name: &str, bytes: Vec<u8>| {
        let path = args.out.join(name);
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    write("codes.u16", features.codes.iter().flat_map(|code| code.to_le_bytes()).collect())?;
    write("scores.f32", features.scores.iter().flat_map(|score| score.to_le_bytes()).collect())?;
    write("cells.f32", features.cells.iter().flat_map(|cell| cell.to_le_bytes()).collect())?;
    let groups: Vec<Value> = vae
        .decoder
        .groups
        .iter()
        .map(|group| {
            let given = group.given.as_ref();
            json!({
                "spans": group.spans,
                "simplexes": group.simplexes,
                "levels": group.head.output,
                "bias": vae.params.get(group.head.bias),
                "given": given.map(|given| json!({ "parent": given.parent, "base": given.base })),
            })
        })
        .collect();
    let description = json!({
        "rows": features.rows,
        "spans": layout.spans.iter().map(span).collect::<Vec<_>>(),
        "groups": groups,
        "units": vae.decoder.units,
        "config": vae.config,
        "parameters": vae.params.values().len(),
    });
    write("layout.json", serde_json::to_vec(&description)?)
}

/// A span; `places` of a real span are the ends of its interval by code, equal where the code is an atom.
fn span(span: &Span) -> Value {
    match span {
        Span::Simplex(simplex) => json!({ "levels": simplex.levels }),
        Span::Real(real) => {
            let places = real.places.iter().map(|place| match *place {
                Place::Point(score) => [score, score],
                Place::Interval(low, high) => [low, high],
            });
            let grid = real.support == gausswork::layout::Support::Grid;
            json!({ "places": places.collect::<Vec<_>>(), "grid": grid })
        }
    }
}
