//! One document by itself: for tools and screens, never for the decision whether a model may run.

use js_sys::{Array, Uint8Array};
#[cfg(feature = "whole")]
use placet_core::drift_report;
use placet_core::{
    code::Code,
    envelope::Envelope,
    error::ParseError,
    inspect as core, limits,
    time::Timestamp,
    trust::{Trust, VerifiedTrust},
};
use wasm_bindgen::prelude::*;

use crate::boundary::{Thrown, copy};

/// Verifies one envelope, and returns what it is as JSON text and the bytes of its payload.
///
/// # Errors
///
/// Throws the code with which a decision would refuse the envelope.
#[wasm_bindgen(js_name = verifyEnvelope)]
pub fn verify_envelope(envelope: &Uint8Array, trust: &Uint8Array, now: &str) -> Result<Array, JsValue> {
    let envelope = read_envelope(envelope, "envelope")?;
    let (trust, now) = (read_trust(trust)?, read_time(now)?);
    let verified = core::verify_envelope(&envelope, &trust, now).map_err(Thrown::from)?;
    // Verified just now, in the line above.
    let payload = Uint8Array::from(envelope.unverified_payload());
    Ok(Array::of2(&verified.to_json().into(), &payload.into()))
}

/// Verifies a training output and its proposal, and returns what an approver would be shown as JSON text.
///
/// # Errors
///
/// Throws the code with which a decision would refuse one of them.
#[cfg(feature = "whole")]
#[wasm_bindgen]
pub fn summary(
    training_output: &Uint8Array,
    proposal: &Uint8Array,
    trust: &Uint8Array,
    now: &str,
) -> Result<String, JsValue> {
    let training_output = read_envelope(training_output, "training_output")?;
    let proposal = read_envelope(proposal, "proposal")?;
    let (trust, now) = (read_trust(trust)?, read_time(now)?);
    let summary = core::summarize(&training_output, &proposal, &trust, now).map_err(Thrown::from)?;
    Ok(summary.to_json())
}

/// Verifies a monitor's revocation with everything that it rests on: the code where it is not to be accepted.
///
/// # Errors
///
/// Throws nothing: what cannot be read has its code, too.
#[cfg(feature = "whole")]
#[wasm_bindgen(js_name = verifyAutoRevocation)]
#[must_use]
pub fn verify_auto_revocation(
    revocation: &Uint8Array,
    training_output: &Uint8Array,
    proposal: &Uint8Array,
    reports: &Uint8Array,
    trust: &Uint8Array,
    now: &str,
) -> Option<String> {
    let verify = || -> Result<(), Thrown> {
        let revocation = read_envelope(revocation, "revocation")?;
        let training_output = read_envelope(training_output, "training_output")?;
        let proposal = read_envelope(proposal, "proposal")?;
        let reports = drift_report::parse_reports(&copy(reports, "reports", limits::BUNDLE)?)?;
        let (trust, now) = (read_trust(trust)?, read_time(now)?);
        drift_report::verify_auto_revocation(
            &revocation,
            &training_output,
            &proposal,
            &reports,
            &trust,
            now,
        )?;
        Ok(())
    };
    verify().err().map(|thrown| thrown.code().to_owned())
}

fn read_envelope(bytes: &Uint8Array, field: &'static str) -> Result<Envelope, Thrown> {
    Ok(Envelope::parse(&copy(bytes, field, limits::ENVELOPE)?)?)
}

fn read_trust(bytes: &Uint8Array) -> Result<VerifiedTrust, Thrown> {
    Ok(Trust::parse(&copy(bytes, "trust", limits::TRUST)?)?.verify())
}

fn read_time(text: &str) -> Result<Timestamp, Thrown> {
    let invalid = ParseError::Invalid { field: "now", code: Code::InvalidTime };
    Timestamp::parse(text).ok_or_else(|| invalid.into())
}
