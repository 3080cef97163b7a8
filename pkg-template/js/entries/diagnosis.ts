// Entry of meituan-protocol/diagnosis: why a signature does not match.

export { type MistakeId, mistakes } from "../generated/mistakes.js";
export { type Diagnosis, diagnose, type QuestionedRequest } from "../ticket/diagnosis.js";
