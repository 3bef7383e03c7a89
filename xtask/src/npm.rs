//! The npm package, built into `target/npm/placet`.
//!
//! There are three builds, each one module with its bindings: the whole, what a verifier needs, and the gateway. Each
//! serves every runtime; the entry points in `wasm/npm` differ only in where they find the module. The directory appears
//! whole or not at all.
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
    workspace::{cargo, program, root, target},
};

/// Modules of `lib` that the small build has a copy of, beside its own bindings. What imports no bindings is shared.
const VERIFIER: [&str; 8] =
    ["decide.js", "envelope.js", "input.js", "load.js", "permits.js", "record.js", "time.js", "verifier.js"];

/// Builds the package and returns its directory.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    setup::rust_target(setup::WASM, "the npm package is compiled for it")?;
    setup::node()?;
    let unfinished = target().join("npm/placet.unfinished");
    remove(&unfinished)?;
    let [library, small, gateway] = ["lib", "verify/lib", "gateway/lib"].map(|name| unfinished.join(name));
    for directory in [&library, &small, &gateway] {
        fs::create_dir_all(directory).map_err(|error| Failure::file(directory, &error))?;
    }
    let small_build = "placet-wasm --no-default-features";
    compile("the small module", small_build, &small, &unfinished.join("verify.wasm"))?;
    compile("the module", "placet-wasm", &library, &unfinished.join("placet.wasm"))?;
    compile("the gateway", "placet-gateway-js", &gateway, &unfinished.join("gateway.wasm"))?;

    let sources = root().join("wasm/npm");
    for directory in [".", "lib", "verify", "gateway", "gateway/lib"] {
        copy_files(&sources.join(directory), &unfinished.join(directory))?;
    }
    for module in VERIFIER {
        copy(&sources.join("lib").join(module), &small.join(module))?;
    }
    copy_files(&sources.join("verify/lib"), &small)?;
    for library in [&library, &small, &gateway] {
        write_commonjs(library)?;
    }
    for types in [
        "index",
        "sign",
        "verify/index",
        "gateway/index",
        "gateway/express",
        "gateway/fastify",
        "gateway/hono",
    ] {
        let text = read(&unfinished.join(types).with_extension("d.ts"))?;
        let twin = text.replace("index.js';", "index.cjs';");
        write(&unfinished.join(types).with_extension("d.cts"), &twin)?;
    }
    set_version(&unfinished.join("package.json"))?;
    prepare(
        "write its API page",
        program("node").arg(root().join("wasm/api.mjs")).arg(unfinished.join("API.md")),
    )?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&root().join(licence), &unfinished.join(licence))?;
    }

    let package = target().join("npm/placet");
    remove(&package)?;
    rename(&unfinished, &package)?;
    Ok(package)
}

/// Compiles one build of a crate: its bindings go into `library`, its module becomes `file`.
fn compile(name: &str, build: &str, library: &Path, file: &Path) -> Result<(), Failure> {
    let line = format!("build --lib --profile wasm --target {} --package {build}", setup::WASM);
    prepare(&format!("compile {name}"), &mut cargo(&line))?;
    let module = build.split(' ').next().unwrap_or(build).replace('-', "_");
    prepare(
        "write its bindings",
        cargo("run --package placet-bindgen --")
            .arg(target().join(setup::WASM).join(format!("wasm/{module}.wasm")))
            .arg(library)
            .arg("bindings"),
    )?;
    rename(&library.join("bindings_bg.wasm"), file)
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
