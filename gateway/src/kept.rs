//! What outlives a restart. Nothing in it is believed that is not verified again.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use placet_core::{
    bundle::Bundle,
    code::Code,
    error::ParseError,
    json::{Fields, ObjectWriter, Value},
    limits,
    state::State,
    trust::Trust,
};

use crate::config::ROUTES;

/// The media type.
pub const KEPT: &str = "application/vnd.placet.gateway-state+json;version=1";

/// The most bytes that are read.
pub const LARGEST: usize = 512 << 20;

/// State, trust and bundles as they were.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What lists and policies may not fall behind.
    pub state: State,
    /// The trust document with what was added to it.
    pub trust: Option<Trust>,
    /// The bundle of each route, by its name.
    pub bundles: Vec<(String, Bundle)>,
}

impl Kept {
    /// Reads what was kept.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is not what was written.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > LARGEST {
            return Err(ParseError::TooLarge { field: "gateway-state", limit: LARGEST });
        }
        let mut fields = Fields::of(Value::parse(bytes)?, "gateway-state")?;
        if fields.string("media_type", limits::TEXT)? != KEPT {
            return Err(ParseError::invalid("media_type", Code::UnsupportedVersion));
        }
        let state = State::parse(fields.required("state")?.raw().as_bytes())?;
        let trust = fields.required("trust")?;
        let trust = if trust.is_null() { None } else { Some(Trust::parse(trust.raw().as_bytes())?) };
        let members = fields.required("bundles")?.members();
        let members = members.ok_or(ParseError::WrongType { field: "bundles", expected: "an object" })?;
        let mut bundles = Vec::new();
        for (name, bundle) in members {
            if bundles.len() == ROUTES {
                return Err(ParseError::TooMany { field: "bundles", limit: ROUTES });
            }
            bundles.push((name.into_owned(), Bundle::parse(bundle.raw().as_bytes())?));
        }
        fields.finish()?;
        Ok(Self { state, trust, bundles })
    }

    /// Writes what is to be kept, as canonical JSON.
    pub fn to_json<'a>(
        state: &State,
        trust: Option<&Trust>,
        bundles: impl IntoIterator<Item = (&'a str, &'a Bundle)>,
    ) -> String {
        let bundles = bundles.into_iter();
        let bundles =
            bundles.fold(ObjectWriter::new(), |object, (name, bundle)| object.raw(name, bundle.to_json()));
        ObjectWriter::new()
            .string("media_type", KEPT)
            .raw("state", state.to_json())
            .raw("trust", trust.map_or_else(|| "null".to_string(), Trust::to_json))
            .raw("bundles", bundles.finish())
            .finish()
    }
}
