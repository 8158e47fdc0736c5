//! The decoder on the host, without a graph: what the sampler and the scorer share.

use gausswork_kernels::{gather_columns, multiply_add, multiply_add_by_columns, silu};

use super::model::Vae;
use crate::layout::Span;
use crate::nn::{Linear, PerSpanLinear};

/// A row-major matrix.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    pub(super) values: Vec<f32>,
    pub(super) columns: usize,
}

impl Matrix {
    pub(super) fn new(values: Vec<f32>, columns: usize) -> Self {
        Self { values, columns }
    }

    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }
}

impl Matrix {
    /// Adds row `codes[i]` to column `i` of `to: [columns, codes]`.
    pub(super) fn add_to_columns(&self, codes: &[u16], to: &mut [f32]) {
        for (i, &code) in codes.iter().enumerate() {
            let column = to[i..].iter_mut().step_by(codes.len());
            column.zip(self.row(usize::from(code))).for_each(|(to, from)| *to += from);
        }
    }
}

/// `y = x W + b`.
#[derive(Debug, Clone)]
pub(super) struct Affine {
    weight: Matrix,
    pub(super) bias: Vec<f32>,
}

impl Affine {
    pub(super) fn new(weight: &[f32], bias: &[f32]) -> Self {
        Self { weight: Matrix::new(weight.to_vec(), bias.len()), bias: bias.to_vec() }
    }

    fn sizes(&self, x: &[f32]) -> [usize; 3] {
        let inner = self.weight.values.len() / self.bias.len();
        [x.len() / inner, inner, self.bias.len()]
    }

    /// Rows of `y` from rows of `x`; `y` is overwritten.
    pub(super) fn apply(&self, x: &[f32], y: &mut Vec<f32>) {
        let sizes = self.sizes(x);
        y.clear();
        (0..sizes[0]).for_each(|_| y.extend_from_slice(&self.bias));
        multiply_add(x, &self.weight.values, y, sizes);
    }

    /// Rows of `y = r + x W + b`; `y` is overwritten.
    fn apply_onto(&self, r: &[f32], x: &[f32], y: &mut Vec<f32>) {
        y.clear();
        for row in r.chunks_exact(self.bias.len()) {
            y.extend(row.iter().zip(&self.bias).map(|(r, b)| r + b));
        }
        multiply_add(x, &self.weight.values, y, self.sizes(x));
    }

    /// The same as columns of `y: [output, rows]`.
    fn apply_by_columns(&self, x: &[f32], y: &mut Vec<f32>) {
        let sizes = self.sizes(x);
        y.clear();
        self.bias.iter().for_each(|&b| y.extend(std::iter::repeat_n(b, sizes[0])));
        multiply_add_by_columns(x, &self.weight.values, y, sizes);
    }
}

/// Buffers that one piece of work leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    a: Vec<f32>,
    b: Vec<f32>,
    c: Vec<f32>,
}

/// What a span's unit computes: a residual block and a head.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    inner: Affine,
    outer: Affine,
    pub(super) head: Affine,
}

impl Unit {
    /// The head's output, `[output, rows]`, from the unit's part of rows that are `width` wide and begin at `first`.
    ///
    /// Transposed, because what follows goes over the outputs of many rows side by side.
    pub(super) fn forward<'s>(
        &self,
        rows: &[f32],
        [width, first]: [usize; 2],
        scratch: &'s mut Scratch,
    ) -> &'s mut Vec<f32> {
        let Scratch { a, b, c } = scratch;
        let hidden = self.inner.bias.len();
        gather_columns(rows, width, [first, hidden], a);
        silu(a);
        self.inner.apply(a, b);
        silu(b);
        self.outer.apply_onto(a, b, c);
        silu(c);
        self.head.apply_by_columns(c, b);
        b
    }
}

/// The decoder's weights with units in the order of their spans, so that "later" is contiguous.
#[derive(Debug, Clone)]
pub(super) struct HostDecoder {
    trunk: Affine,
    block: [Affine; 2],
    fan_out: Affine,
    pub(super) units: Vec<Unit>,
    pub(super) hidden: usize,
    /// The decoder's number of each span's unit.
    unit_of_span: Vec<usize>,
}

impl HostDecoder {
    pub(super) fn new(vae: &Vae) -> Self {
        let (params, decoder, layout) = (&vae.params, &vae.decoder, &vae.layout);
        let hidden = decoder.hidden;
        let affine = |layer: &Linear| Affine::new(params.get(layer.weight), params.get(layer.bias));
        let mut unit_of_span = vec![0; layout.spans.len()];
        decoder.units.iter().enumerate().for_each(|(unit, &span)| unit_of_span[span] = unit);
        let part = |id, unit: usize, size: usize| &params.get(id)[unit * size..(unit + 1) * size];
        let per_unit = |layer: &PerSpanLinear, unit: usize| {
            Affine::new(part(layer.weight, unit, hidden * hidden), part(layer.bias, unit, hidden))
        };
        let mut real = 0;
        let mut units = Vec::with_capacity(layout.spans.len());
        for (t, span) in layout.spans.iter().enumerate() {
            let head = match span {
                Span::Simplex(spec) => {
                    let found = decoder.groups.iter().find_map(|group| {
                        group.spans.iter().position(|&s| s == t).map(|position| (group, position))
                    });
                    let Some((group, position)) = found else {
                        unreachable!("every simplex belongs to a group")
                    };
                    // Heads of a group are padded to the widest.
                    let width = group.head.output;
                    let weight: Vec<f32> = part(group.head.weight, position, hidden * width)
                        .chunks(width)
                        .flat_map(|row| &row[..spec.levels])
                        .copied()
                        .collect();
                    Affine::new(&weight, &part(group.head.bias, position, width)[..spec.levels])
                }
                Span::Real(_) => {
                    let Some(heads) = &decoder.reals else { unreachable!("real spans have heads") };
                    let weight = part(heads.head.weight, real, hidden * 2);
                    real += 1;
                    Affine::new(weight, part(heads.head.bias, real - 1, 2))
                }
            };
            let unit = unit_of_span[t];
            let [inner, outer] =
                [&decoder.per_unit.inner, &decoder.per_unit.outer].map(|layer| per_unit(layer, unit));
            units.push(Unit { inner, outer, head });
        }
        let mut host = Self {
            trunk: affine(&decoder.trunk),
            block: [affine(&decoder.block.inner), affine(&decoder.block.outer)],
            fan_out: affine(&decoder.fan_out),
            units,
            hidden,
            unit_of_span,
        };
        let [weight, bias] =
            [decoder.fan_out.weight, decoder.fan_out.bias].map(|id| host.in_span_order(params.get(id), 0));
        host.fan_out = Affine::new(&weight, &bias);
        host
    }

    /// Rows that are one unit after another, with units in the order of spans from `first` on.
    pub(super) fn in_span_order(&self, rows: &[f32], first: usize) -> Vec<f32> {
        let hidden = self.hidden;
        let units = &self.unit_of_span[first..];
        rows.chunks_exact(self.width())
            .flat_map(|row| units.iter().flat_map(|&unit| &row[unit * hidden..(unit + 1) * hidden]))
            .copied()
            .collect()
    }

    /// Numbers of a row before the units.
    pub(super) fn width(&self) -> usize {
        self.unit_of_span.len() * self.hidden
    }

    /// What units are given of no latent: the biases of so many rows and, if there is one, the context.
    pub(super) fn fan_base(&self, rows: usize, context: Option<Vec<f32>>) -> Vec<f32> {
        let bias = &self.fan_out.bias;
        let mut base = context.unwrap_or_else(|| vec![0.0; rows * bias.len()]);
        for row in base.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(base, bias)| *base += bias);
        }
        base
    }

    /// What units are given of `z: [rows, latent]` and `base`, `[rows, width]`.
    pub(super) fn fan_onto(&self, base: &[f32], z: &[f32], scratch: &mut Scratch, fan: &mut Vec<f32>) {
        let Scratch { a, b, c } = scratch;
        self.trunk.apply(z, a);
        self.block[0].apply(a, b);
        silu(b);
        self.block[1].apply_onto(a, b, c);
        silu(c);
        fan.clear();
        fan.extend_from_slice(base);
        multiply_add(c, &self.fan_out.weight.values, fan, self.fan_out.sizes(c));
    }
}
