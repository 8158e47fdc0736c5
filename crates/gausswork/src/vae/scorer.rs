//! The likelihood of given rows under latents, on the host: what an importance-weighted bound evaluates many times a row.

use gausswork_kernels::log_mass_by_columns;

use super::batch::simplexes_before_reals;
use super::decoder::bound_log_scale;
use super::host::{HostDecoder, Matrix, Scratch};
use super::model::Vae;
use crate::dist::truncated_logistic_log_mass;
use crate::layout::{Features, Place, Span, Support};

/// What a span asks of a row.
#[derive(Debug, Clone)]
enum Target {
    Simplex {
        /// Its number among simplexes.
        number: usize,
        /// Base measure by the code of an earlier simplex, with that simplex's number.
        given: Option<(usize, Matrix)>,
    },
    Real {
        /// Its number among real spans.
        number: usize,
        /// The simplex that chooses the interval.
        before: usize,
        places: Vec<Place>,
        support: Support,
        /// Weight of each earlier score in `mu`.
        skip: Vec<f32>,
    },
}

/// A [`Vae`]'s decoder prepared for scoring.
#[derive(Debug, Clone)]
pub(super) struct Scorer {
    decoder: HostDecoder,
    targets: Vec<Target>,
    simplexes: usize,
    reals: usize,
}

/// Some rows that are scored under several latents each.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    features: &'a Features,
    rows: &'a [u32],
    /// What units are given of the true rows, biases included, `[rows, width]`.
    base: Vec<f32>,
    /// Codes of every simplex, `[simplexes, rows]`.
    codes: Vec<u16>,
}

/// Buffers that one latent leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    net: Scratch,
    fan: Vec<f32>,
}

impl Scorer {
    /// Prepares a model.
    pub(super) fn new(vae: &Vae) -> Self {
        let (params, decoder, layout) = (&vae.params, &vae.decoder, &vae.layout);
        let reals = layout.reals().count();
        let before = simplexes_before_reals(layout);
        let (mut simplex, mut real) = (0, 0);
        let mut targets = Vec::with_capacity(layout.spans.len());
        for (t, span) in layout.spans.iter().enumerate() {
            targets.push(match span {
                Span::Simplex(_) => {
                    simplex += 1;
                    Target::Simplex { number: simplex - 1, given: decoder.given(t) }
                }
                Span::Real(spec) => {
                    real += 1;
                    Target::Real {
                        number: real - 1,
                        before: before[real - 1],
                        places: spec.places.clone(),
                        support: spec.support,
                        skip: decoder.skip(params, [real - 1, reals]),
                    }
                }
            });
        }
        Self { decoder: HostDecoder::new(vae), targets, simplexes: simplex, reals }
    }

    /// Prepares rows; `context` is what [`super::Decoder::context`] gives for them, if anything.
    pub(super) fn piece<'a>(
        &self,
        features: &'a Features,
        rows: &'a [u32],
        context: Option<&[f32]>,
    ) -> Piece<'a> {
        let context = context.map(|context| self.decoder.in_span_order(context, 0));
        let code = |row: u32, simplex: usize| features.codes[row as usize * self.simplexes + simplex];
        Piece {
            features,
            rows,
            base: self.decoder.fan_base(rows.len(), context),
            codes: (0..self.simplexes).flat_map(|s| rows.iter().map(move |&row| code(row, s))).collect(),
        }
    }

    /// `log p(x_t | x_<t, z)` of every span in the order of the layout, `[spans, rows]`, for one latent per row,
    /// `z: [rows, latent]`; nats. `out` is overwritten.
    pub(super) fn log_probs(&self, piece: &Piece<'_>, z: &[f32], buffers: &mut Buffers, out: &mut Vec<f32>) {
        let rows = piece.rows.len();
        let Buffers { net, fan } = buffers;
        self.decoder.fan_onto(&piece.base, z, net, fan);
        let (width, hidden) = (self.decoder.width(), self.decoder.hidden);
        out.clear();
        out.resize(self.targets.len() * rows, 0.0);
        let units = self.decoder.units.iter().zip(&self.targets);
        for (t, ((unit, target), out)) in units.zip(out.chunks_exact_mut(rows)).enumerate() {
            let output = unit.forward(fan, [width, t * hidden], net);
            match target {
                Target::Simplex { number, given } => {
                    if let Some((parent, base)) = given {
                        base.add_to_columns(&piece.codes[parent * rows..(parent + 1) * rows], output);
                    }
                    log_mass_by_columns(output, &piece.codes[number * rows..(number + 1) * rows], out);
                }
                Target::Real { number, before, places, support, skip } => {
                    let codes = &piece.codes[before * rows..(before + 1) * rows];
                    let (mus, log_scales) = output.split_at(rows);
                    for (i, &row) in piece.rows.iter().enumerate() {
                        let Place::Interval(low, high) = places[usize::from(codes[i])] else { continue };
                        let at = row as usize * self.reals;
                        let scores = &piece.features.scores[at..at + self.reals];
                        let direct: f32 = skip.iter().zip(scores).map(|(w, s)| w * s).sum();
                        let scale = f64::from(bound_log_scale(log_scales[i])).exp();
                        let interval = [low, high].map(f64::from);
                        let value = [scores[*number], piece.features.cells[at + number]].map(f64::from);
                        let mu = f64::from(mus[i] + direct);
                        out[i] = truncated_logistic_log_mass(mu, scale, interval, value, *support) as f32;
                    }
                }
            }
        }
    }
}
