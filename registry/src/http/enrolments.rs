//! Enrolment: somebody shows a new key and asks to be named by the next policy. Never evidence of anything.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use placet_core::{
    code::Code,
    error::ParseError,
    json::{Fields, ObjectWriter, Value},
    key::PublicKey,
    name::Principal,
    time::Timestamp,
};
use serde_json::json;

use super::{
    Shared, body, json,
    problem::Problem,
    query::{self, Items, Page},
};
use crate::{
    error::Refusal,
    store::{Enrolment, enrolments},
};

/// Bytes of a request.
const LIMIT: usize = 16 << 10;
/// What is signed begins so that it can be nothing else.
const CONTEXT: &str = "placet-enrolment-v1\n";
/// Characters of a display name.
const NAME: usize = 256;
/// Characters of a note.
const NOTE: usize = 2048;

/// `POST /v1/enrolments`
pub(super) async fn submit(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let bytes = body::receive(&app, &headers, body, LIMIT).await?;
    let now = app.registry.clock.now();
    let enrolment = parse(&bytes, now)?;
    let mut db = app.registry.store.begin().await?;
    let id = enrolments::add(&mut db, &enrolment, now).await?;
    let id =
        id.ok_or_else(|| Problem::of(Code::FromFuture).with_detail("a newer request of this key is held"));
    let id = id?;
    db.commit().await.map_err(crate::Error::from)?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id })))
}

/// Reads a request and verifies that its sender has the key.
fn parse(bytes: &[u8], now: Timestamp) -> Result<Enrolment, Refusal> {
    let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "enrolment")?;
    let mut text = |field: &'static str, limit: usize| -> Result<String, ParseError> {
        let value = fields.required(field)?.as_str();
        let value = value.ok_or(ParseError::WrongType { field, expected: "a string" })?;
        if value.chars().count() > limit {
            return Err(ParseError::TooLarge { field, limit });
        }
        Ok(value.into_owned())
    };
    let enrolment = Enrolment {
        id: 0,
        name: text("name", 128)?,
        display_name: text("display_name", NAME)?,
        public_key: text("public_key", 64)?,
        note: text("note", NOTE)?,
        signed_at: text("signed_at", 20)?,
        signature: text("signature", 128)?,
    };
    fields.finish()?;
    Principal::parse(&enrolment.name)?;
    let key = PublicKey::parse_hex(&enrolment.public_key)?;
    let signed_at = Timestamp::parse(&enrolment.signed_at);
    let signed_at = signed_at.ok_or(ParseError::Invalid { field: "signed_at", code: Code::InvalidTime })?;
    if signed_at > now.plus(600) {
        return Err(Refusal::of(Code::FromFuture));
    }
    let signature = unhex(&enrolment.signature).ok_or_else(|| Refusal::of(Code::SignatureMalformed))?;
    let signed = ObjectWriter::new()
        .string("name", &enrolment.name)
        .string("display_name", &enrolment.display_name)
        .string("public_key", &enrolment.public_key)
        .string("note", &enrolment.note)
        .string("signed_at", &enrolment.signed_at)
        .finish();
    key.verify(format!("{CONTEXT}{signed}").as_bytes(), &signature).map_err(Refusal::of)?;
    Ok(enrolment)
}

/// The bytes of lower-case hex.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

/// `GET /v1/enrolments`
pub(super) async fn list(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let page: Page = query::query(&uri)?;
    let limit = page.limit()?;
    let mut db = app.registry.store.read().await?;
    let rows = enrolments::page(&mut db, page.before()?, limit + 1).await?;
    Ok(json(StatusCode::OK, &Items::page(rows, limit, |row| row.id.to_string())))
}
