//! The worked cases of `tests/vectors/drift/`, made with SciPy, NumPy, River and integer arithmetic. Their `meta` gives
//! every formula and tolerance.

#![allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "exact figures are meant")]

use placet_core::drift::{
    BinOptions, Binning, Correction, Cusum, Method, NullDistribution, PageHinkley, PsiOptions, Smoothing,
    Status, adjust_p_values, chi_square, cramer_von_mises, cusum, jensen_shannon, jensen_shannon_counts,
    ks_test, kuiper, page_hinkley, psi, psi_counts, wasserstein,
};
use serde_json::Value;

#[test]
fn every_worked_case_holds() {
    run("examples.json");
}

#[test]
fn every_case_made_with_scipy_holds() {
    run("scipy.json");
}

fn run(file: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/drift/");
    let text = std::fs::read_to_string(format!("{folder}{file}")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let cases = document["cases"].as_array().unwrap();
    let mut compared = Compared::default();
    for case in cases {
        compared.case = String::from(case["id"].as_str().unwrap());
        let expect = &case["expect"];
        match case["kind"].as_str().unwrap() {
            "numeric" => {
                numeric(&mut compared, &numbers(&case["ref"]), &numbers(&case["cur"]), expect);
            }
            "numeric_generated" => {
                let (reference, current) = (generate(&case["ref_gen"]), generate(&case["cur_gen"]));
                for (values, side) in [(&reference, "ref"), (&current, "cur")] {
                    let first = numbers(&case[format!("{side}_first3")]);
                    assert_eq!(values[..3], first, "generator of {}", compared.case);
                    assert_eq!(*values.last().unwrap(), number(&case[format!("{side}_last")]));
                }
                numeric(&mut compared, &reference, &current, expect);
            }
            "policy" => {
                let (reference, current) = (numbers(&case["ref"]), numbers(&case["cur"]));
                missing(&mut compared, &reference, &current, &case["expect_if_nonfinite_dropped"]);
            }
            "categorical_counts" => categorical(&mut compared, case),
            "multiple_testing" => {
                let p_values = numbers(&case["p"]);
                for (correction, field) in
                    [(Correction::Holm, "holm"), (Correction::Bh, "benjamini_hochberg")]
                {
                    let adjusted = adjust_p_values(&p_values, correction).unwrap();
                    for (found, expected) in adjusted.iter().zip(expect[field].as_array().unwrap()) {
                        compared.exact(field, Some(*found), expected);
                    }
                }
            }
            "stream" => stream(&mut compared, case),
            other => panic!("case {} is of an unknown kind {other}", compared.case),
        }
    }
    assert!(compared.count > 300, "only {} figures were compared", compared.count);
    assert!(compared.failures.is_empty(), "{}", compared.failures.join("\n"));
}

/// Collects what differs, so that one run names every case that fails.
#[derive(Default)]
struct Compared {
    case: String,
    count: usize,
    failures: Vec<String>,
}

impl Compared {
    fn within(&mut self, what: &str, found: Option<f64>, expected: &Value, relative: f64, absolute: f64) {
        self.count += 1;
        let expected = if expected.is_null() { None } else { Some(number(expected)) };
        let agrees = match (found, expected) {
            (Some(found), Some(expected)) => {
                (found - expected).abs() <= (relative * expected.abs()).max(absolute)
            }
            (None, None) => true,
            _ => false,
        };
        if !agrees {
            self.failures.push(format!("{}: {what} is {found:?}, expected {expected:?}", self.case));
        }
    }

    /// "rel 1e-9 or abs 1e-12"
    fn exact(&mut self, what: &str, found: Option<f64>, expected: &Value) {
        self.within(what, found, expected, 1e-9, 1e-12);
    }

    fn exact_p(&mut self, what: &str, found: Option<f64>, expected: &Value) {
        self.within(what, found, expected, 1e-9, 0.0);
    }

    fn limit_p(&mut self, what: &str, found: Option<f64>, expected: &Value) {
        self.within(what, found, expected, 1e-6, 0.0);
    }

    #[expect(clippy::needless_pass_by_value, reason = "reads better where it is used")]
    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: T, expected: T) {
        self.count += 1;
        if found != expected {
            self.failures.push(format!("{}: {what} is {found:?}, expected {expected:?}", self.case));
        }
    }
}

fn numeric(compared: &mut Compared, reference: &[f64], current: &[f64], expect: &Value) {
    let ks = &expect["ks"];
    let exact = ks_test(reference, current, Method::Exact);
    compared.same("status", exact.status, Status::Ok);
    compared.same("n", Some(exact.n), ks["n"].as_u64());
    compared.same("m", Some(exact.m), ks["m"].as_u64());
    compared.exact("statistic", exact.statistic, &ks["statistic"]);
    let fraction = numbers(&ks["statistic_fraction"]);
    compared.same("statistic as a fraction", exact.statistic, Some(fraction[0] / fraction[1]));
    // Where D is reached more than once, any place will do; the file has SciPy's.
    let gap_at = |x: f64| {
        let share = |side: &[f64]| {
            let finite = side.iter().filter(|v| v.is_finite());
            finite.clone().filter(|&&v| v <= x).count() as f64 / finite.count() as f64
        };
        (share(reference) - share(current)).abs()
    };
    compared.exact("gap at the location", exact.location.map(gap_at), &ks["statistic"]);
    compared.exact("gap at the file's", Some(gap_at(number(&ks["location"]))), &ks["statistic"]);
    compared.same("method", exact.method, Some(NullDistribution::Exact));
    let p_exact = if ks["p_exact"].is_null() { &ks["p_exact_integer_paths"] } else { &ks["p_exact"] };
    compared.exact_p("exact p", exact.p_value, p_exact);
    let limit = ks_test(reference, current, Method::Limit);
    compared.same("method", limit.method, Some(NullDistribution::Limit));
    compared.limit_p("limit p", limit.p_value, &ks["p_asymp_kolmogorov_limit"]);
    let auto = ks_test(reference, current, Method::Auto);
    if exact.n * exact.m <= 10_000 {
        compared.same("automatic method", auto.method, Some(NullDistribution::Exact));
    }
    let named = if auto.method == Some(NullDistribution::Exact) { exact } else { limit };
    compared.same("automatic p", auto.p_value, named.p_value);

    let v = kuiper(reference, current);
    compared.exact("kuiper", v.statistic, &ks["kuiper"]["V"]);
    compared.limit_p("kuiper p", v.p_value, &ks["kuiper"]["p_stephens"]);

    let moved = wasserstein(reference, current);
    compared.exact("wasserstein", moved.distance, &expect["wasserstein_1"]);
    let over_sd = &expect["wasserstein_over_ref_std_ddof0"];
    compared.exact("wasserstein over sd", moved.over_reference_sd, over_sd);

    if expect["cvm"].is_null() {
        assert_eq!(exact.n.min(exact.m), 1, "SciPy wants two values a side");
    } else {
        cramer_von_mises_of(compared, reference, current, &expect["cvm"]);
    }

    for (field, binning) in [("bins_quantile10_ref", Binning::Quantile), ("bins_width10_ref", Binning::Width)]
    {
        let bins = BinOptions { binning, ..BinOptions::default() };
        binned(compared, reference, current, bins, &expect[field]);
    }
}

fn cramer_von_mises_of(compared: &mut Compared, reference: &[f64], current: &[f64], expect: &Value) {
    let cvm = cramer_von_mises(reference, current);
    compared.exact("cvm", cvm.statistic, &expect["T"]);
    if cvm.method == Some(NullDistribution::Limit) {
        // SciPy takes 1 − F with an F that is off by 2e-15, as 40-digit arithmetic shows.
        compared.within("cvm limit p", cvm.p_value, &expect["p_asymptotic"], 1e-6, 1e-14);
    } else if !expect["p_exact"].is_null() {
        compared.exact_p("cvm exact p", cvm.p_value, &expect["p_exact"]);
    }
}

fn binned(compared: &mut Compared, reference: &[f64], current: &[f64], bins: BinOptions, expect: &Value) {
    let epsilon = psi(reference, current, PsiOptions { bins, smoothing: Smoothing::Epsilon });
    let jeffreys = psi(reference, current, PsiOptions { bins, smoothing: Smoothing::Jeffreys });
    compared.same("edges", &epsilon.edges, &numbers(&expect["edges"]));
    compared.same("reference counts", &epsilon.reference, &counts(&expect["ref_counts"]));
    compared.same("current counts", &epsilon.current, &counts(&expect["cur_counts"]));
    compared.exact("psi", epsilon.value, &expect["psi_eps1e-4"]);
    compared.exact("psi (jeffreys)", jeffreys.value, &expect["psi_jeffreys"]);
    let js = jensen_shannon(reference, current, bins);
    compared.exact("jensen-shannon", js.divergence, &expect["js_divergence_bits"]);
    compared.exact("jensen-shannon distance", js.distance, &expect["js_distance"]);
    homogeneity(compared, &epsilon.reference, &epsilon.current, &expect["chi2_homogeneity"]);
}

fn homogeneity(compared: &mut Compared, reference: &[u64], current: &[u64], expect: &Value) {
    let chi = chi_square(reference, current).unwrap();
    compared.exact("chi-square", chi.statistic, &expect["statistic"]);
    compared.same("dof", Some(chi.dof), expect["dof"].as_u64());
    compared.exact_p("chi-square p", chi.p_value, &expect["p"]);
}

/// Values that are no numbers are counted and left out, wherever they stand.
fn missing(compared: &mut Compared, reference: &[f64], current: &[f64], expect: &Value) {
    let left_out = reference.iter().chain(current).filter(|x| !x.is_finite()).count() as u64;
    assert!(left_out > 0);
    let total = (reference.len() + current.len()) as u64;
    let test = ks_test(reference, current, Method::Auto);
    compared.same("missing", test.missing, left_out);
    compared.same("counted", test.n + test.m + test.missing, total);
    if expect.is_null() {
        compared.same("status", test.status, Status::Inconclusive);
        return;
    }
    numeric(compared, reference, current, expect);
}

fn categorical(compared: &mut Compared, case: &Value) {
    let (reference, current) = (counts(&case["ref_counts"]), counts(&case["cur_counts"]));
    let expect = &case["expect"];
    homogeneity(compared, &reference, &current, &expect["chi2_homogeneity"]);
    let chi = chi_square(&reference, &current).unwrap();
    compared.exact("cramer's v", chi.cramers_v, &expect["cramers_v"]);
    let of = |smoothing| psi_counts(&reference, &current, smoothing).unwrap();
    compared.exact("psi", of(Smoothing::Epsilon), &expect["psi_eps1e-4"]);
    compared.exact("psi (jeffreys)", of(Smoothing::Jeffreys), &expect["psi_jeffreys"]);
    let js = jensen_shannon_counts(&reference, &current).unwrap();
    compared.exact("jensen-shannon", js.divergence, &expect["js_divergence_bits"]);
    compared.exact("jensen-shannon distance", js.distance, &expect["js_distance"]);
}

fn stream(compared: &mut Compared, case: &Value) {
    let values: Vec<f64> = case["gen"].as_array().unwrap().iter().flat_map(generate).collect();
    assert_eq!(values[..3], numbers(&case["first3"]), "generator of {}", compared.case);
    let expect = &case["expect"];
    let alarms = cusum(&values, &Cusum::default()).unwrap();
    compared.same("cusum", alarms.indices, places(&expect["tabular_cusum_alarms"]));
    let alarms = page_hinkley(&values, &PageHinkley::default()).unwrap();
    compared.same("page-hinkley", alarms.indices, places(&expect["river_page_hinkley_detections"]));
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap(),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn counts(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect()
}

fn places(value: &Value) -> Vec<usize> {
    counts(value).into_iter().map(|index| usize::try_from(index).unwrap()).collect()
}

/// The generator that `meta` describes: `SplitMix64` and a few sums, products and floors.
fn generate(generator: &Value) -> Vec<f64> {
    let mut state = generator["seed"].as_u64().unwrap();
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2.0_f64.powi(-53)
    };
    let option = |name: &str, otherwise: f64| generator[name].as_f64().unwrap_or(otherwise);
    let (scale, shift) = (option("scale", 1.0), option("shift", 0.0));
    (0..generator["n"].as_u64().unwrap())
        .map(|_| match generator["kind"].as_str().unwrap() {
            "uniform" => uniform(),
            "ih12" => (0..12).map(|_| uniform()).fold(0.0, |sum, u| sum + u) - 6.0,
            "ints" => (uniform() * option("k", f64::NAN)).floor(),
            "uniform_sq" => {
                let u = uniform();
                u * u
            }
            other => panic!("unknown generator {other}"),
        })
        .map(|x| x * scale + shift)
        .collect()
}
