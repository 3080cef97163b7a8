// The smoke over the package as modules load it.

import * as root from "meituan-protocol";
import * as ride from "meituan-protocol/ride";
import * as testing from "meituan-protocol/testing";
import * as ticket from "meituan-protocol/ticket";
import expected from "./expected.mjs";
import { smoke } from "./smoke.mjs";

export const suite = () => smoke({ root, ticket, ride, testing }, expected);
