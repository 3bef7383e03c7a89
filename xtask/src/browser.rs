//! Where Chromium and its driver are.

use std::{env, path::PathBuf};

use crate::{failure::Failure, setup, workspace::find_program};

/// Chromium and the program that drives it.
pub(crate) struct Chromium {
    pub(crate) browser: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds both, and installs Debian's packages where they are missing.
///
/// `CHROMIUM` and `CHROMEDRIVER` name others.
pub(crate) fn chromium() -> Result<Chromium, Failure> {
    if let Some(found) = find() {
        return Ok(found);
    }
    setup::apt(&["chromium", "chromium-driver", "fonts-dejavu-core"], "tests run in a real browser")?;
    find().ok_or_else(|| {
        Failure::new(
            "chromium_missing",
            "install Chromium and chromedriver, or name them in CHROMIUM and CHROMEDRIVER",
        )
    })
}

/// Finds Firefox, and installs Debian's package where it is missing. `FIREFOX` names another.
pub(crate) fn firefox() -> Result<PathBuf, Failure> {
    let find =
        || env::var_os("FIREFOX").map(PathBuf::from).or_else(|| find_program(&["firefox-esr", "firefox"]));
    if let Some(found) = find() {
        return Ok(found);
    }
    setup::apt(&["firefox-esr", "fonts-dejavu-core"], "vectors run in a second browser")?;
    find().ok_or_else(|| Failure::new("firefox_missing", "install Firefox, or name it in FIREFOX"))
}

fn find() -> Option<Chromium> {
    let named = |variable| env::var_os(variable).map(PathBuf::from);
    Some(Chromium {
        browser: named("CHROMIUM").or_else(|| {
            find_program(&["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"])
        })?,
        driver: named("CHROMEDRIVER").or_else(|| find_program(&["chromedriver"]))?,
    })
}
