// Entry of meituan-protocol/diagnosis: why a signature does not match. The knowledge is src/ba/mistakes.rs.

export { mistakes } from "../generated/mistakes.js";
export { diagnose } from "../ticket/diagnosis.js";
