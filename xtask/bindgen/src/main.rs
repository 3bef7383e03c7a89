//! Writes the JavaScript side of a compiled module: `placet-bindgen INPUT.wasm OUTPUT_DIRECTORY NAME`.
//!
//! The output is that of `wasm-bindgen --target web` without its guess of where the `.wasm` file
//! lies (the entry points say it, and `import.meta.url` does not parse in the older module format)
//! and without its types (the package's are written by hand). Functions keep their names where `PLACET_WASM_NAMES`
//! is set, for whoever looks what takes the room or the time.

use std::env;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, output, name] = arguments.as_slice() else {
        bail!("usage: placet-bindgen INPUT.wasm OUTPUT_DIRECTORY NAME");
    };
    Bindgen::new()
        .input_path(input)
        .out_name(name)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(false)
        .remove_name_section(env::var_os("PLACET_WASM_NAMES").is_none())
        .remove_producers_section(true)
        .generate(output)
        .with_context(|| format!("cannot write the bindings of {input}"))
}
