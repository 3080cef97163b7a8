// A whole endpoint of the ride API.

import { endpoint } from "../handler/endpoint.js";
import { RIDE } from "./api.js";
import { RideReceiver } from "./receiver.js";

/** @param {any} options */
export const handler = (options) => endpoint((settings) => new RideReceiver(settings), RIDE, options);
