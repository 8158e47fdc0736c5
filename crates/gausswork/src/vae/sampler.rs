//! Drawing rows from a [`Vae`], one span after the other, on the host.
//!
//! Training computes all spans at once from the true row; sampling cannot. What a chosen code contributes to all
//! later spans is a product of two weights, computed once per model, so that a step of the recursion is the
//! addition of one row of a table instead of a matrix product.
//!
//! Rows are computed in aligned blocks of [`BLOCK`], always whole, so that a row's bytes do not depend on
//! where a sample starts, how it is cut, or how many threads share it.

use gausswork_kernels::multiply_add;

use super::batch::simplexes_before_reals;
use super::model::Vae;
use super::prior::Prior;
use crate::dist::truncated_logistic_quantile;
use crate::layout::{End, Place, Span};

use crate::noise::{Noise, Stream};

/// Rows per block.
pub const BLOCK: u64 = 512;

/// A row-major matrix.
#[derive(Debug, Clone)]
struct Matrix {
    values: Vec<f32>,
    columns: usize,
}

impl Matrix {
    fn new(values: Vec<f32>, columns: usize) -> Self {
        Self { values, columns }
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }
}

/// `y = x W + b`.
#[derive(Debug, Clone)]
struct Affine {
    weight: Matrix,
    bias: Vec<f32>,
}

impl Affine {
    fn new(weight: &[f32], bias: &[f32]) -> Self {
        Self { weight: Matrix::new(weight.to_vec(), bias.len()), bias: bias.to_vec() }
    }

    /// Rows of `y` from rows of `x`; `y` is overwritten.
    fn apply(&self, x: &[f32], y: &mut Vec<f32>) {
        let inner = self.weight.values.len() / self.bias.len();
        let rows = x.len() / inner;
        y.clear();
        (0..rows).for_each(|_| y.extend_from_slice(&self.bias));
        multiply_add(x, &self.weight.values, y, [rows, inner, self.bias.len()]);
    }
}

/// One span's part of the recursion.
#[derive(Debug, Clone)]
struct Step {
    inner: Affine,
    outer: Affine,
    head: Affine,
    kind: StepKind,
}

#[derive(Debug, Clone)]
enum StepKind {
    Simplex {
        /// Base measure by the code of an earlier simplex, with that simplex's number.
        given: Option<(usize, Matrix)>,
        /// What each code adds to the later spans, `[levels, later · hidden]`.
        table: Option<Matrix>,
    },
    Real {
        /// The simplex that chooses the interval.
        before: usize,
        places: Vec<Place>,
        /// Weight of each earlier score in `mu`.
        skip: Vec<f32>,
        /// What a unit of score, and of place, adds to the later spans, `[2, later · hidden]`.
        slopes: Option<Matrix>,
    },
}

/// A [`Vae`] prepared for sampling.
#[derive(Debug, Clone)]
pub struct Sampler {
    prior: Prior,
    trunk: Affine,
    block: [Affine; 2],
    fan_out: Affine,
    steps: Vec<Step>,
    hidden: usize,
    simplexes: usize,
    reals: usize,
    ends: Vec<End>,
}

/// A cell of a block that is given, not drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given {
    /// Row within the block.
    pub row: usize,
    /// The simplex, by position in the layout.
    pub span: usize,
    /// Its code.
    pub code: u16,
    /// The score of the real span after it, if there is one.
    pub score: f32,
}

/// A block of generated rows, in terms of the layout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawn {
    /// Codes, `[rows, simplexes]`.
    pub codes: Vec<u16>,
    /// Scores, `[rows, reals]`.
    pub scores: Vec<f64>,
}

impl Sampler {
    /// Prepares a model.
    pub fn new(vae: &Vae) -> Self {
        let (params, decoder, layout) = (&vae.params, &vae.decoder, &vae.layout);
        let (hidden, embedding) = (decoder.hidden, vae.embedding.width);
        let spans = layout.spans.len();
        let affine =
            |layer: &crate::nn::Linear| Affine::new(params.get(layer.weight), params.get(layer.bias));
        // Units stand in groups; here spans stand in decoding order, so that "later" is contiguous.
        let mut unit_of_span = vec![0; spans];
        decoder.units.iter().enumerate().for_each(|(unit, &span)| unit_of_span[span] = unit);
        let reorder = |row: &[f32], from: usize| -> Vec<f32> {
            unit_of_span[from..]
                .iter()
                .flat_map(|&unit| &row[unit * hidden..(unit + 1) * hidden])
                .copied()
                .collect()
        };
        let per_row = |weight: &[f32], from: usize| -> Vec<f32> {
            weight.chunks(spans * hidden).flat_map(|row| reorder(row, from)).collect()
        };
        let fan_out = Affine::new(
            &per_row(params.get(decoder.fan_out.weight), 0),
            &reorder(params.get(decoder.fan_out.bias), 0),
        );
        let unit_part = |id, unit: usize, size: usize| &params.get(id)[unit * size..(unit + 1) * size];
        let per_unit = |layer: &crate::nn::PerSpanLinear, unit: usize| {
            Affine::new(unit_part(layer.weight, unit, hidden * hidden), unit_part(layer.bias, unit, hidden))
        };
        let simplexes = layout.simplexes().count();
        let reals = layout.reals().count();
        // Contribution of embedded vectors `[n, embedding]` of embedded position `from` to the spans after `span`.
        let contribution = |vectors: &[f32], from: usize, span: usize| -> Option<Matrix> {
            let context = params.get(decoder.context?);
            let later = (spans - span - 1) * hidden;
            if later == 0 {
                return None;
            }
            let width = spans * hidden;
            let weight =
                per_row(&context[from * embedding * width..(from + 1) * embedding * width], span + 1);
            let rows = vectors.len() / embedding;
            let mut table = vec![0.0; rows * later];
            multiply_add(vectors, &weight, &mut table, [rows, embedding, later]);
            Some(Matrix::new(table, later))
        };
        let before = simplexes_before_reals(layout);
        let (mut simplex, mut real, mut table_row) = (0, 0, 0);
        let mut steps = Vec::with_capacity(spans);
        for (t, span) in layout.spans.iter().enumerate() {
            let unit = unit_of_span[t];
            let (head, kind) = match span {
                Span::Simplex(spec) => {
                    let found = decoder.groups.iter().find_map(|group| {
                        group.spans.iter().position(|&s| s == t).map(|position| (group, position))
                    });
                    let Some((group, position)) = found else {
                        unreachable!("every simplex belongs to a group")
                    };
                    let width = group.head.output;
                    let weight: Vec<f32> = unit_part(group.head.weight, position, hidden * width)
                        .chunks(width)
                        .flat_map(|row| &row[..spec.levels])
                        .copied()
                        .collect();
                    let bias = &unit_part(group.head.bias, position, width)[..spec.levels];
                    let vectors = &params.get(vae.embedding.table)
                        [table_row * embedding..(table_row + spec.levels) * embedding];
                    let table = contribution(vectors, simplex, t);
                    let given = group
                        .given
                        .as_ref()
                        .map(|given| (given.parent, Matrix::new(given.base.clone(), given.levels)));
                    simplex += 1;
                    table_row += spec.levels;
                    (Affine::new(&weight, bias), StepKind::Simplex { given, table })
                }
                Span::Real(spec) => {
                    let Some(heads) = &decoder.reals else { unreachable!("real spans have heads") };
                    let head = Affine::new(
                        unit_part(heads.head.weight, real, hidden * 2),
                        unit_part(heads.head.bias, real, 2),
                    );
                    let skip = heads
                        .skip
                        .map(|id| params.get(id).chunks(reals).take(real).map(|row| row[real]).collect())
                        .unwrap_or_default();
                    let slopes = vae.embedding.slopes.and_then(|id| {
                        let slopes = params.get(id);
                        let part = |i: usize| &slopes[(i * reals + real) * embedding..][..embedding];
                        contribution(&[part(0), part(1)].concat(), simplexes + real, t)
                    });
                    let kind =
                        StepKind::Real { before: before[real], places: spec.places.clone(), skip, slopes };
                    real += 1;
                    (head, kind)
                }
            };
            steps.push(Step {
                inner: per_unit(&decoder.per_unit.inner, unit),
                outer: per_unit(&decoder.per_unit.outer, unit),
                head,
                kind,
            });
        }
        Self {
            prior: vae.prior.clone(),
            trunk: affine(&decoder.trunk),
            block: [affine(&decoder.block.inner), affine(&decoder.block.outer)],
            fan_out,
            steps,
            hidden,
            simplexes,
            reals,
            ends: layout.ends.clone(),
        }
    }

    /// Rows `BLOCK · block` to `BLOCK · (block + 1)` of the sample that `noise` names.
    pub fn block(&self, noise: &Noise, block: u64) -> Drawn {
        let rows = BLOCK as usize;
        let first = block * BLOCK;
        let latent = self.prior.latent();
        let mut z = vec![0.0; rows * latent];
        let mut epsilon = vec![0.0; latent];
        let draws = self.simplexes + self.reals + 1;
        // Uniforms by draw, then by row.
        let mut uniforms = vec![0.0; draws * rows];
        let mut of_row = vec![0.0; draws];
        for row in 0..rows {
            noise.fill_normal(Stream::SampleLatent, first + row as u64, &mut epsilon);
            noise.fill_uniform(Stream::SampleCell, first + row as u64, &mut of_row);
            self.prior.sample(of_row[0], &epsilon, &mut z[row * latent..(row + 1) * latent]);
            of_row.iter().enumerate().for_each(|(d, &u)| uniforms[d * rows + row] = u);
        }
        self.given(&z, &uniforms[rows..], &self.ends_in(noise, first))
    }

    /// The rare ends that fall into the block of rows from `first`.
    fn ends_in(&self, noise: &Noise, first: u64) -> Vec<Given> {
        let mut given = Vec::new();
        for (e, end) in self.ends.iter().enumerate() {
            for stretch in first / end.every..=(first + BLOCK - 1) / end.every {
                let within = noise.word(Stream::Ends, stretch, e as u32) % end.every;
                let row = stretch * end.every + within;
                if (first..first + BLOCK).contains(&row) {
                    given.push(Given {
                        row: (row - first) as usize,
                        span: end.span,
                        code: end.code,
                        score: end.score,
                    });
                }
            }
        }
        given
    }

    /// Draws a row for each latent of `z: [rows, latent]`; `uniforms: [spans, rows]`, on (0, 1). Cells in `given` are
    /// as they say, and later spans follow them.
    pub fn given(&self, z: &[f32], uniforms: &[f32], given: &[Given]) -> Drawn {
        let rows = z.len() / self.prior.latent();
        let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
        self.trunk.apply(z, &mut a);
        self.block[0].apply(&a, &mut b);
        gausswork_kernels::silu(&mut b);
        self.block[1].apply(&b, &mut c);
        add(&mut a, &c);
        gausswork_kernels::silu(&mut a);
        let mut fan = Vec::new();
        self.fan_out.apply(&a, &mut fan);

        let width = self.steps.len() * self.hidden;
        let mut drawn = Drawn { codes: vec![0; rows * self.simplexes], scores: vec![0.0; rows * self.reals] };
        let mut chosen = vec![0u16; rows];
        let (mut simplex, mut real) = (0, 0);
        for (t, step) in self.steps.iter().enumerate() {
            a.clear();
            for row in fan.chunks_exact(width) {
                a.extend_from_slice(&row[t * self.hidden..(t + 1) * self.hidden]);
            }
            gausswork_kernels::silu(&mut a);
            step.inner.apply(&a, &mut b);
            gausswork_kernels::silu(&mut b);
            step.outer.apply(&b, &mut c);
            add(&mut a, &c);
            gausswork_kernels::silu(&mut a);
            step.head.apply(&a, &mut b);
            let u = &uniforms[t * rows..(t + 1) * rows];
            let later = (t + 1) * self.hidden;
            match &step.kind {
                StepKind::Simplex { given: base, table } => {
                    let levels = step.head.bias.len();
                    if let Some((parent, base)) = base {
                        for (row, logits) in b.chunks_exact_mut(levels).enumerate() {
                            add(logits, base.row(usize::from(drawn.codes[row * self.simplexes + parent])));
                        }
                    }
                    gausswork_kernels::choose(&mut b, levels, u, &mut chosen);
                    for cell in given.iter().filter(|cell| cell.span == t) {
                        chosen[cell.row] = cell.code;
                    }
                    for (row, &code) in chosen.iter().enumerate() {
                        drawn.codes[row * self.simplexes + simplex] = code;
                        if let Some(table) = table {
                            add(
                                &mut fan[row * width + later..(row + 1) * width],
                                table.row(usize::from(code)),
                            );
                        }
                    }
                    simplex += 1;
                }
                StepKind::Real { before, places, skip, slopes } => {
                    let cells: Vec<&Given> = given.iter().filter(|cell| cell.span + 1 == t).collect();
                    let score_of = |row: usize| {
                        cells.iter().rfind(|cell| cell.row == row).map(|cell| f64::from(cell.score))
                    };
                    for row in 0..rows {
                        let scores = &mut drawn.scores[row * self.reals..(row + 1) * self.reals];
                        let code = usize::from(drawn.codes[row * self.simplexes + before]);
                        let (score, place) = match places[code] {
                            Place::Point(score) => (f64::from(score), 0.0),
                            Place::Interval(low, high) => {
                                let direct: f32 = skip.iter().zip(&*scores).map(|(w, &s)| w * s as f32).sum();
                                let mu = f64::from(b[2 * row] + direct);
                                let scale = f64::from(super::decoder::bound_log_scale(b[2 * row + 1])).exp();
                                let (low, high) = (f64::from(low), f64::from(high));
                                let drawn =
                                    || truncated_logistic_quantile(mu, scale, low, high, f64::from(u[row]));
                                let score = score_of(row).unwrap_or_else(drawn);
                                (score, (score - low) / (high - low) - 0.5)
                            }
                        };
                        scores[real] = score;
                        if let Some(slopes) = slopes {
                            let (score, place) = (score as f32, place as f32);
                            let target = &mut fan[row * width + later..(row + 1) * width];
                            for ((x, a), b) in target.iter_mut().zip(slopes.row(0)).zip(slopes.row(1)) {
                                *x += score * a + place * b;
                            }
                        }
                    }
                    real += 1;
                }
            }
        }
        drawn
    }
}

fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += f);
}
