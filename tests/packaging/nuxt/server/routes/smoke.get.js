import { suite } from "../../suite.mjs";

export default defineEventHandler(() => suite());
