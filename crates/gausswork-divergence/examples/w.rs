use gausswork_divergence::*;
fn main() { let q: Distribution = Normal::new(0.001,1.0).unwrap().into(); let p: Distribution = Normal::new(1.0,2.0).unwrap().into();
 println!("{:?}", measure(Divergence::Wasserstein1,&q,&p,10,1).unwrap()); }
