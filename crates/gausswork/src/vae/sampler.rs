//! Drawing rows from a [`Vae`], one span after the other, on the host.
//!
//! Training computes all spans at once from the true row; sampling cannot. What a chosen code contributes to all
//! later spans is a product of two weights, computed once per model, so that a step of the recursion is the
//! addition of one row of a table instead of a matrix product.
//!
//! Rows are computed in aligned blocks of [`BLOCK`], always whole, so that a row's bytes do not depend on
//! where a sample starts, how it is cut, or how many threads share it.

use gausswork_kernels::{add_scaled, add_table_rows, choose, multiply_add};

use super::batch::simplexes_before_reals;
use super::decoder::bound_log_scale;
use super::host::{HostDecoder, Matrix, Scratch};
use super::model::Vae;
use super::prior::Prior;
use crate::dist::truncated_logistic_quantile;
use crate::layout::{Drawn, End, Given, Place, Span, ends_in};

use crate::noise::{Noise, Stream};

/// Rows per block.
pub const BLOCK: u64 = 512;

/// What a span does with its unit's output.
#[derive(Debug, Clone)]
enum Step {
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
    decoder: HostDecoder,
    steps: Vec<Step>,
    simplexes: usize,
    reals: usize,
    ends: Vec<End>,
}

impl Sampler {
    /// Prepares a model.
    pub fn new(vae: &Vae) -> Self {
        let (params, decoder, layout) = (&vae.params, &vae.decoder, &vae.layout);
        let host = HostDecoder::new(vae);
        let embedding = vae.embedding.width;
        let spans = layout.spans.len();
        let (simplexes, reals) = (layout.simplexes().count(), layout.reals().count());
        // Contribution of embedded vectors `[n, embedding]` of embedded position `from` to the spans after `span`.
        let contribution = |vectors: &[f32], from: usize, span: usize| -> Option<Matrix> {
            let context = params.get(decoder.context?);
            let later = (spans - span - 1) * host.hidden;
            if later == 0 {
                return None;
            }
            let size = embedding * host.width();
            let weight = host.in_span_order(&context[from * size..(from + 1) * size], span + 1);
            let rows = vectors.len() / embedding;
            let mut table = vec![0.0; rows * later];
            multiply_add(vectors, &weight, &mut table, [rows, embedding, later]);
            Some(Matrix::new(table, later))
        };
        let before = simplexes_before_reals(layout);
        let (mut simplex, mut real, mut table_row) = (0, 0, 0);
        let mut steps = Vec::with_capacity(spans);
        for (t, span) in layout.spans.iter().enumerate() {
            steps.push(match span {
                Span::Simplex(spec) => {
                    let rows = table_row..table_row + spec.levels;
                    let vectors =
                        &params.get(vae.embedding.table)[rows.start * embedding..rows.end * embedding];
                    let table = contribution(vectors, simplex, t);
                    (simplex, table_row) = (simplex + 1, rows.end);
                    Step::Simplex { given: decoder.given(t), table }
                }
                Span::Real(spec) => {
                    let slopes = vae.embedding.slopes.and_then(|id| {
                        let slopes = params.get(id);
                        let part = |i: usize| &slopes[(i * reals + real) * embedding..][..embedding];
                        contribution(&[part(0), part(1)].concat(), simplexes + real, t)
                    });
                    let (before, skip) = (before[real], decoder.skip(params, [real, reals]));
                    real += 1;
                    Step::Real { before, places: spec.places.clone(), skip, slopes }
                }
            });
        }
        Self { prior: vae.prior.clone(), decoder: host, steps, simplexes, reals, ends: layout.ends.clone() }
    }

    /// Rows `BLOCK · block` to `BLOCK · (block + 1)` of the sample that `noise` names.
    pub fn block(&self, noise: &Noise, block: u64) -> Drawn {
        let rows = BLOCK as usize;
        let first = block * BLOCK;
        let latent = self.prior.latent();
        let mut z = vec![0.0; rows * latent];
        let mut epsilon = vec![0.0; rows * latent];
        noise.fill_normal_of_steps(Stream::SampleLatent, first, latent, &mut epsilon);
        let draws = self.simplexes + self.reals + 1;
        let mut by_row = vec![0.0; rows * draws];
        noise.fill_uniform_of_steps(Stream::SampleCell, first, draws, &mut by_row);
        // Uniforms by draw, then by row.
        let mut uniforms = vec![0.0; draws * rows];
        for (row, of_row) in by_row.chunks_exact(draws).enumerate() {
            let at = row * latent..(row + 1) * latent;
            self.prior.sample(of_row[0], &epsilon[at.clone()], &mut z[at]);
            of_row.iter().enumerate().for_each(|(d, &u)| uniforms[d * rows + row] = u);
        }
        self.given(&z, &uniforms[rows..], &ends_in(&self.ends, noise, [first, BLOCK]))
    }

    /// Draws a row for each latent of `z: [rows, latent]`; `uniforms: [spans, rows]`, on (0, 1). Cells in `given` are
    /// as they say, and later spans follow them.
    pub fn given(&self, z: &[f32], uniforms: &[f32], given: &[Given]) -> Drawn {
        let latent = self.prior.latent();
        let rows = z.len() / latent;
        let mut drawn = Drawn { codes: vec![0; rows * self.simplexes], scores: vec![0.0; rows * self.reals] };
        let mut scratch = TileScratch::default();
        for start in (0..rows).step_by(TILE) {
            let end = rows.min(start + TILE);
            let within: Vec<Given> = (given.iter().filter(|cell| (start..end).contains(&cell.row)))
                .map(|cell| Given { row: cell.row - start, ..*cell })
                .collect();
            let tile = Tile {
                rows: end - start,
                uniforms: &|t| &uniforms[t * rows + start..t * rows + end],
                given: &within,
                codes: &mut drawn.codes[start * self.simplexes..end * self.simplexes],
                scores: &mut drawn.scores[start * self.reals..end * self.reals],
            };
            self.tile(&z[start * latent..end * latent], tile, &mut scratch);
        }
        drawn
    }

    fn tile(&self, z: &[f32], tile: Tile<'_>, scratch: &mut TileScratch) {
        let TileScratch { net, base, fan, chosen } = scratch;
        let (width, hidden) = (self.decoder.width(), self.decoder.hidden);
        if base.len() != tile.rows * width {
            *base = self.decoder.fan_base(tile.rows, None);
        }
        self.decoder.fan_onto(base, z, net, fan);
        chosen.resize(tile.rows, 0);
        let (mut simplex, mut real) = (0, 0);
        for (t, (step, unit)) in self.steps.iter().zip(&self.decoder.units).enumerate() {
            let output = unit.forward(fan, [width, t * hidden], net);
            let u = (tile.uniforms)(t);
            let later = (t + 1) * hidden;
            match step {
                Step::Simplex { given: base, table } => {
                    if let Some((parent, base)) = base {
                        let parents = tile.codes[*parent..].iter().step_by(self.simplexes);
                        base.add_to_columns(&parents.copied().collect::<Vec<_>>(), output);
                    }
                    choose(output, u, chosen);
                    for cell in tile.given.iter().filter(|cell| cell.span == t) {
                        chosen[cell.row] = cell.code;
                    }
                    let codes = tile.codes[simplex..].iter_mut().step_by(self.simplexes);
                    codes.zip(&*chosen).for_each(|(to, &code)| *to = code);
                    if let Some(table) = table {
                        add_table_rows(fan, width, later, &table.values, chosen);
                    }
                    simplex += 1;
                }
                Step::Real { before, places, skip, slopes } => {
                    let cells: Vec<&Given> = tile.given.iter().filter(|cell| cell.span + 1 == t).collect();
                    let score_of = |row: usize| {
                        cells.iter().rfind(|cell| cell.row == row).map(|cell| f64::from(cell.score))
                    };
                    let (mus, log_scales) = output.split_at(tile.rows);
                    for row in 0..tile.rows {
                        let scores = &mut tile.scores[row * self.reals..(row + 1) * self.reals];
                        let code = usize::from(tile.codes[row * self.simplexes + before]);
                        let (score, place) = match places[code] {
                            Place::Point(score) => (f64::from(score), 0.0),
                            Place::Interval(low, high) => {
                                let direct: f32 = skip.iter().zip(&*scores).map(|(w, &s)| w * s as f32).sum();
                                let mu = f64::from(mus[row] + direct);
                                let scale = f64::from(bound_log_scale(log_scales[row])).exp();
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
                            add_scaled(target, [score, place], slopes.row(0), slopes.row(1));
                        }
                    }
                    real += 1;
                }
            }
        }
    }
}

/// Rows of a block that are drawn together: what they ask for between two steps stays in the second-level cache.
const TILE: usize = 128;

/// Some rows to be drawn.
struct Tile<'a> {
    rows: usize,
    /// The uniforms of a span.
    uniforms: &'a dyn Fn(usize) -> &'a [f32],
    given: &'a [Given],
    codes: &'a mut [u16],
    scores: &'a mut [f64],
}

/// Buffers that one tile leaves to the next.
#[derive(Debug, Default)]
struct TileScratch {
    net: Scratch,
    base: Vec<f32>,
    fan: Vec<f32>,
    chosen: Vec<u16>,
}
