//! Everything that `gausswork verify` checks holds.

use gausswork_divergence::{
    Family,
    verify::{Row, Subject, verify},
};

#[test]
fn every_closed_form_and_identity_holds() {
    let rows = verify(&|done, total| assert!(done <= total));
    let broken: Vec<&Row> = rows.iter().filter(|row| !row.holds()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let of = |subject| rows.iter().filter(move |row| row.subject == subject);

    // The bound of every pair is 1e-10, and no family lacks its own.
    assert!(of(Subject::Pair).all(|row| row.bound <= 1e-10 && row.cases > 0));
    for family in Family::ALL {
        let alone = [Family::StudentT];
        let name = format!("{family} -> {family}");
        let listed = of(Subject::Pair).any(|row| row.name == name);
        assert!(listed || alone.contains(family), "{name}");
    }
    let signs = rows.iter().find(|row| row.name.starts_with("no negative value")).unwrap();
    assert_eq!((signs.cases, signs.worst), (10_000_000, 0.0));
    assert!(of(Subject::Identity).count() >= 20);
    assert!(of(Subject::Gradient).count() >= 100);
}
