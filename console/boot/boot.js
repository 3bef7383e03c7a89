// Starts the console. The module is checked against its digest before any of it runs.
import start from "./placet-console.js";

const wasm = { url: "./placet-console.wasm", integrity: "" };

try {
  const response = await fetch(new URL(wasm.url, import.meta.url), { integrity: wasm.integrity });
  await start({ module_or_path: response });
} catch (error) {
  console.error(error);
  document.getElementById("stopped").hidden = false;
}
