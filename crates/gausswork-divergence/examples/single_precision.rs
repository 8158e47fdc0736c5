//! What the textbook form of the divergence of normal distributions loses in `f32`, as in docs/mathematics.md:
//! `cargo run --release -p gausswork-divergence --example single_precision`

use gausswork_divergence::prelude::*;

/// `ln(σ₂/σ₁) + (σ₁² + (μ₁ − μ₂)²)/(2σ₂²) − ½`.
fn textbook([m1, s1, m2, s2]: [f32; 4]) -> f32 {
    (s2 / s1).ln() + (s1 * s1 + (m1 - m2) * (m1 - m2)) / (2.0 * s2 * s2) - 0.5
}

/// `½((μ₁ − μ₂)/σ₂)² + ½t² + (t − ln(1 + t))`, `t = (σ₁ − σ₂)/σ₂`.
fn stable([m1, s1, m2, s2]: [f32; 4]) -> f32 {
    let (z, t) = ((m1 - m2) / s2, (s1 - s2) / s2);
    0.5 * z * z + 0.5 * t * t + log_excess(t, s1 / s2)
}

/// `t − ln(1 + t)`; `special::log_excess` explains the series. `ratio` is 1 + t before its digits are lost.
fn log_excess(t: f32, ratio: f32) -> f32 {
    if t.abs() > 0.3 {
        return t - ratio.ln();
    }
    let s = t / (2.0 + t);
    let s2 = s * s;
    t * s - 2.0 * s * s2 * (1.0 / 3.0 + s2 * (1.0 / 5.0 + s2 * (1.0 / 7.0 + s2 / 9.0)))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows: [[f32; 4]; 8] = [
        [0.0, 1.0, 1.0, 2.0],
        [0.0, 1.01, 0.0, 1.0],
        [0.0, 1.001, 0.0, 1.0],
        [0.0, 1.0001, 0.0, 1.0],
        [0.001, 1.0001, 0.0, 1.0],
        [1000.0, 0.01, 1000.001, 0.01],
        [0.0, 1e-25, 0.0, 1e-25],
        [0.0, 1e20, 1e20, 1e20],
    ];
    println!("| q = N(μ₁, σ₁²) | p = N(μ₂, σ₂²) | exact | textbook, f32 | stable, f32 |");
    println!("|---|---|---|---|---|");
    for row in rows {
        let [m1, s1, m2, s2] = row;
        // Exact for the numbers that f32 holds.
        let (q, p) = (Normal::new(m1.into(), s1.into())?, Normal::new(m2.into(), s2.into())?);
        let exact = kl(&q, &p)?.value;
        println!(
            "| ({m1:?}, {s1:?}) | ({m2:?}, {s2:?}) | {exact:.4e} | {:.4e} | {:.4e} |",
            textbook(row),
            stable(row)
        );
    }
    Ok(())
}
