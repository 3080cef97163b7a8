import { suite } from "./suite.mjs";

globalThis.result = suite();
