import { suite } from "./suite.mjs";

console.log(JSON.stringify(await suite()));
