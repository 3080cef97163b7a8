export { orderCreate as answer } from "../library.mjs";
