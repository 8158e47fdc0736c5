//! Fits a model to a table and writes as many synthetic rows: `cargo run --release --example fit_and_sample -- data/penguins.csv`.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use gausswork::data::table::{Conditions, TableWriter};
use gausswork::run::{Config, Event, Existing, Observer, Run, SampleRequest, fit, sample};

/// Prints each validation.
struct Validations;

impl Observer for Validations {
    fn observe(&mut self, event: &Event<'_>) {
        if let Event::Validated { progress, figures } = event {
            for (name, value) in figures.iter().filter(|(name, _)| *name == "held_out_elbo") {
                println!("step {:5}: {name} {value:.3} nats per row", progress.step);
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data: PathBuf = std::env::args().nth(1).unwrap_or_else(|| "data/penguins.csv".into()).into();
    let run = Run { data, directory: "runs/example".into(), existing: Existing::Replace, threads: 2 };
    let never = AtomicBool::new(false);
    let finished = fit(&run, Config::default(), &never, &mut Validations)?;
    for (name, value) in &finished.figures {
        println!("{name}: {value:.3}");
    }

    let schema = &finished.model.card.codec.schema;
    let mut writer = TableWriter::create("runs/example/synthetic.csv", schema)?;
    let request = SampleRequest {
        rows: schema.rows,
        offset: 0,
        seed: 1,
        threads: 2,
        conditions: Conditions::default(),
    };
    sample(&finished.model, &request, &mut |batch| Ok(writer.write(batch)?), &mut ())?;
    writer.finish()?;
    println!("wrote {} rows to runs/example/synthetic.csv", schema.rows);
    Ok(())
}
