//! Parquet files of flat columns.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
};

use parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::Field,
};

use super::{Cell, Visit, check_names, malformed};
use crate::error::Result;

/// Whether a file begins as one; leaves it at its beginning.
pub(super) fn is_parquet(mut file: &File) -> bool {
    let mut start = [0; 4];
    let is = file.read_exact(&mut start).is_ok() && start == *b"PAR1";
    // What cannot be wound back is a pipe, and no Parquet file.
    file.seek(SeekFrom::Start(0)).is_ok() && is
}

/// Reads a file row by row.
pub(super) fn read(file: File, visit: &mut Visit<'_>) -> Result<()> {
    let reader = SerializedFileReader::new(file).map_err(malformed)?;
    let rows = reader.get_row_iter(None).map_err(malformed)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let names: Vec<String> =
        schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
    check_names(&names)?;
    for row in rows {
        let row = row.map_err(malformed)?;
        let cells: Vec<_> = row.get_column_iter().map(|(_, field)| cell(field)).collect();
        if visit(&names, &cells)?.is_break() {
            break;
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "an integer beyond 2⁵³ becomes the nearest number")]
fn cell(field: &Field) -> Cell<'_> {
    match field {
        Field::Bool(truth) => Cell::Text(truth.to_string().into()),
        Field::Byte(number) => Cell::Number((*number).into()),
        Field::Short(number) => Cell::Number((*number).into()),
        Field::Int(number) | Field::Date(number) => Cell::Number((*number).into()),
        Field::Long(number) => Cell::Number(*number as f64),
        Field::UByte(number) => Cell::Number((*number).into()),
        Field::UShort(number) => Cell::Number((*number).into()),
        Field::UInt(number) => Cell::Number((*number).into()),
        Field::ULong(number) => Cell::Number(*number as f64),
        Field::Float16(number) => Cell::Number((*number).into()),
        Field::Float(number) => Cell::Number((*number).into()),
        Field::Double(number) => Cell::Number(*number),
        // Seconds, as a column of times is read from any other file.
        Field::TimestampMillis(time) => Cell::Number(*time as f64 / 1e3),
        Field::TimestampMicros(time) => Cell::Number(*time as f64 / 1e6),
        Field::Str(text) => Cell::Text(text.into()),
        Field::Bytes(bytes) => Cell::Text(String::from_utf8_lossy(bytes.data()).into_owned().into()),
        // A list or a group is no value of one output.
        _ => Cell::Missing,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, ops::ControlFlow, sync::Arc};

    use parquet::{
        basic::Compression,
        data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
        file::{properties::WriterProperties, writer::SerializedFileWriter},
        schema::parser::parse_message_type,
    };

    use crate::scores::{Cell, Place, read};

    /// Three rows as pandas writes them: compressed, with a missing value.
    fn written(path: &std::path::Path) {
        let schema =
            "message rows { optional double score; required int64 at; optional binary kind (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).expect("a schema"));
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = File::create(path).expect("a file");
        let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("a writer");
        let mut group = writer.next_row_group().expect("a group");
        let mut column = group.next_column().expect("a column").expect("the first");
        let scores = column.typed::<DoubleType>();
        scores.write_batch(&[0.5, -1.25], Some(&[1, 0, 1]), None).expect("scores");
        column.close().expect("the end");
        let mut column = group.next_column().expect("a column").expect("the second");
        column.typed::<Int64Type>().write_batch(&[10, 20, 30], None, None).expect("times");
        column.close().expect("the end");
        let mut column = group.next_column().expect("a column").expect("the third");
        let kinds = ["a", "é", "a"].map(ByteArray::from);
        column.typed::<ByteArrayType>().write_batch(&kinds, Some(&[1, 1, 1]), None).expect("kinds");
        column.close().expect("the end");
        group.close().expect("the end");
        writer.close().expect("the end");
    }

    #[test]
    fn columns_are_read_by_their_types() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("scores.parquet");
        written(&path);
        let mut rows = Vec::new();
        let read_rows = |path: &std::path::Path, rows: &mut Vec<(f64, f64, String)>| {
            read(&Place::File(path.into()), &[], &mut |names, cells| {
                assert_eq!(names, ["score", "at", "kind"]);
                let number = |at: usize| cells.get(at).map_or(f64::NAN, Cell::number);
                let kind = cells.get(2).map(Cell::category).unwrap_or_default();
                rows.push((number(0), number(1), kind.into_owned()));
                Ok(ControlFlow::Continue(()))
            })
        };
        read_rows(&path, &mut rows).expect("a table");
        assert!(rows[1].0.is_nan());
        rows.remove(1);
        assert_eq!(rows, [(0.5, 10.0, "a".to_owned()), (-1.25, 30.0, "a".to_owned())]);
        let bytes = std::fs::read(&path).expect("its bytes");
        for length in [4, 20, bytes.len() - 9] {
            std::fs::write(&path, &bytes[..length]).expect("room");
            let error = read_rows(&path, &mut rows).expect_err("a file that was cut short");
            assert_eq!(error.code(), "scores_malformed");
        }
    }
}
