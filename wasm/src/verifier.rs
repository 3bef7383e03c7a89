//! A verifier that keeps what it is given to trust, parsed and verified, between decisions.

use js_sys::Uint8Array;
use placet_core::{
    bundle::Bundle,
    decide::evaluate,
    limits,
    request::Request,
    state::State,
    trust::{Trust, VerifiedTrust},
};
use wasm_bindgen::prelude::*;

use crate::boundary::{Thrown, copy};

/// Trust and state inside the module: a decision verifies the signatures of its bundle and no others.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Verifier {
    trust: VerifiedTrust,
    state: State,
}

#[wasm_bindgen]
impl Verifier {
    /// Verifies a trust document; `state` is `undefined` for a verifier that has seen nothing yet.
    ///
    /// # Errors
    ///
    /// Throws the code of the document that cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(trust: &Uint8Array, state: Option<Uint8Array>) -> Result<Self, JsValue> {
        let state = state.map_or_else(|| Ok(State::new()), |state| read_state(&state))?;
        Ok(Self { trust: read_trust(trust)?, state })
    }

    /// Decides, keeps the next state, and returns the bytes of the decision record.
    ///
    /// # Errors
    ///
    /// Throws the code of the document that cannot be read at all; the state stays as it was.
    pub fn decide(&mut self, bundle: &Uint8Array, request: &Uint8Array) -> Result<Vec<u8>, JsValue> {
        let request = copy(request, "request", limits::TEXT)?;
        let request = Request::parse(&request).map_err(Thrown::from)?;
        let bundle = copy(bundle, "bundle", limits::BUNDLE)?;
        let bundle = Bundle::parse(&bundle).map_err(Thrown::from)?;
        let decided = evaluate(&bundle, &self.trust, &self.state, &request);
        self.state = decided.state;
        Ok(decided.bytes)
    }

    /// Judges by another trust document from now on, and adds what another verifier has seen. The state stays, so that
    /// nothing older is accepted.
    ///
    /// # Errors
    ///
    /// Throws the code of a document that cannot be read; then everything stays as it was.
    pub fn update(&mut self, trust: Option<Uint8Array>, state: Option<Uint8Array>) -> Result<(), JsValue> {
        let trust = trust.map(|trust| read_trust(&trust)).transpose()?;
        let state = state.map(|state| read_state(&state)).transpose()?;
        if let Some(trust) = trust {
            self.trust = trust;
        }
        if let Some(other) = state {
            self.state = core::mem::take(&mut self.state).merge(other);
        }
        Ok(())
    }

    /// The bytes of the state to keep, and to begin with after a restart.
    #[must_use]
    pub fn state(&self) -> Vec<u8> {
        self.state.to_json().into_bytes()
    }
}

fn read_trust(bytes: &Uint8Array) -> Result<VerifiedTrust, Thrown> {
    Ok(Trust::parse(&copy(bytes, "trust", limits::TRUST)?)?.verify())
}

fn read_state(bytes: &Uint8Array) -> Result<State, Thrown> {
    Ok(State::parse(&copy(bytes, "state", limits::STATE)?)?)
}
