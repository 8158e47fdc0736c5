#[test]
fn dbg() { for l in gausswork_divergence::verify::debug() { println!("{}", &l); } }
