import { MeituanError, TicketSupplier } from "meituan-protocol/ticket";
import expected from "./expected.mjs";

const { partnerId, clientId, clientSecret } = expected.ticket;
const routes = { "/api/raw": "heartbeat", "/api/parsed": "heartbeat" };
const supplier = new TicketSupplier({ partnerId, clientId, clientSecret, routes });

/** A call on the pages router: with the body as it came, or as Next has parsed it. */
export function answer({ method, url, headers }, body, response) {
  try {
    const reply = supplier.receiveSync({ method, url, headers, body }).ok();
    response.status(reply.status).setHeader("content-type", reply.headers["content-type"]).send(reply.body);
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    response.json({ code: error.code, hint: error.hint });
  }
}
