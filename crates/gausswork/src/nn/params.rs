//! Parameters: one flat vector of named arrays on the host, bound to a device as leaves of a graph.
//!
//! Keeping the master copy on the host makes the parts that must be exact simple: initial values come
//! from addressed noise, gradients of shards are summed in shard order, one pass applies the optimiser,
//! and a checkpoint is the vector itself.

use std::sync::Arc;

use burn::tensor::{AllocationProperty, Bytes, DType, Device, Gradients, Tensor, TensorData};

use crate::learner::Gradient;
use crate::noise::{Noise, Stream};

/// Names a parameter of a [`Params`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamId(usize);

/// How a parameter starts.
#[derive(Debug, Clone)]
pub enum Init {
    /// All zero.
    Zeros,
    /// N(0, std²).
    Normal {
        /// Standard deviation.
        std: f32,
    },
    /// Given values.
    Values(Vec<f32>),
}

/// A named array within the flat vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Dotted path, for example `decoder.trunk.weight`.
    pub name: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Position of the first value in the flat vector.
    pub offset: usize,
    /// Entries that stay as they started: the zeros of a masked weight.
    mask: Option<Vec<bool>>,
}

impl Entry {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it is the weight of a linear map.
    pub fn is_matrix(&self) -> bool {
        self.name.ends_with(".weight") && self.shape.len() >= 2
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All parameters of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    entries: Vec<Entry>,
    /// Shared with the leaves made of them, which on the CPU are these very numbers; whoever changes them first is alone with them.
    values: Arc<Vec<f32>>,
    /// Whether only names and shapes are kept.
    outline: bool,
}

/// The flat vector as bytes.
struct Shared(Arc<Vec<f32>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

impl Params {
    /// Parameters that hold no values: what a constructor makes of them tells which names and shapes a model has, before memory
    /// for it is made.
    pub fn outline() -> Self {
        Self { outline: true, ..Self::default() }
    }

    /// Name and shape of each parameter.
    pub fn shapes(&self) -> Vec<(String, Vec<usize>)> {
        self.entries.iter().map(|entry| (entry.name.clone(), entry.shape.clone())).collect()
    }

    /// Adds a parameter; its initial values depend on the seed and on its position only.
    pub fn add(&mut self, name: impl Into<String>, shape: &[usize], init: Init, noise: &Noise) -> ParamId {
        let id = self.entries.len();
        if self.outline {
            self.entries.push(Entry { name: name.into(), shape: shape.to_vec(), offset: 0, mask: None });
            return ParamId(id);
        }
        let values = Arc::make_mut(&mut self.values);
        let offset = values.len();
        let len: usize = shape.iter().product();
        match init {
            Init::Zeros => values.resize(offset + len, 0.0),
            Init::Values(given) => {
                assert_eq!(given.len(), len, "initial values must fill the shape");
                values.extend(given);
            }
            Init::Normal { std } => {
                values.resize(offset + len, 0.0);
                noise.fill_normal(Stream::Init, id as u64, &mut values[offset..]);
                values[offset..].iter_mut().for_each(|v| *v *= std);
            }
        }
        self.entries.push(Entry { name: name.into(), shape: shape.to_vec(), offset, mask: None });
        ParamId(id)
    }

    /// Adds a parameter of which only the entries with `free` true are learned; the others are zero for good.
    pub fn add_masked(
        &mut self,
        name: impl Into<String>,
        shape: &[usize],
        init: Init,
        free: Vec<bool>,
        noise: &Noise,
    ) -> ParamId {
        let id = self.add(name, shape, init, noise);
        let offset = self.entries[id.0].offset;
        for (value, &free) in self.values_mut()[offset..].iter_mut().zip(&free) {
            if !free {
                *value = 0.0;
            }
        }
        self.entries[id.0].mask = Some(free);
        id
    }

    /// Multiplies each weight, which is of two dimensions or more, so that its values have this root mean square; one of zeros stays.
    pub fn rescale_weights(&mut self, deviation: f64) {
        let values = Arc::make_mut(&mut self.values);
        for entry in self.entries.iter().filter(|entry| entry.is_matrix()) {
            let weight = &mut values[entry.offset..entry.offset + entry.len()];
            let squares: f64 = weight.iter().map(|&w| f64::from(w).powi(2)).sum();
            if squares > 0.0 {
                let factor = (deviation / (squares / weight.len() as f64).sqrt()) as f32;
                weight.iter_mut().for_each(|w| *w *= factor);
            }
        }
    }

    /// The parameter of a name.
    pub fn id(&self, name: &str) -> Option<ParamId> {
        self.entries.iter().position(|entry| entry.name == name).map(ParamId)
    }

    /// The entries, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The flat vector.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The flat vector, to be changed.
    pub fn values_mut(&mut self) -> &mut [f32] {
        Arc::make_mut(&mut self.values).as_mut_slice()
    }

    /// One parameter's values.
    pub fn get(&self, id: ParamId) -> &[f32] {
        let entry = &self.entries[id.0];
        &self.values[entry.offset..entry.offset + entry.len()]
    }

    /// One parameter's values, to be changed.
    pub fn get_mut(&mut self, id: ParamId) -> &mut [f32] {
        let entry = &self.entries[id.0];
        let range = entry.offset..entry.offset + entry.len();
        &mut self.values_mut()[range]
    }

    /// The name of the parameter that holds position `index` of the flat vector.
    pub fn name_at(&self, index: usize) -> &str {
        let k = self.entries.partition_point(|entry| entry.offset <= index);
        self.entries.get(k.wrapping_sub(1)).map_or("?", |entry| &entry.name)
    }

    /// The values on a device, where each parameter is a leaf; on an autodiff device gradients are tracked.
    pub fn leaves(&self, device: &Device) -> Leaves {
        tracked(self.constants(device), device)
    }

    /// [`Params::leaves`] with other values of the same shapes (a weight average).
    pub fn leaves_of(&self, values: &[f32], device: &Device) -> Leaves {
        tracked(self.bound(Arc::new(values.to_vec()), device), device)
    }

    /// The values on a device as constants, through which gradients pass and to which none is taken: the other player of
    /// a game.
    pub fn constants(&self, device: &Device) -> Leaves {
        self.bound(Arc::clone(&self.values), device)
    }

    fn bound(&self, values: Arc<Vec<f32>>, device: &Device) -> Leaves {
        let bytes = bytes::Bytes::from_owner(Shared(values));
        let of = |entry: &Entry| {
            let (start, len) = (entry.offset, entry.len());
            let of_entry = bytes.slice(start * size_of::<f32>()..(start + len) * size_of::<f32>());
            let of_entry = Bytes::from_shared(of_entry, AllocationProperty::Native);
            Tensor::<1>::from_data(TensorData::from_bytes(of_entry, [len], DType::F32), device)
        };
        let shapes = self.entries.iter().map(|entry| entry.shape.clone()).collect();
        Leaves { tensors: self.entries.iter().map(of).collect(), shapes }
    }

    /// The gradients of `leaves`; 0 of those that the loss does not depend on.
    pub fn gradient(&self, leaves: &Leaves, gradients: &mut Gradients) -> Gradient {
        let of = |(entry, leaf): (&Entry, &Tensor<1>)| {
            let found = leaf.grad_remove(gradients).and_then(|g| g.into_data().try_into_vec::<f32>().ok());
            let mut gradient = found.unwrap_or_else(|| vec![0.0; entry.len()]);
            if let Some(mask) = &entry.mask {
                gradient.iter_mut().zip(mask).for_each(|(g, &free)| *g = if free { *g } else { 0.0 });
            }
            gradient
        };
        self.entries.iter().zip(&leaves.tensors).map(of).collect()
    }
}

fn tracked(mut leaves: Leaves, device: &Device) -> Leaves {
    if device.is_autodiff() {
        leaves.tensors = leaves.tensors.into_iter().map(Tensor::require_grad).collect();
    }
    leaves
}

/// Parameters on a device.
#[derive(Debug, Clone)]
pub struct Leaves {
    tensors: Vec<Tensor<1>>,
    shapes: Vec<Vec<usize>>,
}

impl Leaves {
    /// A parameter in its shape, which has `D` dimensions.
    pub fn get<const D: usize>(&self, id: ParamId) -> Tensor<D> {
        let mut shape = [0; D];
        shape.copy_from_slice(&self.shapes[id.0]);
        self.tensors[id.0].clone().reshape(shape)
    }

    /// A parameter's values, in one row.
    pub fn flat(&self, id: ParamId) -> Tensor<1> {
        self.tensors[id.0].clone()
    }

    /// The same but for one parameter, whose values, in one row, are given.
    #[must_use]
    pub fn with(mut self, id: ParamId, values: Tensor<1>) -> Self {
        self.tensors[id.0] = values;
        self
    }

    /// The device.
    pub fn device(&self) -> Device {
        self.tensors.first().map_or_else(Device::flex, Tensor::device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_the_weights_themselves_until_these_change() {
        let mut params = Params::default();
        let id = params.add("w", &[2, 3], Init::Normal { std: 1.0 }, &Noise::new(1));
        let before = params.get(id).to_vec();
        let leaves = params.leaves(&Device::flex().autodiff());
        // Of what is made from a leaf, in place or not, neither the leaf nor the weights know.
        let doubled = leaves.get::<2>(id).inner().mul_scalar(2.0).into_data();
        assert_eq!(params.get(id), before);
        assert_eq!(doubled.try_into_vec::<f32>().ok(), Some(before.iter().map(|w| 2.0 * w).collect()));
        // Nor does a leaf know of later weights.
        params.values_mut().fill(7.0);
        assert_eq!(leaves.get::<2>(id).into_data().try_into_vec::<f32>().ok(), Some(before));
        assert_eq!(params.get(id), [7.0; 6]);
    }

    #[test]
    fn rescaled_weights_have_the_deviation_and_the_rest_stays() {
        let mut params = Params::default();
        let normal = || Init::Normal { std: 1.0 };
        let weight = params.add("layer.weight", &[4, 5], normal(), &Noise::new(1));
        let none = params.add("other.weight", &[2, 2], Init::Zeros, &Noise::new(1));
        let bias = params.add("layer.bias", &[5], normal(), &Noise::new(1));
        let (before, kept) = (params.get(weight).to_vec(), params.get(bias).to_vec());
        params.rescale_weights(0.02);
        let squares: f64 = params.get(weight).iter().map(|&w| f64::from(w).powi(2)).sum();
        // A rounding of each of twenty values, and of the factor.
        assert!(((squares / 20.0).sqrt() / 0.02 - 1.0).abs() < 4.0 * f64::from(f32::EPSILON));
        assert!(params.get(weight).iter().zip(&before).all(|(new, old)| new.signum() == old.signum()));
        assert_eq!((params.get(none), params.get(bias)), (&[0.0; 4][..], &kept[..]));
    }

    #[test]
    fn weights_that_nobody_holds_are_changed_where_they_are() {
        let mut params = Params::default();
        let id = params.add("w", &[8], Init::Zeros, &Noise::new(1));
        let at = params.values().as_ptr();
        let leaves = params.leaves(&Device::flex().autodiff());
        let mut gradients = leaves.get::<1>(id).powf_scalar(2.0).sum().backward();
        assert_eq!(params.gradient(&leaves, &mut gradients), [vec![0.0; 8]]);
        drop((leaves, gradients));
        params.values_mut()[0] = 1.0;
        assert_eq!(params.values().as_ptr(), at, "a step must not copy the weights");
    }
}
