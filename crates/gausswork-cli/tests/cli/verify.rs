//! `gausswork verify`: every check is listed and holds, as JSON and with a picture.

use crate::common::{fails, succeeds};

#[test]
fn every_check_holds_and_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (stdout, _) = succeeds(folder.path(), &["verify", "--json", "--plot", "slopes.svg"]);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["holds"], true);
    let checks = report["checks"].as_array().unwrap();
    for subject in ["pair", "gradient", "kind", "law", "identity"] {
        assert!(checks.iter().any(|check| check["subject"] == subject), "{subject}");
    }
    for check in checks {
        let worst = check["worst"].as_f64().unwrap_or(f64::INFINITY);
        assert_eq!(check["holds"], worst <= check["bound"].as_f64().unwrap(), "{check}");
        assert!(check["cases"].as_u64().unwrap() > 0, "{check}");
    }
    let svg = std::fs::read_to_string(folder.path().join("slopes.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg:.100}");
}

#[test]
fn a_picture_has_to_be_named_like_one() {
    let folder = tempfile::tempdir().unwrap();
    fails(folder.path(), &["verify", "--plot", "slopes.pdf"], 2, &["slopes.pdf", ".svg", ".png"]);
}
