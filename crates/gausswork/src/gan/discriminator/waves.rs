//! Waves of each number beside the number itself.

use burn::tensor::Tensor;

/// Octaves `sin 2ᵏx`, `cos 2ᵏx` that a network sees beside `x`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waves {
    pub(super) octaves: u32,
}

impl Waves {
    /// Rows with their waves, `[rows, n]` to `[rows, n (1 + 2 octaves)]`.
    pub(super) fn beside(self, x: Tensor<2>) -> Tensor<2> {
        let waves = self.phases(&x).flat_map(|(_, phase)| [phase.clone().sin(), phase.cos()]);
        let all: Vec<_> = std::iter::once(x.clone()).chain(waves).collect();
        if all.len() == 1 { x } else { Tensor::cat(all, 1) }
    }

    /// [`Self::beside`] and its directional derivative.
    pub(super) fn with_tangent(self, x: Tensor<2>, tangent: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let slopes = self.phases(&x).flat_map(|(rate, phase)| {
            let along = tangent.clone().mul_scalar(rate);
            [along.clone() * phase.clone().cos(), along.neg() * phase.sin()]
        });
        let all: Vec<_> = std::iter::once(tangent.clone()).chain(slopes).collect();
        (self.beside(x), if all.len() == 1 { tangent } else { Tensor::cat(all, 1) })
    }

    /// The gradient by `x` of a sum over [`Self::beside`] times `g`, `[rows, n]`.
    pub(super) fn gradient(self, x: Tensor<2>, g: Tensor<2>) -> Tensor<2> {
        let n = x.dims()[1];
        let part = |i: usize| g.clone().narrow(1, i * n, n);
        let octaves = self.phases(&x).enumerate();
        let of_waves = octaves.map(|(k, (rate, phase))| {
            let (of_sin, of_cos) = (part(2 * k + 1), part(2 * k + 2));
            (of_sin * phase.clone().cos() - of_cos * phase.sin()).mul_scalar(rate)
        });
        if self.octaves == 0 { g.clone() } else { of_waves.fold(part(0), |sum, more| sum + more) }
    }

    /// Each octave's rate and the phases `2ᵏx`.
    fn phases(self, x: &Tensor<2>) -> impl Iterator<Item = (f64, Tensor<2>)> {
        let rates = (0..self.octaves).map(|k| f64::from(1_u32 << k));
        rates.map(|rate| (rate, x.clone().mul_scalar(rate)))
    }
}
