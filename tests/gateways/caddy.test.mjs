import { caddy } from "./harness.mjs";
import { suite } from "./suite.mjs";

suite("Caddy with placet gate", caddy, { pushed: true });
