//! Likelihoods and the distribution of a latent.

use super::*;

#[test]
fn parts_of_the_normal_distribution_agree() {
    for shape in [&[1_usize, 1][..], &[7, 5], &[3, 100]] {
        // Parameters within ±1, of which a rate is a few numbers of that size; four units of the exponential.
        let slack = 16.0 * f64::from(f32::EPSILON);
        // Slopes at larger variances too: both branches of the series.
        let wide =
            |x: &FloatTensor<Traced>| Traced::float_mul_scalar(x.clone(), burn::tensor::Scalar::Float(3.0));
        compare(
            "rate",
            &[shape, shape],
            3.0 * slack * f64::exp(3.0),
            |x| Traced::fused_normal_rate(x[0].clone(), wide(&x[1])).0,
            |x| normal::plain_rate::<Traced>(x[0].clone(), wide(&x[1])).0,
        );
        let epsilon = || FloatTensor::<Traced>::new(numbers(shape, 5));
        compare(
            "draw",
            &[shape, shape],
            slack,
            |x| Traced::fused_normal_draw(x[0].clone(), x[1].clone(), epsilon()).0,
            |x| normal::plain_draw::<Traced>(x[0].clone(), x[1].clone(), epsilon()).0,
        );
    }
    let empty = Flex::fused_normal_rate(numbers(&[0, 4], 0), numbers(&[0, 4], 1));
    assert_eq!(empty.0.shape(), Shape::from(vec![0, 4]));
}

#[test]
fn losses_of_spans_agree() {
    for lengths in [&[1_usize][..], &[2, 7, 3], &[40]] {
        let columns: usize = lengths.iter().sum();
        for rows in [1, 6] {
            let mut hot = vec![0.0_f32; rows * columns];
            for row in 0..rows {
                let mut first = row * columns;
                for (k, length) in lengths.iter().enumerate() {
                    hot[first + (row + k) % length] = 1.0;
                    first += length;
                }
            }
            let targets = || {
                let data = TensorData::new(hot.clone(), Shape::from(vec![rows, columns]));
                FloatTensor::<Traced>::new(Plain::from_data(data))
            };
            compare(
                "spans",
                &[&[rows, columns]],
                4.0 * sums(lengths.len()) + 20.0 * f64::from(f32::EPSILON),
                |x| Traced::fused_spans_loss(x[0].clone(), targets(), lengths.to_vec()).0,
                |x| spans::plain::<Traced>(x[0].clone(), targets(), lengths.to_vec()).0,
            );
        }
    }
}

#[test]
fn softmaxes_of_spans_agree() {
    for lengths in [&[1_usize][..], &[2, 7, 3], &[40]] {
        for (rows, temperature) in [(1, 1.0_f32), (6, 0.5)] {
            // Exponents of a few units, each share a sum of a span and a product; the slope again, over the temperature.
            compare(
                "softmax of spans",
                &[&[rows, lengths.iter().sum()]],
                (sums(40) + 20.0 * f64::from(f32::EPSILON)) / f64::from(temperature),
                |x| Traced::fused_spans_softmax(x[0].clone(), lengths.to_vec(), temperature),
                |x| spans_softmax::plain::<Traced>(x[0].clone(), lengths.to_vec(), temperature),
            );
        }
    }
}
