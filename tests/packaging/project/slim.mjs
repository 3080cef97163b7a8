// The same smoke over meituan-protocol/slim, once it has been brought the module.

import * as slim from "meituan-protocol/slim";
import expected from "./expected.mjs";
import { smoke } from "./smoke.mjs";

export const { init, initSync } = slim;

export const slimSuite = async () => {
  const { ticket, ride, testing } = slim;
  const { passed, failures } = await smoke({ root: slim, ticket, ride, testing }, expected);
  return { passed, failures: failures.map((why) => `slim: ${why}`) };
};

export { together } from "./together.mjs";
