import { nginx } from "./harness.mjs";
import { suite } from "./suite.mjs";

suite("nginx with placet gate", nginx, { pushed: true });
