use std::{io::Write as _, ops::ControlFlow};

use super::{Cell, Place, read, read_metrics};

fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, Place) {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("room");
    let place = Place::File(file.path().into());
    (file, place)
}

/// The numbers of every row by the names of the columns, or the code.
fn rows(bytes: &[u8]) -> Result<Vec<Vec<(String, f64)>>, &'static str> {
    let (_file, place) = file(bytes);
    let mut rows = Vec::new();
    let done = read(&place, &[], &mut |names, cells| {
        rows.push(names.iter().cloned().zip(cells.iter().map(Cell::number)).collect());
        Ok(ControlFlow::Continue(()))
    });
    done.map(|()| rows).map_err(|error| error.code())
}

fn npy(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).expect("short").to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn the_same_table_in_every_form() {
    let csv = rows(b"a, b\n1,x\n,\"2.5\"\n").expect("a table");
    let json = rows(b"{\"a\":1,\"b\":\"x\"}\n\n{\"b\":2.5,\"a\":null}\n").expect("a table");
    for table in [csv, json] {
        assert_eq!(table.len(), 2);
        assert_eq!(table[0][0], ("a".into(), 1.0));
        assert!(table[0][1].1.is_nan() && table[1][0].1.is_nan());
        assert_eq!(table[1][1], ("b".into(), 2.5));
    }
    let two: Vec<u8> = [1.5_f32, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let table = rows(&npy("<f4", "False", "(1, 2)", &two)).expect("an array");
    assert_eq!(table, [[("0".to_owned(), 1.5), ("1".to_owned(), -2.0)]]);
    let table = rows(&npy("<i2", "False", "(2,)", &[0xFF, 0xFF, 7, 0])).expect("an array");
    assert_eq!(table.iter().map(|row| row[0].1).collect::<Vec<_>>(), [-1.0, 7.0]);
}

#[test]
fn a_column_that_comes_later_was_missing_before() {
    let table = rows(b"{\"a\":1}\n{\"a\":2,\"b\":3}\n").expect("a table");
    assert_eq!((table[0].len(), table[1][1].1), (1, 3.0));
}

#[test]
fn what_is_no_table_is_refused() {
    for bytes in [
        &b""[..],
        b"  \n",
        b"a,a\n1,2\n",
        b"a,b\n1\n",
        b"{\"a\":1}\n{\"a\":",
        b"{\"a\":1}\n[1]\n",
        b"PAR1 and nothing else",
    ] {
        assert_eq!(rows(bytes), Err("scores_malformed"), "{}", String::from_utf8_lossy(bytes));
    }
    let good = [0; 8];
    for array in [
        npy("|O", "False", "(1,)", &good),
        npy(">f8", "False", "(1,)", &good),
        npy("<f8", "True", "(1, 1)", &good),
        npy("<f8", "False", "(1, 1, 1)", &good),
        npy("<f8", "False", "(1,)", &[0; 9]),
        npy("<f8", "False", "()", &good),
        npy("<f8", "False", "(1, 99999)", &good),
    ] {
        assert_eq!(rows(&array), Err("scores_malformed"));
    }
    assert_eq!(rows(&npy("<f8", "False", "(2,)", &good)), Err("file_unreadable"));
    assert_eq!(rows(&npy("<f8", "False", "(18446744073709551615,)", &good)), Err("file_unreadable"));
}

#[test]
fn metrics_come_as_an_object_or_a_table() {
    for bytes in [
        &b"{\n  \"accuracy\": 0.5,\n  \"loss\": null\n}\n"[..],
        b"name,value\naccuracy,0.5\nloss,nan\n",
        b"at,accuracy,loss\n2026-01-01T00:00:00Z,0.1,0.1\n2026-01-02T00:00:00Z,0.5,\n",
    ] {
        let (_file, place) = file(bytes);
        let metrics = read_metrics(&place).expect("metrics");
        assert_eq!(metrics.keys().collect::<Vec<_>>(), ["accuracy", "loss"]);
        assert!(metrics["loss"].is_nan() && (metrics["accuracy"] - 0.5).abs() < 1e-12);
    }
}
