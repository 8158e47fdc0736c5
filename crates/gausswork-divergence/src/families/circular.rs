//! The von Mises distribution of an angle.

use std::f64::consts::PI;

use rand::Rng;

use super::{open01, scalar_family};
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    quadrature,
    special::{LN_TWO_PI, log_i0},
};

scalar_family! {
    /// `ln p(x) = kappa cos(x − mu) − ln 2π − ln I₀(kappa)` for an angle x from −π to π.
    VonMises "von_mises" {
        /// The mean direction; any number, understood modulo 2π.
        mu: Finite,
        /// The concentration.
        kappa: Positive,
    }
}

impl VonMises {
    /// The mean direction as an angle from −π to π.
    fn angle(&self) -> f64 {
        self.mu - 2.0 * PI * (self.mu / (2.0 * PI)).round()
    }
}

impl Univariate for VonMises {
    /// *Stability*: `kappa (cos − 1)` as `−2 kappa sin²`, against `ln I₀(kappa) − kappa`.
    fn ln_density(&self, at: Point) -> f64 {
        if at.x.abs() > PI {
            return f64::NEG_INFINITY;
        }
        let sin = (0.5 * (at.x - self.mu)).sin();
        -2.0 * self.kappa * sin * sin - LN_TWO_PI - (log_i0(self.kappa) - self.kappa)
    }

    fn support(&self) -> Support {
        Support::Interval(-PI, PI)
    }

    fn place(&self) -> Place {
        Place { center: self.angle(), scale: (1.0 / self.kappa.sqrt()).min(1.0) }
    }

    /// By quadrature.
    fn cdf(&self, x: f64) -> f64 {
        if x <= -PI {
            return 0.0;
        }
        if x >= PI {
            return 1.0;
        }
        quadrature::mass(self, -PI, x).value
    }

    /// By rejection from a wrapped Cauchy distribution (Best & Fisher 1979).
    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let kappa = self.kappa;
        let tau = 1.0 + (1.0 + 4.0 * kappa * kappa).sqrt();
        let rho = (tau - (2.0 * tau).sqrt()) / (2.0 * kappa);
        // r = (1 + rho²)/(2 rho), which for small kappa is 1/kappa.
        let r = if kappa < 1e-5 { 1.0 / kappa } else { (1.0 + rho * rho) / (2.0 * rho) };
        loop {
            let z = (PI * open01(rng)).cos();
            let f = (1.0 + r * z) / (r + z);
            let c = kappa * (r - f);
            let u = open01(rng);
            if c * (2.0 - c) > u || (c / u).ln() + 1.0 >= c {
                let turn = f.clamp(-1.0, 1.0).acos();
                let angle = self.mu + if open01(rng) < 0.5 { turn } else { -turn };
                return Point::from(angle - 2.0 * PI * (angle / (2.0 * PI)).round());
            }
        }
    }
}
