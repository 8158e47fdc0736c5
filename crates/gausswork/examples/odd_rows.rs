//! Finds the rows that a model thinks least likely, and the cell that makes each odd:
//! `cargo run --release --example odd_rows -- runs/adult data/adult_test.csv.gz`.

use std::path::Path;

use gausswork::artifact::Model;
use gausswork::data::table::ReadOptions;
use gausswork::run::{RowScore, ScoreError, ScoreRequest, score};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(model), Some(data)) = (arguments.next(), arguments.next()) else {
        return Err("usage: odd_rows MODEL DATA".into());
    };
    let model = Model::load(Path::new(&model))?;
    let request = ScoreRequest { samples: 10, seed: 0, threads: 2 };
    let mut scores: Vec<RowScore> = Vec::new();
    score::<ScoreError>(
        &model,
        Path::new(&data),
        &ReadOptions::default(),
        &request,
        &mut |rows| {
            scores.extend_from_slice(rows);
            Ok(())
        },
        &mut (),
    )?;

    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].importance_weighted.total_cmp(&scores[b].importance_weighted));
    let columns = &model.card.codec.schema.columns;
    for &row in order.iter().take(10) {
        let score = &scores[row];
        let odd = (0..columns.len()).min_by(|&a, &b| score.columns[a].total_cmp(&score.columns[b]));
        let name = odd.map_or("", |column| columns[column].name.as_str());
        println!("row {}: {:.1} nats, least likely cell: {name}", row + 1, score.importance_weighted);
    }
    Ok(())
}
