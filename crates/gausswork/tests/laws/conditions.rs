//! What a generator that is told conditions must obey; each a flaw met in other programs.

use burn::tensor::Device;
use gausswork::fused::Relaxation;
use gausswork::gan::{
    Data, Field, Gan, GanConfig, GanLearner, GanSampler, Generator, GeneratorConfig, RowsConfig,
};
use gausswork::layout::{Coded, Drawn, Given, Layout};
use gausswork::learner::Learner;
use gausswork::nn::AdamConfig;
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;

use super::support::{SEEDS, host, matrix, normals};
use super::tables::{Encoded, binned, discrete, imbalanced, mixed, two_digits};

/// A small game on a table, of whose rows a share has conditions.
fn gan(table: &Encoded, conditions: f64, seed: u64) -> Gan {
    let rows = RowsConfig { hidden: 16, embedding: 4, conditions, ..RowsConfig::default() };
    let generator = GeneratorConfig { latent: Some(4), width: 32, rows, ..GeneratorConfig::default() };
    let config = GanConfig { generator, ..GanConfig::default() };
    Gan::new(config, table.layout.clone(), Field::Rows, &Noise::new(seed))
}

fn learner(table: &Encoded, conditions: f64, steps: u64, seed: u64) -> GanLearner<'_> {
    let rows = table.features.rows as u32;
    let split = [(0..rows).collect(), Vec::new()];
    let adam = AdamConfig { beta1: 0.0, average: Some(0.98), ..AdamConfig::default() };
    let gan = gan(table, conditions, seed);
    let data = Data::Rows(&table.features);
    GanLearner::new(gan, data, split, [128, 2], steps, adam, Noise::new(seed), Device::flex())
}

/// The generator of a finished game, with its averaged weights.
fn played(table: &Encoded, conditions: f64, steps: u64, seed: u64) -> Gan {
    let mut learner = learner(table, conditions, steps, seed);
    let threads = Threads::new(2).unwrap();
    (0..steps).for_each(|step| drop(learner.step(step, 1e-3, &threads).unwrap()));
    learner.keep();
    let best = learner.best().to_vec();
    let mut gan = learner.gan;
    gan.generator_params.values_mut().copy_from_slice(&best);
    gan
}

/// Every value of every column of a layout that consists of choices alone and is in `columns`.
fn values(table: &Encoded, columns: &[usize]) -> Vec<Coded> {
    let features = &table.features;
    let of_column = |column: usize| {
        let simplexes: Vec<usize> = (table.layout.simplexes().enumerate())
            .filter(|(_, (_, simplex))| simplex.column == column)
            .map(|(number, _)| number)
            .collect();
        let count = table.layout.simplexes().count();
        let code = |row: usize, s: &usize| features.codes[row * count + s];
        let row = |row: usize| Coded { column, codes: simplexes.iter().map(|s| code(row, s)).collect() };
        let mut all: Vec<Coded> = (0..features.rows).map(row).collect();
        all.sort_by(|a, b| a.codes.cmp(&b.codes));
        all.dedup();
        all
    };
    columns.iter().flat_map(|&column| of_column(column)).collect()
}

/// Whether each row of a block has a value.
fn have(layout: &Layout, drawn: &Drawn, value: &Coded) -> bool {
    let count = layout.simplexes().count();
    let numbers = layout.simplexes().enumerate().filter(|(_, (_, simplex))| simplex.column == value.column);
    numbers
        .zip(&value.codes)
        .all(|((s, _), &code)| drawn.codes.iter().skip(s).step_by(count).all(|&c| c == code))
}

/// Conditions hold for every column that has values instead of intervals, first, last, alone, of two digits, and for each of its
/// values; and so does what was learned, since before training they are obeyed as well.
#[test]
fn a_condition_on_any_discrete_column_is_honoured() {
    let tables = [
        (mixed(), vec![0]),
        (discrete(), vec![0, 1, 2]),
        (binned(), vec![0]),
        (two_digits(), vec![0, 1]),
        (imbalanced(), vec![1, 2]),
    ];
    for (table, columns) in tables {
        let gan = gan(&table, 0.5, 1);
        for value in values(&table, &columns).into_iter().step_by(if columns.len() > 1 { 7 } else { 1 }) {
            let sampler = GanSampler::given(&gan, value.clone()).unwrap();
            let drawn = sampler.block(&Noise::new(4), 2);
            assert!(have(&table.layout, &drawn, &value), "{value:?}");
            assert_eq!(drawn.codes.len(), 512 * table.layout.simplexes().count());
        }
        // A column with intervals, one that is not there, a value that is not there.
        let missing = Coded { column: 77, codes: vec![0] };
        let beyond = Coded { column: columns[0], codes: vec![u16::MAX; 2] };
        let intervals = table.layout.reals().map(|(_, real)| Coded { column: real.column, codes: vec![0] });
        for wrong in intervals.chain([missing, beyond]) {
            assert!(GanSampler::given(&gan, wrong).is_none());
        }
        // A generator that was not trained under conditions is not told any.
        let plain = self::gan(&table, 0.0, 1);
        assert!(values(&table, &columns).into_iter().all(|value| GanSampler::given(&plain, value).is_none()));
    }
}

/// Shares of the codes of a simplex in blocks of a sample.
fn shares(sampler: &GanSampler, [simplex, simplexes, levels]: [usize; 3], seed: u64) -> Vec<f64> {
    let mut counts = vec![0.0; levels];
    for block in 0..BLOCKS {
        let drawn = sampler.block(&Noise::new(seed), block);
        drawn
            .codes
            .iter()
            .skip(simplex)
            .step_by(simplexes)
            .for_each(|&code| counts[usize::from(code)] += 1.0);
    }
    let n: f64 = counts.iter().sum();
    counts.into_iter().map(|count| count / n).collect()
}

const BLOCKS: u64 = 16;
/// Number among three choices, and codes, of two columns of [`imbalanced`]: that of 1,900, 80 and 20 rows, and the last.
const KIND: [usize; 3] = [1, 3, 3];
const ANSWER: [usize; 3] = [2, 3, 2];

/// After a game half of whose rows had conditions, samples without a condition have the frequencies of the data, and not those of
/// their logarithms; samples with one have the rest of the row as the data have it given the value, before it and after it.
#[test]
fn samples_have_the_frequencies_of_the_data_and_conditional_ones_those_given_the_value() {
    let table = imbalanced();
    let codes = &table.features.codes;
    let rows = table.features.rows as f64;
    let count =
        |wanted: &dyn Fn(&[u16]) -> bool| codes.chunks_exact(3).filter(|row| wanted(row)).count() as f64;
    let real: Vec<f64> = (0..3).map(|kind| count(&|row| row[1] == kind) / rows).collect();
    let logs: Vec<f64> = (0..3).map(|kind| (count(&|row| row[1] == kind) + 1.0).ln()).collect();
    let total: f64 = logs.iter().sum();
    for seed in SEEDS {
        let gan = played(&table, 0.5, 800, seed);
        let n = (BLOCKS * 512) as f64;
        // A share of a sample and of the table it was learned from: both have an error.
        let error = |p: f64, n: f64, of: f64| (p * (1.0 - p) * (1.0 / n + 1.0 / of)).sqrt();
        for ((found, &real), log) in
            shares(&GanSampler::new(&gan), KIND, seed).into_iter().zip(&real).zip(&logs)
        {
            assert!((found - real).abs() < 5.0 * error(real, n, rows), "seed {seed}: {found} {real}");
            assert!((found - real).abs() < 0.1 * (log / total - real).abs(), "seed {seed}: {found} {real}");
        }
        let given =
            |column: usize, code: u16| GanSampler::given(&gan, Coded { column, codes: vec![code] }).unwrap();
        for kind in 0..2_u16 {
            let of = count(&|row| row[1] == kind);
            let p = count(&|row| row[1] == kind && row[2] == 1) / of;
            let found = shares(&given(1, kind), ANSWER, seed)[1];
            assert!((found - p).abs() < 5.0 * error(p, n, of), "seed {seed}, kind {kind}: {found} {p}");
        }
        for answer in 0..2_u16 {
            let of = count(&|row| row[2] == answer);
            let p = count(&|row| row[2] == answer && row[1] == 0) / of;
            let found = shares(&given(2, answer), KIND, seed)[0];
            assert!((found - p).abs() < 5.0 * error(p, n, of), "seed {seed}, answer {answer}: {found} {p}");
        }
    }
}

/// A row under a condition is the same whoever is drawn with it, under whatever condition, and blocks come again bit for bit.
#[test]
fn a_conditional_row_does_not_depend_on_those_drawn_with_it() {
    let table = imbalanced();
    let gan = played(&table, 0.5, 20, 1);
    let Generator::Rows(generator) = &gan.generator else { panic!("a generator of rows") };
    let leaves = gan.generator_params.constants(&Device::flex());
    let (rows, width) = (24, generator.noise_width());
    let z = normals(3, rows * 4);
    let mut gumbels = vec![0.0; rows * width];
    Noise::new(5).fill_gumbel(Stream::Test, 9, &mut gumbels);
    let span = table.layout.simplexes().map(|(t, _)| t).nth(KIND[0]).unwrap();
    let told = |row: usize| {
        (row % 4 < 3).then_some(Given { row, span, code: (row % 4) as u16, score: 0.0 }).into_iter()
    };
    let generate = |z: &[f32], gumbels: &[f32], told: &[Given]| {
        let z = matrix(z, [z.len() / 4, 4]);
        generator.generate(&leaves, z, (Relaxation::Gumbel, 1.0), gumbels, [&[], told])
    };
    let all: Vec<Given> = (0..rows).flat_map(told).collect();
    let together = generate(&z, &gumbels, &all);
    for row in 0..rows {
        let alone: Vec<Given> = told(row).map(|cell| Given { row: 0, ..cell }).collect();
        let alone = generate(&z[row * 4..row * 4 + 4], &gumbels[row * width..(row + 1) * width], &alone);
        for (all, one) in together.codes.iter().zip(&alone.codes) {
            let [_, levels] = one.dims();
            assert_eq!(host(&one.clone()), host(all)[row * levels..(row + 1) * levels], "row {row}");
        }
        for (all, one) in together.scores.iter().zip(&alone.scores) {
            let (all, one) = (host(all)[row], host(one)[0]);
            // The same sums, perhaps in another order, of at most 48 terms in each of a dozen layers.
            assert!((all - one).abs() < 1e-4 * (1.0 + one.abs()), "row {row}: {all} {one}");
        }
    }
    let given = |code| GanSampler::given(&gan, Coded { column: 1, codes: vec![code] }).unwrap();
    let block = given(2).block(&Noise::new(2), 3);
    let again: Vec<Drawn> = [2, 3].map(|block| given(2).block(&Noise::new(2), block)).into();
    assert_eq!(block, again[1]);
    // Samples under different conditions are drawn from numbers of their own.
    let other = given(1).block(&Noise::new(2), 3);
    assert_ne!(block.scores, other.scores);
}

/// Conditions come from addressed noise: a game with them is the same at any number of threads, and another with another seed.
#[test]
fn conditions_are_seeded() {
    let table = imbalanced();
    let run = |threads, seed| {
        let mut learner = learner(&table, 0.5, 12, seed);
        let threads = Threads::new(threads).unwrap();
        let mut figures = Vec::new();
        for step in 0..12 {
            figures.extend(learner.step(step, 1e-3, &threads).unwrap());
        }
        figures.extend(learner.validate(&threads).figures);
        let figures: Vec<u64> = figures.into_iter().map(|(_, figure)| figure.to_bits()).collect();
        let weights =
            learner.gan.generator_params.values().iter().chain(learner.gan.discriminator_params.values());
        (figures, weights.map(|w| w.to_bits()).collect::<Vec<u32>>())
    };
    let first = run(1, 1);
    assert_eq!(first, run(2, 1));
    assert_ne!(first, run(2, 2));
}

/// A game without conditions has no weights for them, and one with them starts from the same others; what a file of before said of
/// a game still reads, as one without.
#[test]
fn without_conditions_nothing_is_there() {
    let table = imbalanced();
    let (with, without) = (gan(&table, 0.5, 3), gan(&table, 0.0, 3));
    let of_both = without.generator_params.values();
    assert_eq!(&with.generator_params.values()[..of_both.len()], of_both);
    assert_eq!(with.generator_params.values().len(), of_both.len() + (3 + 2) * 32);
    assert_eq!(with.seen_width(), without.seen_width() + 2);
    // Vectors of conditions start at zero: without training, a condition changes its own cell and no earlier one.
    assert!(with.generator_params.values()[of_both.len()..].iter().all(|&w| w == 0.0));
    let before: RowsConfig = serde_json::from_str(r#"{"blocks": 2, "warm-start": 0.25}"#).unwrap();
    assert_eq!(before.conditions, 0.0);
    for wrong in [-0.1, 1.0, f64::NAN] {
        let mut config = with.config.clone();
        config.generator.rows.conditions = wrong;
        let told = config.check().unwrap_err().to_string();
        assert!(told.contains("gan.generator.rows.conditions"), "{told}");
    }
}

/// `log p(x|z, c)` leaves out the cell that is known: with vectors of conditions at zero, that is all a condition changes.
#[test]
fn the_likelihood_under_a_condition_is_that_of_the_other_cells() {
    let table = imbalanced();
    let gan = gan(&table, 0.5, 3);
    let Generator::Rows(generator) = &gan.generator else { panic!("a generator of rows") };
    let leaves = gan.generator_params.constants(&Device::flex());
    let rows: Vec<u32> = (0..40).collect();
    let x = gan.real(Data::Rows(&table.features), &rows, &Device::flex());
    let z = || matrix(&normals(3, 40 * 4), [40, 4]);
    let all = host(&generator.log_probs(&leaves, &gan.view, z(), &x, &[]));
    let spans: Vec<usize> = table.layout.simplexes().map(|(t, _)| t).collect();
    let cell = |row: usize, s: usize| Given {
        row,
        span: spans[s],
        code: table.features.codes[row * 3 + s],
        score: 0.0,
    };
    // Rows in turn have a condition on one column, on the other, on none.
    let told: Vec<Given> = (0..40)
        .flat_map(|row| [1, 2].into_iter().filter(move |s| row % 3 == s - 1).map(move |s| (row, s)))
        .map(|(row, s)| cell(row, s))
        .collect();
    let some = host(&generator.log_probs(&leaves, &gan.view, z(), &x, &told));
    let every: Vec<Given> = (0..40).flat_map(|row| [cell(row, 1), cell(row, 2)]).collect();
    let none = host(&generator.log_probs(&leaves, &gan.view, z(), &x, &every));
    for row in 0..40 {
        // A log-probability is never above 0: leaving one out cannot lower the sum.
        match row % 3 {
            2 => assert_eq!(some[row], all[row]),
            _ => assert!(
                all[row] < some[row] && some[row] < none[row],
                "{row}: {} {} {}",
                all[row],
                some[row],
                none[row]
            ),
        }
    }
    // The two cells contribute one at a time what they do together.
    let only = |s: usize| {
        let told: Vec<Given> = (0..40).map(|row| cell(row, s)).collect();
        host(&generator.log_probs(&leaves, &gan.view, z(), &x, &told))
    };
    for ((all, none), (first, second)) in all.iter().zip(&none).zip(only(1).iter().zip(&only(2))) {
        let apart = (first - all) + (second - all);
        assert!((none - all - apart).abs() < 1e-4 * (1.0 + all.abs()), "{} {apart}", none - all);
    }
}
