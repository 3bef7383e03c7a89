//! The console's static files: `console-files INPUT.wasm OUTPUT_DIRECTORY [SOURCES]`.
//!
//! Every file but the page itself is named by its SHA-256, and the page and the boot script name the digests too
//! (Subresource Integrity), so that a file that was exchanged on its way does not run.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256};
use wasm_bindgen_cli_support::Bindgen;

const NAME: &str = "placet-console";

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (input, output, sources) = match arguments.as_slice() {
        [input, output] => (input, output, Path::new(".")),
        [input, output, sources] => (input, output, sources.as_path()),
        _ => bail!("usage: console-files INPUT.wasm OUTPUT_DIRECTORY [SOURCES]"),
    };
    let glue = output.join("bindings");
    empty(output)?;
    Bindgen::new()
        .input_path(input)
        .out_name(NAME)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&glue)
        .with_context(|| format!("cannot write the bindings of {}", input.display()))?;
    let bindings = Hashed::of(NAME, "js", fs::read(glue.join(format!("{NAME}.js")))?);
    let module = Hashed::of(NAME, "wasm", fs::read(glue.join(format!("{NAME}_bg.wasm")))?);
    fs::remove_dir_all(&glue)?;

    let page = read(&sources.join("index.html"))?;
    let mut boot = read(&sources.join("console/boot/boot.js"))?;
    exchange(&mut boot, "./placet-console.js", &format!("./{}", bindings.name))?;
    exchange(&mut boot, "./placet-console.wasm", &format!("./{}", module.name))?;
    exchange(&mut boot, r#"integrity: """#, &format!(r#"integrity: "{}""#, module.integrity))?;
    let boot = Hashed::of("boot", "js", boot.into_bytes());
    let theme = Hashed::of("theme", "js", fs::read(sources.join("console/boot/theme.js"))?);
    let styles = Hashed::of("style", "css", styles(&page, sources)?.into_bytes());

    let head = format!(
        "<link rel=\"stylesheet\" href=\"/{}\" integrity=\"{}\">\n\
         <script src=\"/{}\" integrity=\"{}\"></script>\n\
         <script type=\"module\" src=\"/{}\" integrity=\"{}\"></script>\n\
         <script type=\"module\" src=\"/{}\" integrity=\"{}\"></script>",
        styles.name,
        styles.integrity,
        theme.name,
        theme.integrity,
        bindings.name,
        bindings.integrity,
        boot.name,
        boot.integrity
    );
    for file in [&bindings, &module, &boot, &theme, &styles] {
        fs::write(output.join(&file.name), &file.bytes)?;
    }
    fs::write(output.join("index.html"), assemble(&page, &head)?)?;
    Ok(())
}

/// A file named by its own digest.
struct Hashed {
    name: String,
    integrity: String,
    bytes: Vec<u8>,
}

impl Hashed {
    fn of(stem: &str, extension: &str, bytes: Vec<u8>) -> Self {
        let digest = Sha256::digest(&bytes);
        let short = digest.iter().take(8).fold(0_u64, |short, byte| short << 8 | u64::from(*byte));
        Self {
            name: format!("{stem}-{short:016x}.{extension}"),
            integrity: format!("sha256-{}", Base64::encode_string(&digest)),
            bytes,
        }
    }
}

/// The style sheets that the page lists, in its order, as one.
fn styles(page: &str, sources: &Path) -> Result<String> {
    let mut all = String::new();
    for line in page.lines().filter(|line| line.contains(r#"data-trunk rel="css""#)) {
        let path = line.split(r#"href=""#).nth(1).and_then(|rest| rest.split('"').next());
        let path = path.with_context(|| format!("no address in {line}"))?;
        all.push_str(&read(&sources.join(path))?);
    }
    ensure!(!all.is_empty(), "index.html lists no style sheets");
    Ok(all)
}

/// The page with what was built in the place of what is to be built.
fn assemble(page: &str, head: &str) -> Result<String> {
    let mut lines: Vec<&str> = Vec::new();
    let mut placed = false;
    for line in page.lines().filter(|line| !line.starts_with("<!-- The lines with data-trunk")) {
        if !line.contains("data-trunk") {
            lines.push(line);
        } else if !placed {
            lines.push(head);
            placed = true;
        }
    }
    ensure!(placed, "index.html says nowhere what is built");
    Ok(lines.join("\n") + "\n")
}

fn exchange(text: &mut String, from: &str, to: &str) -> Result<()> {
    ensure!(text.matches(from).count() == 1, "boot.js must say {from} once");
    *text = text.replace(from, to);
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// An empty directory in its place.
fn empty(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    Ok(())
}
