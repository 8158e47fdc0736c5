//! The dependency rule of the library: which top module may name which other.
//!
//! The sources are read as rustfmt leaves them, without `//` comments and without the test module that
//! ends a file (clippy's `items_after_test_module` keeps it last). A path counts when it starts at
//! the root: `crate::a::b`, `use crate::{a, b::c}`, or as many `super::` as the file is deep. A name
//! that `lib.rs` re-exports counts as the module it comes from. Paths built by a macro are not seen.
#![allow(clippy::expect_used, reason = "unreadable input is a failure")]

use std::collections::{BTreeMap, BTreeSet};
use std::{fs, path::Path};

const ROW1: &[&str] = &["error", "fused", "noise", "layout", "learner", "whole"];
const ROW2: &[&str] = &["divergence", "dist", "data", "nn", "eval"];
const ROW3: &[&str] = &["vae", "gan", "extractor"];

/// The top modules that `module` may name; `None` for a module that has no row yet.
fn allowed(module: &str) -> Option<Vec<&'static str>> {
    Some(match module {
        "error" | "fused" | "noise" | "layout" | "learner" | "whole" => ROW1.to_vec(),
        "divergence" | "dist" | "data" | "eval" => ROW1.to_vec(),
        "nn" => [ROW1, &["dist"]].concat(),
        "vae" | "gan" => [ROW1, &["divergence", "dist", "data", "nn"]].concat(),
        "extractor" => [ROW1, &["data", "eval", "nn"]].concat(),
        "train" => [ROW1, ROW2].concat(),
        "artifact" => [ROW1, ROW2, ROW3, &["train"]].concat(),
        "run" | "lib" => [ROW1, ROW2, ROW3, &["train", "artifact", "run"]].concat(),
        _ => return None,
    })
}

/// A file: its path below the scanned folder, with `/` between the parts, and its text.
type Source = (String, String);

/// The text without comments and the final test module, each run of white space made one space.
fn code(text: &str) -> String {
    let uncommented = |line: &str| line.split("//").next().unwrap_or("").to_owned();
    let mut lines: Vec<String> = text.lines().map(uncommented).collect();
    let starts_tests = |i: &usize| {
        let mut after = lines[i + 1..].iter().filter(|line| !line.starts_with("#["));
        lines[*i] == "#[cfg(test)]" && after.next().is_some_and(|line| line.starts_with("mod "))
    };
    let end = (0..lines.len()).find(starts_tests).unwrap_or(lines.len());
    lines.truncate(end);
    let text = lines.join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Adds the paths that the path or `use` tree at the start of `tree` names, each behind `prefix`.
fn leaves(tree: &str, prefix: &str, out: &mut Vec<String>) {
    let tree = tree.trim_start();
    if !tree.starts_with('{') {
        let outside = |c: char| !(c.is_alphanumeric() || "_:*".contains(c));
        let end = tree.find(outside).unwrap_or(tree.len());
        let path = format!("{prefix}{}", &tree[..end]);
        if tree[end..].starts_with('{') && path.ends_with("::") {
            return leaves(&tree[end..], &path, out);
        }
        let path = path.trim_end_matches("::self").trim_end_matches(':');
        return out.push(path.to_owned());
    }
    let (mut depth, mut start) = (0, 1);
    for (i, c) in tree.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if (depth == 1 && c == ',') || depth == 0 {
            if !tree[start..i].trim().is_empty() {
                leaves(&tree[start..i], prefix, out);
            }
            start = i + 1;
        }
        if depth == 0 {
            return;
        }
    }
}

/// Every path from the crate's root in the code of a file that is `depth` modules below it.
fn root_paths(code: &str, depth: usize) -> Vec<String> {
    let mut out = Vec::new();
    for (at, root) in code.match_indices("crate::") {
        leaves(&code[at + root.len()..], "", &mut out);
    }
    for (at, up) in code.match_indices("super::") {
        let rest = code[at..].trim_start_matches(up);
        let climbed = (code.len() - at - rest.len()) / up.len();
        if climbed >= depth {
            leaves(rest, "", &mut out);
        }
    }
    out
}

/// Every breach of the rule in the library's sources.
fn breaches(sources: &[Source]) -> Vec<String> {
    let (mut out, mut exported) = (Vec::new(), Vec::new());
    for (_, text) in sources.iter().filter(|(file, _)| file == "lib.rs") {
        for tree in code(text).split("use ").skip(1) {
            leaves(tree, "", &mut exported);
        }
    }
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for (file, code) in sources.iter().map(|(file, text)| (file, code(text))) {
        if code.contains("print!") || code.contains("println!") {
            out.push(format!("{file}: writes to a standard stream"));
        }
        let module = file.trim_end_matches(".rs").trim_end_matches("/mod");
        let top = module.split('/').next().unwrap_or(module);
        let Some(may) = allowed(top) else {
            out.push(format!("{file}: `{top}` has no row in the table"));
            continue;
        };
        for path in root_paths(&code, module.split('/').count()) {
            let first = path.split("::").next().unwrap_or(&path);
            let name = format!("::{first}");
            let export = exported.iter().find(|leaf| leaf.ends_with(&name));
            let to = export.map_or(first, |leaf| leaf.split("::").next().unwrap_or(leaf));
            if to == top {
                continue;
            } else if may.contains(&to) {
                uses.entry(top.into()).or_default().insert(to.into());
            } else {
                out.push(format!("{file}: `{top}` may not use `crate::{path}`"));
            }
        }
    }
    // A module that uses no other is in no cycle: take such modules away until only cycles are left.
    for _ in 0..uses.len() {
        let left: BTreeSet<String> = uses.keys().cloned().collect();
        uses.retain(|_, used| !used.is_disjoint(&left));
    }
    if !uses.is_empty() {
        out.push(format!("these modules lead into a cycle: {uses:?}"));
    }
    out
}

/// The Rust files below `folder`, a path from this crate, without those called `tests.rs`.
fn sources(folder: &str) -> Vec<Source> {
    let mut out = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    for entry in fs::read_dir(&folder).expect("a folder of sources") {
        let path = entry.expect("an entry of the folder").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if path.is_dir() {
            let below = sources(&path.to_string_lossy()).into_iter();
            out.extend(below.map(|(file, text)| (format!("{name}/{file}"), text)));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).expect("a source file");
            out.push((name.into_owned(), text));
        }
    }
    out
}

#[test]
fn the_library_keeps_the_rule() {
    let found = breaches(&sources("src"));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_command_takes_no_library_source() {
    for (file, text) in sources("../gausswork-cli/src") {
        let code = code(&text);
        assert!(!code.contains("#[path"), "{file}: `#[path]`");
        assert!(!code.contains("include!"), "{file}: `include!`");
    }
}

/// Per line: the number of breaches, the file, and its text with `\n` for a new line.
const SAMPLES: &str = r"
1 vae/mod.rs      use crate::gan::Gan;
1 vae/elbo.rs     use crate::{\n    dist::{Normal, self},\n    eval,\n};
1 train/mod.rs    fn f() { super::vae::fit() }
1 dist/normal.rs  use super::super::data::Table;
1 gan/mod.rs      use crate::Vae;
1 error.rs        use crate::data::Codec;
1 nn/mod.rs       fn f() { eprintln!() }
1 extra.rs        struct Extra;
1 learner.rs      use crate::train::Threads;
0 vae/mod.rs      use crate::{Error, nn::{self, Head as H}, dist::*};
0 dist/normal.rs  use super::Family; // crate::gan\n/// [`crate::nn`]: println!
0 dist/mod.rs     #[cfg(test)]\nmod tests {\n    use crate::nn::Head;\n}";

#[test]
fn the_checker_tells_right_from_wrong() {
    let own = |file: &str, text: &str| (file.to_owned(), text.replace(r"\n", "\n"));
    let lib = own("lib.rs", r"pub use error::{Error};\npub use vae::Vae;");
    for line in SAMPLES.trim().lines() {
        let (file, text) = line[2..].split_once(' ').expect("a file and its text");
        let found = breaches(&[lib.clone(), own(file, text.trim_start())]);
        assert_eq!(found.len().to_string(), &line[..1], "{line}: {found:?}");
    }
    let there = own("noise.rs", "use crate::layout::Span;");
    let back = own("layout.rs", "use crate::noise::Noise;");
    assert_eq!(breaches(&[there, back]).len(), 1);
}
