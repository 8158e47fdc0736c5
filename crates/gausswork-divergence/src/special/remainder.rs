//! A Bregman divergence as the integral of its second derivative.

/// Nodes and weights of the 16-point Gauss–Legendre rule on [−1, 1], the positive half (DLMF 3.5, Golub &
/// Welsch 1969).
const NODES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_59),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

/// `B_A(x, y) = ∫_y^x (x − s) A''(s) ds ≥ 0` in panels no wider than `panel`.
///
/// Every term is non-negative and nothing cancels, however near x is to y.
pub(super) fn bregman_by_remainder(second: impl Fn(f64) -> f64, x: f64, y: f64, panel: f64) -> f64 {
    let d = x - y;
    let panels = (d.abs() / panel).ceil().max(1.0);
    let half = 0.5 * d / panels;
    let mut sum = 0.0;
    for k in 0..panels as usize {
        let middle = y + (2.0 * k as f64 + 1.0) * half;
        for (node, weight) in NODES {
            for s in [middle - half * node, middle + half * node] {
                sum += weight * ((x - s) / d) * second(s);
            }
        }
    }
    if d == 0.0 { 0.0 } else { sum * half * d }
}
