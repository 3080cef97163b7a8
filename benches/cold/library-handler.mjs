import { supplier } from "../library.mjs";
import { answering, functions } from "./fetch.mjs";

export const answer = answering(supplier.handler(functions));
