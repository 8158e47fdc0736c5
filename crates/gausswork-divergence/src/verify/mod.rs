//! dbg
mod grid;
use crate::*;
/// dbg
pub fn debug() -> Vec<String> {
    let mut out = vec![];
    for &f in Family::ALL { for d in grid::grid(f) {
        let Some(u) = d.univariate() else {continue};
        let m = quadrature::expectation(u,u,|_|1.0);
        if (m.value-1.0).abs()>1e-12 { out.push(format!("MASS {d} {:e} err {:e}", m.value-1.0, m.error)); }
        if let Ok(h)=entropy(&d) { let e=quadrature::entropy(u); let rel=(h.value-e.value).abs()/h.value.abs().max(1e-3); if !(rel<1e-12) { out.push(format!("ENT {d} closed {} quad {} rel {rel:e} err {:e}", h.value,e.value,e.error)); } }
    }}
    for &f in Family::ALL { for &g in Family::ALL {
        let (mut worst, mut at, mut n, mut inf, mut none)=(0.0, String::new(),0,0,0); let mut evals=0;
        for q in grid::grid(f) { for p in grid::grid(g) {
            let (Some(a),Some(b))=(q.univariate(),p.univariate()) else {continue};
            match forms::kl(&q,&p) {
                Ok(c) if c.value.is_infinite() && c.formula==forms::OUTSIDE => inf+=1,
                Ok(c) => { n+=1; let k=quadrature::kl(a,b); evals+=k.evaluations;
                    let rel = if c.value==k.value || (c.value.is_infinite()&&!(k.error<1e-9*k.value)) {0.0} else {(c.value-k.value).abs()/c.value.abs().max(1e-20)};
                    if !(rel<=worst) { worst=rel; at=format!("{q} | {p}: {:e} vs {:e} err {:e} n {}", c.value,k.value,k.error,k.evaluations); }
                    if c.value<0.0 { out.push(format!("NEG {q} {p} {}",c.value)); }
                    if let (Ok(ce),Ok(h))=(cross_entropy(&q,&p),entropy(&q)) { if c.value.is_finite() {let d=(ce.value-h.value-c.value).abs()/(1.0+ce.value.abs()+h.value.abs()+c.value.abs()); if !(d<1e-12) {out.push(format!("LAW {q} {p} {:e} ce {} h {} kl {}",d,ce.value,h.value,c.value));}} }
                    
                }
                Err(_) => none+=1,
            }
        }}
        if n>0 && !(worst<1e-11) { out.push(format!("{f}->{g}: n {n} inf {inf} none {none} worst {worst:e} {at} evals {evals}")); }
    }}
    out
}
