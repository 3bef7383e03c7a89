//! NPY arrays (NumPy Enhancement Proposal 1): numbers in one or two dimensions.
//!
//! The header is a Python literal of which exactly the form that NumPy writes is read; pickled objects never are.

use std::io::Read;

use super::{Cell, Visit, malformed, unreadable};
use crate::error::{Error, Result};

/// Bytes of a header.
const HEADER: usize = 64 << 10;

/// A type of number in little-endian order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F4,
    F8,
    Signed(usize),
    Unsigned(usize),
    Bool,
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "<f4" => Self::F4,
            "<f8" => Self::F8,
            "|i1" => Self::Signed(1),
            "<i2" => Self::Signed(2),
            "<i4" => Self::Signed(4),
            "<i8" => Self::Signed(8),
            "|u1" => Self::Unsigned(1),
            "<u2" => Self::Unsigned(2),
            "<u4" => Self::Unsigned(4),
            "<u8" => Self::Unsigned(8),
            "|b1" => Self::Bool,
            _ => return None,
        })
    }

    fn size(self) -> usize {
        match self {
            Self::F4 => 4,
            Self::F8 => 8,
            Self::Signed(size) | Self::Unsigned(size) => size,
            Self::Bool => 1,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "an integer beyond 2⁵³ becomes the nearest number")]
    fn number(self, bytes: &[u8]) -> f64 {
        let mut eight = [0; 8];
        for (to, from) in eight.iter_mut().zip(bytes) {
            *to = *from;
        }
        let shift = 64_usize.saturating_sub(8 * self.size());
        match self {
            Self::F4 => f64::from(f32::from_le_bytes([eight[0], eight[1], eight[2], eight[3]])),
            Self::F8 => f64::from_le_bytes(eight),
            Self::Signed(_) => ((i64::from_le_bytes(eight) << shift) >> shift) as f64,
            Self::Unsigned(_) | Self::Bool => u64::from_le_bytes(eight) as f64,
        }
    }
}

/// Reads an array row by row.
pub(super) fn read(input: &mut impl Read, names: &[String], stem: &str, visit: &mut Visit<'_>) -> Result<()> {
    let header = read_header(input)?;
    let field = |name: &str| {
        let (_, rest) = header.split_once(&format!("'{name}': "))?;
        Some(rest)
    };
    let descr =
        field("descr").and_then(|rest| rest.strip_prefix('\'')).and_then(|rest| rest.split_once('\''));
    let kind = descr.and_then(|(kind, _)| Kind::parse(kind)).ok_or_else(|| {
        malformed("the array is not of little-endian numbers: save it with `.astype('<f8')`")
    })?;
    if !field("fortran_order").is_some_and(|rest| rest.starts_with("False")) {
        return Err(malformed("the array is in Fortran order: save it with `numpy.ascontiguousarray`"));
    }
    let shape = field("shape").and_then(|rest| rest.strip_prefix('(')?.split_once(')'));
    let shape = shape.map(|(shape, _)| shape.split(',').map(str::trim).filter(|size| !size.is_empty()));
    let shape: Option<Vec<usize>> = shape.and_then(|sizes| sizes.map(|size| size.parse().ok()).collect());
    let (rows, columns) = match shape.as_deref() {
        Some([rows]) => (*rows, 1),
        Some([rows, columns]) if (1..=super::COLUMNS).contains(columns) => (*rows, *columns),
        _ => return Err(malformed("the array has not one or two dimensions")),
    };
    let names: Vec<String> = match (names.len(), columns) {
        (given, columns) if given == columns => names.to_vec(),
        (0, 1) => vec![stem.to_owned()],
        (0, columns) => (0..columns).map(|column| column.to_string()).collect(),
        (given, columns) => {
            return Err(malformed(format!("the array has {columns} columns, and {given} names were given")));
        }
    };
    let mut bytes = vec![0; kind.size().saturating_mul(columns)];
    for _ in 0..rows {
        input.read_exact(&mut bytes).map_err(|error| unreadable(&error))?;
        let cells: Vec<_> =
            bytes.chunks_exact(kind.size()).map(|number| Cell::Number(kind.number(number))).collect();
        if visit(&names, &cells)?.is_break() {
            return Ok(());
        }
    }
    let rest = input.read(&mut [0]).map_err(|error| unreadable(&error))?;
    if rest == 0 { Ok(()) } else { Err(malformed("bytes follow the array")) }
}

fn read_header(input: &mut impl Read) -> Result<String> {
    let mut start = [0; 8];
    input.read_exact(&mut start).map_err(|error| unreadable(&error))?;
    let length = match start[6] {
        1 => {
            let mut length = [0; 2];
            input.read_exact(&mut length).map_err(|error| unreadable(&error))?;
            usize::from(u16::from_le_bytes(length))
        }
        2 | 3 => {
            let mut length = [0; 4];
            input.read_exact(&mut length).map_err(|error| unreadable(&error))?;
            usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX)
        }
        version => return Err(malformed(format!("NPY version {version} is not known here"))),
    };
    if length > HEADER {
        return Err(Error::new("too_large", format!("a header of {length} bytes")));
    }
    let mut header = vec![0; length];
    input.read_exact(&mut header).map_err(|error| unreadable(&error))?;
    String::from_utf8(header).map_err(|_| malformed("the header is no text"))
}
