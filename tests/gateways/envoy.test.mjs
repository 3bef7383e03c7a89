import { envoy } from "./harness.mjs";
import { suite } from "./suite.mjs";

suite("Envoy", envoy, { pushed: false });
