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
