//! The greatest of several pieces.

use super::*;

#[test]
fn greatest_pieces_agree() {
    for [rows, columns, pieces] in [[1, 1, 1], [5, 3, 2], [7, 4, 5], [2, 3, 9]] {
        compare(
            "maxout",
            &[&[rows, columns * pieces]],
            0.0,
            |x| Traced::fused_maxout(x[0].clone(), pieces).0,
            |x| {
                Traced::float_reshape(
                    Traced::float_max_dim(
                        Traced::float_reshape(x[0].clone(), Shape::from(vec![rows * columns, pieces])),
                        1,
                    ),
                    Shape::from(vec![rows, columns]),
                )
            },
        );
        let x = numbers(&[rows, columns * pieces], 3);
        let (fused, plain) =
            (Flex::fused_maxout(x.clone(), pieces), super::super::maxout::plain::<Flex>(x, pieces));
        same("chosen", fused.1.clone(), plain.1.clone(), 0.0);
        let g = numbers(&[rows, columns], 4);
        let of = super::super::maxout::plain_gradient::<Flex>(plain.1, g.clone(), pieces);
        same("gradient", Flex::fused_maxout_gradient(fused.1, g, pieces), of, 0.0);
    }
}
