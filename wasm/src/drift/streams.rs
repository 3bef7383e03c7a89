//! Control charts.

use placet_core::drift::{self as core, Alarms, Cusum, PageHinkley, PageHinkleyMode};
use wasm_bindgen::prelude::*;

use super::{choose, whole};
use crate::boundary::Thrown;

/// The tabular cumulative-sum chart: the places of its alarms.
///
/// # Errors
///
/// Throws `option_out_of_range`.
#[wasm_bindgen]
pub fn cusum(values: &[f64], mean: f64, sd: f64, k: f64, h: f64) -> Result<Vec<u32>, JsValue> {
    let alarms = core::cusum(values, &Cusum { mean, sd, k, h });
    Ok(places(&alarms.map_err(Thrown::from)?))
}

/// The Page–Hinkley test: the places of its alarms.
///
/// # Errors
///
/// Throws `option_out_of_range`.
#[wasm_bindgen(js_name = pageHinkley)]
pub fn page_hinkley(
    values: &[f64],
    min_instances: f64,
    delta: f64,
    threshold: f64,
    alpha: f64,
    mode: &str,
) -> Result<Vec<u32>, JsValue> {
    let modes =
        [("up", PageHinkleyMode::Up), ("down", PageHinkleyMode::Down), ("both", PageHinkleyMode::Both)];
    let settings = PageHinkley {
        min_instances: whole::<u32>("minInstances", min_instances)? as usize,
        delta,
        threshold,
        alpha,
        mode: choose("mode", mode, &modes)?,
    };
    Ok(places(&core::page_hinkley(values, &settings).map_err(Thrown::from)?))
}

/// No array in a memory of 32-bit addresses has a place beyond `u32`.
fn places(alarms: &Alarms) -> Vec<u32> {
    alarms.indices.iter().filter_map(|index| u32::try_from(*index).ok()).collect()
}
