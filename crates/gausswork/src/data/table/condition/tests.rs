#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use arrow::array::Array as _;

use super::*;
use crate::data::table::{Kind, ReadOptions, Resolution, Table, read};

/// A table with a column of every kind; `n` is 0 to 99 twice and then 150, `city` is missing in every fourth row.
fn every_kind() -> Table {
    let mut csv = "id,n,x,flag,city,day,at,\"a,b\",note,same\n".to_owned();
    for row in 0..201 {
        let n = if row == 200 { 150 } else { row % 100 };
        let x = f64::from(row) / 4.0;
        let flag = ["no", "yes"][row as usize % 2];
        let city = ["Oslo", "NA", "\"Bergen, north\"", ">50K"][row as usize % 4];
        let (day, hour) = (1 + row % 28, row % 24);
        let note = ["red fox ran", "blue", "old green sea"][row as usize % 3];
        csv += &format!(
            "{},{n},{x:.2},{flag},{city},{day:02}.03.2024,2024-03-{day:02} {hour:02}:30:00,{n},{note} {row},k\n",
            1000 + row
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, csv).unwrap();
    let types =
        [("city", Kind::Category), ("note", Kind::Text), ("id", Kind::Identifier), ("n", Kind::Integer)];
    let types: BTreeMap<_, _> = types.map(|(name, kind)| (name.to_owned(), kind)).into();
    read(&path, &ReadOptions { types, ..ReadOptions::default() }).unwrap()
}

fn codec(table: &Table) -> TableCodec {
    let rows: Vec<u32> = (0..table.batch.num_rows() as u32).collect();
    TableCodec::fit(table, &rows, Resolution::Fine).unwrap()
}

#[test]
fn rows_of_every_kind_are_told_apart() {
    let table = every_kind();
    let codec = codec(&table);
    let rows = |holds: &dyn Fn(usize) -> bool| (0..201).filter(|&row| holds(row)).collect::<Vec<_>>();
    let n = |row: usize| if row == 200 { 150 } else { row % 100 };
    let day = |row: usize| 1 + row % 28;
    let city = |row: usize| row % 4;
    let cases: [(&str, Vec<usize>); 24] = [
        ("n>40", rows(&|row| n(row) > 40)),
        ("n >= 40, n<=42.0", rows(&|row| (40..=42).contains(&n(row)))),
        ("n!=40,n<3", rows(&|row| n(row) < 3)),
        ("n=150", rows(&|row| row == 200)),
        ("x<0.75", rows(&|row| row < 3)),
        ("x=12.25", rows(&|row| row == 49)),
        ("x>=1e1,x<11", rows(&|row| (40..44).contains(&row))),
        ("x!=0", rows(&|row| row != 0)),
        ("flag=yes", rows(&|row| row % 2 == 1)),
        ("flag!=yes", rows(&|row| row % 2 == 0)),
        ("city=Oslo", rows(&|row| city(row) == 0)),
        ("city!=Oslo", rows(&|row| city(row) > 1)),
        ("city=", rows(&|row| city(row) == 1)),
        ("city=NA", rows(&|row| city(row) == 1)),
        ("city!=", rows(&|row| city(row) != 1)),
        ("city=\"Bergen, north\"", rows(&|row| city(row) == 2)),
        ("city='>50K',n<50", rows(&|row| city(row) == 3 && n(row) < 50)),
        ("day>=27.03.2024", rows(&|row| day(row) >= 27)),
        ("day=1.3.2024", rows(&|row| day(row) == 1)),
        ("at<2024-03-02", rows(&|row| day(row) == 1)),
        ("at=2024-03-01 04:30:00", rows(&|row| day(row) == 1 && row % 24 == 4)),
        ("\"a,b\"=7", rows(&|row| n(row) == 7)),
        ("id=1003", vec![3]),
        ("same=k,note='blue 4'", vec![4]),
    ];
    for (text, expected) in cases {
        let conditions = Conditions::parse(text, &table.schema).unwrap();
        conditions.check(&codec).unwrap();
        let mask = conditions.mask(&table.batch).unwrap();
        let met: Vec<usize> = (0..201).filter(|&row| mask.is_valid(row) && mask.value(row)).collect();
        assert_eq!(met, expected, "{text}");
        assert_eq!(conditions.filter(&table.batch).unwrap().num_rows(), expected.len(), "{text}");
        assert_eq!(Conditions::parse(&conditions.to_string(), &table.schema).unwrap(), conditions, "{text}");
    }
    assert!(Conditions::default().is_empty());
    assert_eq!(Conditions::default().filter(&table.batch).unwrap().num_rows(), 201);
}

#[test]
fn conditions_that_do_not_fit_the_table() {
    let table = every_kind();
    for (text, words) in [
        ("cty=Oslo", ["\"cty\"", "did you mean \"city\""]),
        ("city>Oslo", ["kind category", "not >"]),
        ("flag<=yes", ["kind boolean", "not <="]),
        ("note>a", ["kind text", "not >"]),
        ("n>", ["missing cell", "not >"]),
        ("city<NA", ["\"NA\" means a missing cell", "not <"]),
        ("n=old", ["\"old\" is not a whole number", "\"n\""]),
        ("n>40.5", ["\"40.5\" is not a whole number", "kind integer"]),
        ("x<nan", ["not a finite number", "kind float"]),
        ("x<1e999", ["not a finite number", "kind float"]),
        ("flag=true", ["neither \"no\" nor \"yes\"", "\"flag\""]),
        ("day=2024-03-01", ["not a day", "31.12.2024"]),
        ("at>01.03.2024", ["not an instant", "2024-12-31 00:00:00"]),
        ("at>2024-03-01 00:00:00.5", ["finer", "timestamp"]),
        ("n>40,x>1,n<30", ["n>40, n<30:", "exclude each other"]),
        ("n>40,n<=40", ["n>40, n<=40", "exclude"]),
        ("n>4,n<6,n!=5", ["n!=5", "exclude"]),
        ("n=1,n=2", ["n=1, n=2", "exclude"]),
        ("x>0,x<0", ["x>0, x<0", "exclude"]),
        ("flag=yes,flag=no", ["flag=no", "exclude"]),
        ("city=Oslo,city!=Oslo", ["city!=Oslo", "exclude"]),
        ("city=,city=Oslo", ["city=, city=Oslo", "exclude"]),
        ("city=,city!=", ["city!=", "exclude"]),
    ] {
        let error = Conditions::parse(text, &table.schema).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{text}: {error}");
    }
}

#[test]
fn conditions_that_no_row_can_meet() {
    let table = every_kind();
    let codec = codec(&table);
    for (text, words) in [
        ("n>150", ["n>150", "from 0 to 150"]),
        ("n<0,x>3", ["n<0", "from 0 to 150"]),
        ("n=7,n<200,x>50.25", ["x>50.25", "from 0.00 to 50.00"]),
        ("day>28.03.2024", ["\"day\"", "from 01.03.2024 to 28.03.2024"]),
        ("at<2024-03-01", ["\"at\"", "from 2024-03-01 00:30:00"]),
        ("x=1.3", ["x=1.3", "between 0.00 and 50.00"]),
        ("n=", ["\"n\"", "no cell"]),
        ("city=Osli", ["3 levels", "they are \"Oslo\""]),
        ("city!=Paris", ["city!=Paris", "\"Bergen, north\""]),
        ("city!=Oslo,city!='>50K',city!='Bergen, north'", ["none of its values", "\"Oslo\""]),
        ("flag!=yes,flag!=no", ["none of its values", "\"no\", \"yes\""]),
        ("same=j", ["same=j", "\"k\""]),
        ("note=", ["\"note\"", "no cell"]),
    ] {
        let error = Conditions::parse(text, &table.schema).unwrap().check(&codec).unwrap_err().to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{text}: {error}");
    }
}

/// What is refused is never drawn, and what is drawn is never refused: every value that codes decode to, and every one
/// that lies between two of them.
#[test]
fn exactly_the_numbers_that_are_drawn_can_be_asked_for() {
    let table = every_kind();
    let codec = codec(&table);
    for (name, step) in [("n", 1.0), ("x", 0.25)] {
        let column = table.schema.columns.iter().position(|column| column.name == name).unwrap();
        let crate::data::table::ColumnCodec::Numeric { codec: numeric, .. } = &codec.columns[column] else {
            panic!("{name} is a number")
        };
        let mut drawn: Vec<f64> = Vec::new();
        for code in 0..numeric.codes.len() {
            let scores = (-4000..4000).map(|i| f64::from(i) / 1000.0);
            drawn.extend(scores.map(|score| numeric.scale.float(numeric.decode(code, score))));
        }
        drawn.sort_by(f64::total_cmp);
        drawn.dedup();
        let mut value = -2.0;
        while value < 200.0 {
            let conditions = Conditions::parse(&format!("{name}={value}"), &table.schema).unwrap();
            assert_eq!(conditions.check(&codec).is_ok(), drawn.contains(&value), "{name}={value}");
            value += step;
        }
        // All of them excluded but one, and then that one, too.
        let but = |kept: usize| {
            let others = drawn.iter().enumerate().filter(|&(i, _)| i != kept);
            let conditions: Vec<String> = others.map(|(_, value)| format!("{name}!={value}")).collect();
            Conditions::parse(&conditions.join(","), &table.schema).unwrap().check(&codec).is_ok()
        };
        assert!(but(0) && but(drawn.len() / 2) && but(drawn.len() - 1) && !but(usize::MAX));
    }
}
