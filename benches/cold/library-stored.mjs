import { supplier } from "../library.mjs";
import { answering, functions, smallStore } from "./fetch.mjs";

export const answer = answering(supplier.handler({ ...functions, store: smallStore() }));
