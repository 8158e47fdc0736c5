fn main() { let t=std::time::Instant::now();
 let rows = gausswork_divergence::verify::verify(&|_,_|{});
 println!("{} rows {} cases {:?}", rows.len(), rows.iter().map(|r| r.cases).sum::<usize>(), t.elapsed());
 for r in rows { if !r.holds() || std::env::args().count()>1 { println!("{:?} {} n {} worst {:e} at {}", r.subject, r.name, r.cases, r.worst, r.at); } } }
