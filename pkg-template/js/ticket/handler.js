// A whole endpoint of the ticket API.

import { endpoint } from "../handler/endpoint.js";
import { TICKET } from "./api.js";
import { TicketReceiver } from "./receiver.js";

/** @param {any} options */
export const handler = (options) => endpoint((settings) => new TicketReceiver(settings), TICKET, options);
