//! The worked cases of drift: everything that the core computes of one, written down as the npm package gives it.
//!
//! Whether that is right is tested in the core (`drift_examples.rs`) and, for the package, in `drift.mjs`; here it is what
//! the other runtimes must give to the last bit.

use base64ct::{Base64, Encoding as _};
use placet_core::drift::{
    BinOptions, Binning, ChiSquare, Correction, Cusum, KsTest, Method, NullDistribution, PageHinkley, Psi,
    PsiOptions, Sketch, Smoothing, Status, adjust_p_values, chi_square, cramer_von_mises, cusum,
    jensen_shannon, ks_test, ks_test_sketches, kuiper, page_hinkley, psi, wasserstein,
};
use serde_json::{Value, json};

/// Computes a case.
pub(crate) fn compute(case: &Value) -> Result<Value, String> {
    let refused = |error: placet_core::drift::DriftError| error.to_string();
    match case["kind"].as_str() {
        Some("numeric" | "policy") => of_samples(&numbers(&case["ref"])?, &numbers(&case["cur"])?),
        Some("numeric_generated") => of_samples(&generate(&case["ref_gen"])?, &generate(&case["cur_gen"])?),
        Some("categorical_counts") => {
            let [reference, current] = ["ref_counts", "cur_counts"].map(|side| counts(&case[side]));
            Ok(json!({"chi": chi(&chi_square(&reference?, &current?).map_err(refused)?)}))
        }
        Some("multiple_testing") => {
            let p_values = numbers(&case["p"])?;
            let adjust = |correction| adjust_p_values(&p_values, correction).map_err(refused);
            Ok(json!({"holm": adjust(Correction::Holm)?, "bh": adjust(Correction::Bh)?}))
        }
        Some("stream") => {
            let segments = case["gen"].as_array().ok_or("no generators")?;
            let segments: Result<Vec<_>, _> = segments.iter().map(generate).collect();
            let values = segments?.concat();
            let cusum = cusum(&values, &Cusum::default()).map_err(refused)?;
            let page_hinkley = page_hinkley(&values, &PageHinkley::default()).map_err(refused)?;
            Ok(json!({"cusum": cusum.indices, "pageHinkley": page_hinkley.indices}))
        }
        kind => Err(format!("unknown kind of case {kind:?}")),
    }
}

fn of_samples(reference: &[f64], current: &[f64]) -> Result<Value, String> {
    let sketch = |values: &[f64]| {
        let mut sketch = Sketch::new(128).map_err(|error| error.to_string())?;
        sketch.extend(values);
        Ok::<_, String>(sketch)
    };
    let (of_reference, of_current) = (sketch(reference)?, sketch(current)?);
    let mut merged = of_reference.clone();
    merged.merge(&of_current);
    let test = ks_test_sketches(&of_reference, &of_current);
    let kuiper = kuiper(reference, current);
    let moved = wasserstein(reference, current);
    let cvm = cramer_von_mises(reference, current);
    Ok(json!({
        "exact": ks(&ks_test(reference, current, Method::Exact)),
        "limit": ks(&ks_test(reference, current, Method::Limit)),
        "auto": ks(&ks_test(reference, current, Method::Auto)),
        "kuiper": {"status": kuiper.status.as_str(), "statistic": kuiper.statistic, "pValue": kuiper.p_value},
        "wasserstein": {
            "status": moved.status.as_str(), "distance": moved.distance, "overReferenceSd": moved.over_reference_sd,
        },
        "cvm": {"status": cvm.status.as_str(), "statistic": cvm.statistic, "pValue": cvm.p_value},
        "quantile": binned(reference, current, Binning::Quantile)?,
        "width": binned(reference, current, Binning::Width)?,
        "merged": {"base64": Base64::encode_string(&merged.to_bytes())},
        "median": of_reference.quantile(0.5),
        "sketched": {
            "status": test.status.as_str(), "statistic": test.statistic,
            "error": test.statistic.map(|_| test.error), "lowerBound": test.lower_bound,
            "pValue": test.p_value, "method": test.method.map(NullDistribution::as_str),
            "n": test.n, "m": test.m, "missing": test.missing,
        },
    }))
}

fn binned(reference: &[f64], current: &[f64], binning: Binning) -> Result<Value, String> {
    let bins = BinOptions { binning, ..BinOptions::default() };
    let index = |smoothing| psi(reference, current, PsiOptions { bins, smoothing });
    let epsilon = index(Smoothing::Epsilon);
    let js = jensen_shannon(reference, current, bins);
    let test = chi_square(&epsilon.reference, &epsilon.current).map_err(|error| error.to_string())?;
    Ok(json!({
        "epsilon": stability(&epsilon),
        "jeffreys": stability(&index(Smoothing::Jeffreys)),
        "js": {"status": js.status.as_str(), "divergence": js.divergence, "distance": js.distance},
        "chi": chi(&test),
    }))
}

fn ks(test: &KsTest) -> Value {
    json!({
        "status": test.status.as_str(), "statistic": test.statistic, "pValue": test.p_value,
        "method": test.method.map(NullDistribution::as_str), "n": test.n, "m": test.m, "missing": test.missing,
    })
}

fn stability(psi: &Psi) -> Value {
    json!({
        "status": psi.status.as_str(), "value": psi.value, "edges": psi.edges,
        "reference": psi.reference, "current": psi.current,
    })
}

fn chi(test: &ChiSquare) -> Value {
    let dof = (test.status == Status::Ok).then_some(test.dof);
    json!({
        "status": test.status.as_str(), "statistic": test.statistic, "dof": dof,
        "pValue": test.p_value, "cramersV": test.cramers_v,
    })
}

fn numbers(values: &Value) -> Result<Vec<f64>, String> {
    let number = |value: &Value| match value.as_str() {
        Some(text) => text.parse().ok(),
        None => value.as_f64(),
    };
    let values = values.as_array().and_then(|values| values.iter().map(number).collect());
    values.ok_or_else(|| "no list of numbers".into())
}

fn counts(values: &Value) -> Result<Vec<u64>, String> {
    let values = values.as_array().and_then(|values| values.iter().map(Value::as_u64).collect());
    values.ok_or_else(|| "no list of counts".into())
}

/// The generator that `meta` describes: `SplitMix64` and a few sums, products and floors.
#[expect(clippy::cast_precision_loss, reason = "53 bits are left")]
fn generate(generator: &Value) -> Result<Vec<f64>, String> {
    let whole = |name: &str| generator[name].as_u64().ok_or_else(|| format!("a generator without `{name}`"));
    let mut state = whole("seed")?;
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2.0_f64.powi(-53)
    };
    let option = |name: &str, otherwise: f64| generator[name].as_f64().unwrap_or(otherwise);
    let (scale, shift, k) = (option("scale", 1.0), option("shift", 0.0), option("k", f64::NAN));
    let kind = generator["kind"].as_str().unwrap_or_default();
    let mut next = || match kind {
        "uniform" => Ok(uniform()),
        "ih12" => Ok((0..12).map(|_| uniform()).fold(0.0, |sum, u| sum + u) - 6.0),
        "ints" => Ok((uniform() * k).floor()),
        "uniform_sq" => {
            let u = uniform();
            Ok(u * u)
        }
        other => Err(format!("unknown generator {other}")),
    };
    (0..whole("n")?).map(|_| Ok(next()? * scale + shift)).collect()
}
