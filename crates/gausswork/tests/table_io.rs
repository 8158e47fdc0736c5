//! Tables in and out: every file that people have comes back as it was, and every bad one says why not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use gausswork::data::table::*;
use tempfile::TempDir;

fn options() -> ReadOptions {
    ReadOptions::default()
}

fn file(directory: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

fn write(table: &Table, path: &Path) {
    let mut writer = TableWriter::create(path, &table.schema).unwrap();
    // In parts, as a generator writes.
    let middle = table.batch.num_rows() / 2;
    writer.write(&table.batch.slice(0, middle)).unwrap();
    writer.write(&table.batch.slice(middle, table.batch.num_rows() - middle)).unwrap();
    writer.finish().unwrap();
}

/// Reads a CSV text, writes it again, and demands the same bytes.
fn same_csv(content: &str) -> Table {
    let directory = TempDir::new().unwrap();
    let input = file(&directory, "in.csv", content);
    let table = read(&input, &options()).unwrap();
    let output = directory.path().join("out.csv");
    write(&table, &output);
    assert_eq!(fs::read_to_string(&output).unwrap(), content);
    // The schema survives its JSON, and reads the file as itself.
    let json = serde_json::to_string(&table.schema).unwrap();
    let schema: TableSchema = serde_json::from_str(&json).unwrap();
    assert_eq!(schema, table.schema);
    let again = read_as(&input, &options(), &schema).unwrap();
    assert_eq!(again.fingerprint, table.fingerprint);
    assert_eq!(again.schema, table.schema);
    table
}

fn kinds(table: &Table) -> Vec<Kind> {
    table.schema.columns.iter().map(|column| column.kind).collect()
}

fn kind_of(values: &[&str]) -> Kind {
    kinds(&same_csv(&format!(
        "a,b\n{}",
        values.iter().map(|value| format!("{value},x\n")).collect::<String>()
    )))[0]
}

fn error(name: &str, content: impl AsRef<[u8]>, options: &ReadOptions) -> TableError {
    let directory = TempDir::new().unwrap();
    read(&file(&directory, name, content), options).unwrap_err()
}

#[track_caller]
fn says(error: &TableError, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{text:?} does not say {part:?}");
    }
}

#[test]
fn ordinary_files_come_back_byte_for_byte() {
    let table = same_csv(
        "age,job,pay,ok,day,at\n39,clerk,1.50,yes,2024-01-31,2024-01-31T10:00:00Z\n50,?,2.25,no,1999-12-31,1999-12-31T23:59:59Z\n38,clerk,NA,yes,,\n",
    );
    use Kind::{Boolean, Category, Date, Float, Integer, Timestamp};
    assert_eq!(kinds(&table), [Integer, Category, Float, Boolean, Date, Timestamp]);
    assert_eq!(table.schema.columns[2].format.decimals, Some(2));
    assert_eq!(table.schema.columns[2].missing, 1);
    same_csv("a;b\r\n1,5;x\r\n2,25;y\r\n");
    same_csv("\u{feff}a\tb\n1\tx\n2\ty");
    same_csv("\"a\",\"b\"\n1,\"x\"\n2,\"y, \"\"z\"\"\"\n");
    same_csv("a, b, c\n39, State-gov, 1\n50, Private, 2\n");
    same_csv("'a','b'\n1,'x,y'\n2,'z'\n");
    same_csv("a,b\r1,x\r2,y\r");
    same_csv("id,x\n7,1.5e-05\n9,0.25\n8,3.0\n");
    same_csv("x\n1\n\n2\n");
    same_csv("a,b\n1,\"two\nlines\"\n2,one\n");
    same_csv("a|b\n1|NULL\n2|x\n3|y\n");
    same_csv("grün,日本\nä,1\nö,2\n");
    same_csv("a,b\n\"1\",x\n\"2\",y\n");
}

#[test]
fn kinds_are_told() {
    assert_eq!(kind_of(&["1", "2", "2"]), Kind::Integer);
    assert_eq!(kind_of(&["1.0", "2.0", "2.0"]), Kind::Float);
    assert_eq!(kind_of(&["0", "1", "1"]), Kind::Integer);
    assert_eq!(kind_of(&["01234", "99999", "01234"]), Kind::Category);
    assert_eq!(kind_of(&["t", "f", "f"]), Kind::Boolean);
    assert_eq!(kind_of(&["yes", "no", "NA"]), Kind::Boolean);
    assert_eq!(kind_of(&["yes", "no", "maybe"]), Kind::Category);
    assert_eq!(kind_of(&["31.12.1999", "1.1.2000"]), Kind::Date);
    assert_eq!(kind_of(&["01/02/1999", "01/03/2000"]), Kind::Category);
    assert_eq!(kind_of(&["13/02/1999", "01/03/2000"]), Kind::Date);
    assert_eq!(kind_of(&["2024-02-30", "2024-01-01"]), Kind::Category);
    assert_eq!(kind_of(&["7", "7"]), Kind::Constant);
    assert_eq!(kind_of(&["007", "NA", "007"]), Kind::Constant);
    assert_eq!(kind_of(&["", ""]), Kind::Constant);
    assert_eq!(kind_of(&["9223372036854775807", "-9223372036854775808"]), Kind::Integer);
    let many = |spell: &dyn Fn(usize) -> String| {
        let values: Vec<String> = (0..40).map(spell).collect();
        kind_of(&values.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(many(&|i| (i * 3 + 7).to_string()), Kind::Identifier);
    assert_eq!(many(&|i| (i * i).to_string()), Kind::Integer);
    assert_eq!(many(&|i| format!("C{i:05}")), Kind::Identifier);
    assert_eq!(many(&|i| format!("{} {}", "x".repeat(i + 1), "y".repeat(40 - i))), Kind::Text);
    assert_eq!(many(&|i| format!("level {}", i % 5)), Kind::Category);
    let table = same_csv("user_id,x\n17,1\n4,1\n99,2\n");
    assert_eq!(table.schema.columns[0].kind, Kind::Identifier);
    for column in &table.schema.columns {
        assert!(!column.reason.is_empty());
    }
}

#[test]
fn missing_cells() {
    let missing =
        |table: &Table| table.schema.columns.iter().map(|column| column.missing).collect::<Vec<_>>();
    // Several spellings in one column are all missing, and come back as the commonest.
    let directory = TempDir::new().unwrap();
    let path = file(&directory, "a.csv", "a,b\n1,x\nNA,\n,y\nNA,x\n");
    let table = read(&path, &options()).unwrap();
    assert_eq!(missing(&table), [3, 1]);
    write(&table, &path);
    assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n1,x\nNA,\nNA,y\nNA,x\n");
    // In a column of text only one spelling is missing, and "None" is a level.
    let table = same_csv("a,b\n1,None\n2,Low\n3,\n4,NA\n");
    assert_eq!(missing(&table), [0, 1]);
    assert_eq!(table.schema.columns[1].distinct, 3);
    // Namibia.
    assert_eq!(missing(&same_csv("a,b\n1,NA\n2,ZA\n3,DE\n")), [0, 0]);
    assert_eq!(missing(&same_csv("a,b\n1,NA\n2,Zambia\n3,Germany\n")), [0, 1]);
    let given = ReadOptions { nulls: Some(vec!["?".into(), "-1".into()]), ..options() };
    let directory = TempDir::new().unwrap();
    let path = file(&directory, "a.csv", "a,b\n-1,?\n2,NA\n3,x\n");
    let table = read(&path, &given).unwrap();
    assert_eq!((missing(&table), kinds(&table)), (vec![1, 1], vec![Kind::Integer, Kind::Category]));
    // And the schema remembers.
    assert_eq!(missing(&read_as(&path, &options(), &table.schema).unwrap()), [1, 1]);
    // A column of numbers in which blanks are missing.
    assert_eq!(kinds(&same_csv("a,b\n1.5,1\n ,2\n2.5,2\n")), [Kind::Float, Kind::Integer]);
}

#[test]
fn what_the_user_says_goes() {
    let directory = TempDir::new().unwrap();
    let path = file(&directory, "a.csv", "zip,n,flag,s\n01234,1,1,a\n09999,2,0,a\n");
    let types = |pairs: &[(&str, Kind)]| ReadOptions {
        types: pairs.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect(),
        ..options()
    };
    let all =
        types(&[("zip", Kind::Integer), ("n", Kind::Category), ("flag", Kind::Boolean), ("s", Kind::Text)]);
    let table = read(&path, &all).unwrap();
    assert_eq!(kinds(&table), [Kind::Integer, Kind::Category, Kind::Boolean, Kind::Text]);
    let output = directory.path().join("b.csv");
    write(&table, &output);
    assert_eq!(fs::read(&output).unwrap(), fs::read(&path).unwrap());
    says(&read(&path, &types(&[("flg", Kind::Boolean)])).unwrap_err(), &["flg", "did you mean \"flag\""]);
    says(
        &read(&path, &types(&[("s", Kind::Float)])).unwrap_err(),
        &["line 2 (row 1)", "column \"s\"", "\"a\"", "not a number"],
    );
    says(&read(&path, &types(&[("zip", Kind::Constant)])).unwrap_err(), &["line 3", "09999"]);
    for kind in Kind::ALL {
        // Whatever is asked for, there is an answer.
        let _ = read(&path, &types(&[("s", kind), ("n", kind), ("zip", kind), ("flag", kind)]));
    }
    let path = file(&directory, "c.csv", "a:b\n1:2\n");
    let colon = ReadOptions { delimiter: Some(b':'), ..options() };
    assert_eq!(read(&path, &colon).unwrap().schema.columns.len(), 2);
    let path = file(&directory, "d.csv", "a,b\n\"x,2\ny,3\n");
    assert!(read(&path, &options()).is_err());
    assert!(read(&path, &ReadOptions { quote: Some(0), ..options() }).is_ok());
    let short = ReadOptions { max_rows: Some(1), quote: Some(0), ..options() };
    assert_eq!(read(&path, &short).unwrap().batch.num_rows(), 1);
}

#[test]
fn a_second_file_is_read_like_the_first() {
    let directory = TempDir::new().unwrap();
    let first =
        read(&file(&directory, "a.csv", "n,c,d\n1,x,2024-01-01\n2,y,2024-01-02\n"), &options()).unwrap();
    let second = file(&directory, "b.csv", "d;c;n\n05.06.2023;z;\n07.06.2023;;9\n");
    let second = read_as(&second, &options(), &first.schema).unwrap();
    assert_eq!(kinds(&second), kinds(&first));
    assert_eq!(second.schema.columns[0].name, "n");
    assert_eq!(second.schema.columns[0].missing, 1);
    assert_eq!(second.batch.column(2).as_primitive::<Int64Type>().value(0), 19_513);
    let read_second =
        |content: &str| read_as(&file(&directory, "c.csv", content), &options(), &first.schema).unwrap_err();
    says(&read_second("n,c\n1,x\n"), &["missing columns: d"]);
    says(&read_second("n,c,d,e\n1,x,2024-01-01,1\n"), &["does not know: e"]);
    says(
        &read_second("n,c,d\n1,x,2024-01-01\nfoo,x,2024-01-01\n"),
        &["line 3 (row 2)", "\"n\"", "\"foo\"", "not a whole number"],
    );
    says(&read_second("n,c,d\n1,x,2024-13-01\n"), &["line 2", "\"2024-13-01\"", "not a date"]);
}

#[test]
fn bad_files_say_what_is_wrong() {
    let directory = TempDir::new().unwrap();
    let o = options();
    says(&read(&directory.path().join("no.csv"), &o).unwrap_err(), &["no.csv", "no such file"]);
    says(&read(directory.path(), &o).unwrap_err(), &["is a directory"]);
    says(&error("a.csv", "", &o), &["is empty"]);
    says(&error("a.csv", "\n\n", &o), &["is empty"]);
    says(&error("a.csv", "a,b\n", &o), &["no rows"]);
    says(&error("a.csv", "a,b\n1,2\n\n3\n", &o), &["line 4", "1 fields where the header has 2"]);
    says(&error("a.csv", b"a,b\n1,caf\xe9\n", &o), &["line 2, byte 6", "iconv"]);
    says(&error("a.csv", b"\xff\xfea\0,\0b\0", &o), &["UTF-16"]);
    says(&error("a.csv", "a,b,a\n1,2,3\n", &o), &["columns 1 and 3", "\"a\""]);
    says(&error("a.csv", ",b\n1,2\n", &o), &["column 1 has no name"]);
    says(&error("a.csv", "a,b\n1,\"x\n2,y\n", &o), &["line 2, field 2", "never closed"]);
    says(&error("a.csv", "a,b\n1,\"x\" y\n", &o), &["line 2, field 2", "follows the closing quote"]);
    says(&error("a.parquet", "a,b\n1,2\n", &o), &["not a Parquet file"]);
    says(&error("a.arrow", "a,b\n1,2\n", &o), &["not a Arrow file"]);
    says(&error("a.parquet", "PAR1 and nothing more", &o), &["Parquet file is damaged"]);
    says(&error("a.arrow", "ARROW1\0\0 and nothing more", &o), &["Arrow file is damaged"]);
    says(&error("a.xlsx", "PK\u{3}\u{4}....", &o), &["Excel"]);
    says(
        &error("a.csv", "a,b\n1,x\nNaN,y\n2,z\n", &o),
        &["line 3 (row 2)", "\"a\"", "\"NaN\"", "--null NaN"],
    );
    says(&error("a.csv", "a,b\n1.5,x\n-inf,y\n", &o), &["line 3", "\"-inf\""]);
    says(&error("a.csv", "a,b\n1,x\n99999999999999999999,y\n", &o), &["line 3", "64 bits", "a=category"]);
    says(&error("a.csv", "a,b\n1.5,x\n1e39,y\n", &o), &["line 3", "3.4e38", "a=category"]);
    let nan = ReadOptions { nulls: Some(vec!["NaN".into()]), ..options() };
    let path = file(&directory, "a.csv", "a,b\n1,x\nNaN,y\n2,z\n");
    assert_eq!(read(&path, &nan).unwrap().schema.columns[0].missing, 1);
    // Lines are the file's even where rows span several.
    says(&error("a.csv", "a,b\n1,\"two\nlines\"\n\n2,x\nnan,y\n", &o), &["line 6 (row 3)"]);
    let table = same_csv("a,b\n1,2\n3,2\n");
    says(
        &TableWriter::create(directory.path().join("a.xyz"), &table.schema).unwrap_err(),
        &["unknown extension", ".parquet"],
    );
    says(&TableWriter::create(directory.path().join("no/a.csv"), &table.schema).unwrap_err(), &["no/a.csv"]);
}

#[test]
fn compressed_text() {
    let directory = TempDir::new().unwrap();
    let content = "a,b\n1,x\n2,y\n".to_owned() + &"3,z\n".repeat(5_000);
    let table = read(&file(&directory, "a.csv", &content), &options()).unwrap();
    for name in ["a.csv.gz", "a.csv.zst"] {
        let path = directory.path().join(name);
        write(&table, &path);
        let again = read(&path, &options()).unwrap();
        assert_eq!(again.fingerprint, table.fingerprint);
        assert_eq!(again.batch, table.batch);
        // Content is told by itself, not by the name.
        let bytes = fs::read(&path).unwrap();
        assert!(read(&file(&directory, "plain.csv", &bytes), &options()).is_ok());
        let cut = read(&file(&directory, name, &bytes[..bytes.len() / 2]), &options()).unwrap_err();
        says(&cut, &["damaged or cut short"]);
    }
    let path = directory.path().join("a.tsv");
    write(&table, &path);
    assert!(fs::read_to_string(&path).unwrap().starts_with("a\tb\n1\tx\n"));
}

/// One column of every type that is supported.
fn every_type() -> RecordBatch {
    let n = 3;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("i8", Arc::new(Int8Array::from(vec![Some(1), None, Some(-3)]))),
        ("i16", Arc::new(Int16Array::from(vec![1, 5, -3]))),
        ("i32", Arc::new(Int32Array::from(vec![1, 5, -3]))),
        ("i64", Arc::new(Int64Array::from(vec![i64::MIN, 5, i64::MAX]))),
        ("u8", Arc::new(UInt8Array::from(vec![1, 5, 255]))),
        ("u64", Arc::new(UInt64Array::from(vec![1, 5, 255]))),
        ("f32", Arc::new(Float32Array::from(vec![Some(0.1), None, Some(1e-7)]))),
        ("f32grid", Arc::new(Float32Array::from(vec![0.1, 2.5, 7.0]))),
        ("f64", Arc::new(Float64Array::from(vec![0.1, 1.0 / 3.0, 1e-300]))),
        ("bool", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("utf8", Arc::new(StringArray::from(vec![Some("a"), None, Some("NA")]))),
        ("large", Arc::new(LargeStringArray::from(vec!["a", "b", ""]))),
        ("view", Arc::new(StringViewArray::from(vec!["a", "b", "a long enough text to be out of line"]))),
        ("dict", Arc::new(vec!["x", "y", "x"].into_iter().collect::<DictionaryArray<Int8Type>>())),
        ("date32", Arc::new(Date32Array::from(vec![Some(0), None, Some(-1)]))),
        ("date64", Arc::new(Date64Array::from(vec![86_400_000, 0, 86_400_000 * 365]))),
        ("seconds", Arc::new(TimestampSecondArray::from(vec![0, 1, -1]))),
        ("micros", Arc::new(TimestampMicrosecondArray::from(vec![0, 1, -1]).with_timezone("UTC"))),
        ("berlin", Arc::new(TimestampNanosecondArray::from(vec![0, 1, -1]).with_timezone("+02:00"))),
        (
            "decimal",
            Arc::new(Decimal128Array::from(vec![150, 225, -1]).with_precision_and_scale(10, 2).unwrap()),
        ),
        ("constant", Arc::new(Int16Array::from(vec![7, 7, 7]))),
        ("constant_day", Arc::new(Date32Array::from(vec![7, 7, 7]))),
        ("constant_text", Arc::new(StringArray::from(vec!["x", "x", "x"]))),
        ("nothing", Arc::new(NullArray::new(n))),
        ("missing", Arc::new(Float64Array::from(vec![None, None, None]))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn write_parquet(path: &Path, batch: &RecordBatch) {
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn read_parquet(path: &Path) -> RecordBatch {
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap());
    let mut batches = reader.unwrap().build().unwrap();
    batches.next().unwrap().unwrap()
}

fn read_arrow(path: &Path) -> RecordBatch {
    let reader = arrow::ipc::reader::FileReader::try_new(fs::File::open(path).unwrap(), None).unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap()
}

/// The same values in the same types, however dictionaries are numbered.
fn assert_same(a: &RecordBatch, b: &RecordBatch) {
    for (field, other) in a.schema().fields().iter().zip(b.schema().fields()) {
        assert_eq!((field.name(), field.data_type()), (other.name(), other.data_type()));
        let plain = |batch: &RecordBatch| {
            let column = batch.column_by_name(field.name()).unwrap();
            match column.data_type() {
                DataType::Dictionary(_, value) => arrow::compute::cast(column, value).unwrap(),
                _ => Arc::clone(column),
            }
        };
        assert_eq!(&plain(a), &plain(b), "{}", field.name());
    }
}

#[test]
fn arrow_types_come_back() {
    let directory = TempDir::new().unwrap();
    let batch = every_type();
    let path = directory.path().join("a.parquet");
    write_parquet(&path, &batch);
    let original = read_parquet(&path);
    let table = read(&path, &options()).unwrap();
    let schema: TableSchema = serde_json::from_str(&serde_json::to_string(&table.schema).unwrap()).unwrap();
    assert_eq!(schema, table.schema);
    for name in ["b.parquet", "b.arrow", "b.arrows"] {
        let output = directory.path().join(name);
        write(&table, &output);
        match name {
            "b.parquet" => assert_same(&original, &read_parquet(&output)),
            "b.arrow" => assert_same(&original, &read_arrow(&output)),
            _ => {}
        }
        let again = read(&output, &options()).unwrap();
        assert_eq!(again.fingerprint, table.fingerprint, "{name}");
        assert_eq!(again.schema.columns, table.schema.columns, "{name}");
        let again = read_as(&output, &options(), &table.schema).unwrap();
        assert_eq!(again.fingerprint, table.fingerprint, "{name}");
    }
    // Through text, the values stay.
    let text = directory.path().join("b.csv");
    write(&table, &text);
    let again = read_as(&text, &options(), &table.schema).unwrap();
    let output = directory.path().join("c.parquet");
    write(&again, &output);
    let back = read_parquet(&output);
    for name in [
        "i8",
        "i64",
        "u8",
        "f32",
        "f64",
        "bool",
        "date32",
        "date64",
        "seconds",
        "micros",
        "berlin",
        "decimal",
        "constant",
        "constant_day",
    ] {
        assert_eq!(original.column_by_name(name), back.column_by_name(name), "{name}");
    }
}

#[test]
fn text_and_columns_have_one_fingerprint() {
    let directory = TempDir::new().unwrap();
    let table = same_csv(
        "n,x,c,ok,d,at,k\n1,1.5,a,no,2024-01-01,2024-01-01 10:00:00,7\n5,2.25,b,yes,,2024-01-01 10:00:01,7\n,,,,2023-05-06,,7\n",
    );
    for name in ["a.parquet", "a.arrow", "a.arrows", "a.csv.zst"] {
        let path = directory.path().join(name);
        write(&table, &path);
        assert_eq!(read(&path, &options()).unwrap().fingerprint, table.fingerprint, "{name}");
        let back = read_as(&path, &options(), &table.schema).unwrap();
        let output = directory.path().join("b.csv");
        write(&back, &output);
        assert!(
            fs::read_to_string(output)
                .unwrap()
                .starts_with("n,x,c,ok,d,at,k\n1,1.5,a,no,2024-01-01,2024-01-01 10:00:00,7\n")
        );
    }
    let other = same_csv(
        "n,x,c,ok,d,at,k\n1,1.5,a,no,2024-01-01,2024-01-01 10:00:00,7\n5,2.25,b,yes,,2024-01-01 10:00:01,7\n,,,,2023-05-07,,7\n",
    );
    assert_ne!(other.fingerprint, table.fingerprint);
}

#[test]
fn columns_that_cannot_be_learnt() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.parquet");
    let one = |array: ArrayRef| {
        let schema = Schema::new(vec![Field::new("col", array.data_type().clone(), true)]);
        write_parquet(&path, &RecordBatch::try_new(Arc::new(schema), vec![array]).unwrap());
        read(&path, &options()).unwrap_err()
    };
    says(&one(Arc::new(Float64Array::from(vec![1.0, f64::NAN]))), &["row 2", "\"col\"", "NaN", "finite"]);
    says(&one(Arc::new(Float32Array::from(vec![f32::NEG_INFINITY]))), &["row 1", "-inf"]);
    says(&one(Arc::new(Float64Array::from(vec![1.0, 1e39]))), &["row 2", "3.4e38"]);
    says(&one(Arc::new(UInt64Array::from(vec![1, u64::MAX]))), &["row 2", "64 bits"]);
    says(&one(Arc::new(BinaryArray::from(vec![&b"x"[..]]))), &["\"col\"", "Binary", "not supported"]);
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])]);
    says(&one(Arc::new(list)), &["\"col\"", "not supported"]);
    says(&one(Arc::new(StringArray::from(Vec::<&str>::new()))), &["no rows"]);
}

#[test]
fn damaged_files_are_errors_and_never_panics() {
    let directory = TempDir::new().unwrap();
    let table = same_csv("n,x,c\n1,1.5,a\n5,2.25,b\n7,9.25,c\n");
    for name in ["a.parquet", "a.arrow", "a.arrows", "a.csv.gz", "a.csv.zst"] {
        let path = directory.path().join(name);
        write(&table, &path);
        let bytes = fs::read(&path).unwrap();
        for cut in (0..bytes.len()).step_by(17) {
            let _ = read(&file(&directory, "cut", &bytes[..cut]), &options());
        }
        for at in (0..bytes.len()).step_by(3) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            let _ = read(&file(&directory, "damaged", &damaged), &options());
        }
    }
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let directory = TempDir::new().unwrap();
    let table = same_csv("a,b\n1,x\n2,y\n");
    let path = file(&directory, "a.csv", "precious");
    let mut writer = TableWriter::create(&path, &table.schema).unwrap();
    writer.write(&table.batch).unwrap();
    drop(writer);
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    write(&table, &path);
    assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n1,x\n2,y\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let new = directory.path().join("new.csv");
        write(&table, &new);
        let reference = fs::metadata(file(&directory, "reference", "")).unwrap().permissions().mode();
        assert_eq!(fs::metadata(&new).unwrap().permissions().mode(), reference);
        let link = directory.path().join("link.csv");
        std::os::unix::fs::symlink(&new, &link).unwrap();
        write(&table, &link);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}

#[test]
fn a_closed_pipe_is_told_apart() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let table = same_csv("a,b\n1,x\n2,y\n");
    for format in [FileFormat::Csv, FileFormat::Parquet, FileFormat::Arrow, FileFormat::ArrowStream] {
        let result =
            TableWriter::to_writer(Box::new(Closed), format, &table.schema).and_then(|mut writer| {
                writer.write(&table.batch)?;
                writer.finish()
            });
        assert!(matches!(result, Err(TableError::BrokenPipe)), "{format}: {result:?}");
    }
}

#[test]
fn batches_that_are_not_canonical() {
    let table = same_csv("a,b\n1,x\n2,y\n");
    let mut writer =
        TableWriter::to_writer(Box::new(std::io::sink()), FileFormat::Csv, &table.schema).unwrap();
    says(&writer.write(&table.batch.project(&[0]).unwrap()).unwrap_err(), &["1 columns, not 2"]);
    says(&writer.write(&table.batch.project(&[1, 0]).unwrap()).unwrap_err(), &["column \"a\"", "Int64"]);
    // A value that the original type cannot hold is an error, not a null.
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.parquet");
    let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::UInt8, true)]));
    write_parquet(
        &path,
        &RecordBatch::try_new(schema, vec![Arc::new(UInt8Array::from(vec![1, 7]))]).unwrap(),
    );
    let table = read(&path, &options()).unwrap();
    let beyond =
        RecordBatch::try_new(table.batch.schema(), vec![Arc::new(Int64Array::from(vec![300]))]).unwrap();
    let mut writer = TableWriter::create(&path, &table.schema).unwrap();
    says(&writer.write(&beyond).unwrap_err(), &["\"n\"", "UInt8", "300"]);
}

#[test]
fn dictionaries_may_change_from_batch_to_batch() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.parquet");
    let array: ArrayRef = Arc::new(vec!["x", "y", "x"].into_iter().collect::<DictionaryArray<Int8Type>>());
    let schema = Arc::new(Schema::new(vec![Field::new("c", array.data_type().clone(), true)]));
    write_parquet(&path, &RecordBatch::try_new(schema, vec![array]).unwrap());
    let table = read(&path, &options()).unwrap();
    let batch = |texts: &[&str]| {
        let array: DictionaryArray<Int32Type> = texts.iter().copied().collect();
        RecordBatch::try_new(table.batch.schema(), vec![Arc::new(array)]).unwrap()
    };
    for name in ["b.arrow", "b.arrows", "b.parquet"] {
        let output = directory.path().join(name);
        let mut writer = TableWriter::create(&output, &table.schema).unwrap();
        writer.write(&batch(&["a", "b"])).unwrap();
        writer.write(&batch(&["z", "b", "a"])).unwrap();
        writer.write(&batch(&["b", "b", "a"])).unwrap();
        writer.finish().unwrap();
        let back = read_as(&output, &options(), &table.schema).unwrap();
        let dictionary = back.batch.column(0).as_dictionary::<Int32Type>();
        let texts: Vec<_> =
            dictionary.downcast_dict::<StringArray>().unwrap().into_iter().flatten().collect();
        assert_eq!(texts, ["a", "b", "z", "b", "a", "b", "b", "a"], "{name}");
    }
}
