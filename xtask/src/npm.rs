//! The npm package, built into `target/npm/placet`.
//!
//! One module and one set of bindings serve every runtime; the entry points in `wasm/npm` differ
//! only in where they find the module. The directory appears whole or not at all.
//!
//! There is no pass of `wasm-opt`: version 132 took 7 % off the module but added 7 % to its size under
//! brotli, which is what travels, and made no decision faster.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    commonjs,
    failure::Failure,
    setup,
    step::{self, Count},
    workspace::{cargo, root, target},
};

/// Builds the package and returns its directory.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    setup::rust_target(setup::WASM, "the npm package is compiled for it")?;
    prepare(
        "compile the module",
        &mut cargo(&format!("build --package placet-wasm --lib --profile wasm --target {}", setup::WASM)),
    )?;
    let unfinished = target().join("npm/placet.unfinished");
    remove(&unfinished)?;
    let library = unfinished.join("lib");
    fs::create_dir_all(&library).map_err(|error| Failure::file(&library, &error))?;

    let compiled = target().join(setup::WASM).join("wasm/placet_wasm.wasm");
    prepare(
        "write its bindings",
        cargo("run --package placet-bindgen --").arg(compiled).arg(&library).arg("bindings"),
    )?;
    rename(&library.join("bindings_bg.wasm"), &unfinished.join("placet.wasm"))?;

    let sources = root().join("wasm/npm");
    copy_files(&sources, &unfinished)?;
    copy_files(&sources.join("lib"), &library)?;
    write_commonjs(&library)?;
    copy(&unfinished.join("index.d.ts"), &unfinished.join("index.d.cts"))?;
    gateway(&unfinished)?;
    set_version(&unfinished.join("package.json"))?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&root().join(licence), &unfinished.join(licence))?;
    }

    let package = target().join("npm/placet");
    remove(&package)?;
    rename(&unfinished, &package)?;
    Ok(package)
}

/// Adds the gateway, whose module is its own: whoever only decides loads none of it.
fn gateway(package: &Path) -> Result<(), Failure> {
    let directory = package.join("gateway");
    fs::create_dir_all(&directory).map_err(|error| Failure::file(&directory, &error))?;
    prepare(
        "compile the gateway's module",
        &mut cargo(&format!(
            "build --package placet-gateway-js --lib --profile wasm --target {}",
            setup::WASM
        )),
    )?;
    let compiled = target().join(setup::WASM).join("wasm/placet_gateway_js.wasm");
    prepare(
        "write its bindings",
        cargo("run --package placet-bindgen --").arg(compiled).arg(&directory).arg("bindings"),
    )?;
    rename(&directory.join("bindings_bg.wasm"), &directory.join("gateway.wasm"))?;
    // The entry points know how their runtime finds the module, and are written in both formats.
    let is_entry =
        |file: &Path| ["node.js", "workerd.js", "browser.js"].iter().any(|entry| file.ends_with(entry));
    let sources = root().join("wasm/npm/gateway");
    copy_files(&sources, &directory)?;
    for file in files(&directory)? {
        if file.extension().is_some_and(|extension| extension == "js") && !is_entry(&file) {
            let twin = commonjs::from_module(&file.display().to_string(), &read(&file)?)?;
            write(&file.with_extension("cjs"), &twin)?;
        }
        if let Some(types) = file.to_string_lossy().strip_suffix(".d.ts") {
            let twin = read(&file)?.replace("'./index.js'", "'./index.cjs'");
            write(Path::new(&format!("{types}.d.cts")), &twin)?;
        }
    }
    Ok(())
}

fn prepare(name: &str, command: &mut std::process::Command) -> Result<(), Failure> {
    let log = target().join("xtask/logs/npm.log");
    match step::run(name, &log, Count::Preparation, command)?.failed {
        0 => Ok(()),
        _ => Err(Failure::new("npm_build_failed", name)),
    }
}

/// Every module of `lib` a second time in the older format.
fn write_commonjs(library: &Path) -> Result<(), Failure> {
    for module in files(library)? {
        if module.extension().is_some_and(|extension| extension == "js") {
            let source = read(&module)?;
            let twin = commonjs::from_module(&module.display().to_string(), &source)?;
            write(&module.with_extension("cjs"), &twin)?;
        }
    }
    Ok(())
}

/// The package has the version of the workspace, which `wasm/npm/package.json` leaves open.
fn set_version(manifest: &Path) -> Result<(), Failure> {
    const OPEN: &str = r#""version": "0.0.0""#;
    let text = read(manifest)?;
    if text.matches(OPEN).count() != 1 {
        return Err(Failure::new("npm_manifest", format!("{} must say {OPEN} once", manifest.display())));
    }
    write(manifest, &text.replace(OPEN, &format!(r#""version": "{}""#, env!("CARGO_PKG_VERSION"))))
}

fn copy_files(from: &Path, to: &Path) -> Result<(), Failure> {
    for file in files(from)? {
        if let Some(name) = file.file_name() {
            copy(&file, &to.join(name))?;
        }
    }
    Ok(())
}

/// The files of a directory, without its directories.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::file(directory, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::file(file, &error))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|error| Failure::file(file, &error))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to).map(drop).map_err(|error| Failure::file(from, &error))
}

fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::rename(from, to).map_err(|error| Failure::file(from, &error))
}

fn remove(directory: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file(directory, &error)),
        _ => Ok(()),
    }
}
