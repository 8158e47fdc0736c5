//! Tensors of the CPU backend as slices.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{DType, Shape, TensorData};

/// The values of a contiguous tensor of f32; none of another type.
pub(super) fn slice(x: &FloatTensor<Flex>) -> Option<&[f32]> {
    (x.dtype() == DType::F32).then(|| x.as_slice()).flatten()
}

/// The values of a tensor of f32, without a copy where nobody else holds them; a tensor of another type is given back.
pub(super) fn owned(x: FloatTensor<Flex>) -> Result<Vec<f32>, FloatTensor<Flex>> {
    if x.dtype() == DType::F32 {
        // With the type tested this cannot fail.
        Ok(x.into_data().try_into_vec().unwrap_or_default())
    } else {
        Err(x)
    }
}

/// A tensor of a shape.
pub(super) fn filled(shape: Shape, values: Vec<f32>) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape))
}

/// A tensor of the same shape.
pub(super) fn like(x: &FloatTensor<Flex>, values: Vec<f32>) -> FloatTensor<Flex> {
    filled(x.layout().shape().clone(), values)
}
