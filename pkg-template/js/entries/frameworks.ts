// Entry of meituan-protocol/frameworks: a handler in the frameworks of Node, and behind gateways.

export {
  type FastifyApplication,
  type HonoContext,
  type KoaContext,
  toFastify,
  toHono,
  toKoa,
  toNodeListener,
} from "../frameworks/adapters.js";
export { type GatewayEvent, type GatewayReply, toGatewayFunction } from "../frameworks/gateway.js";
export type { FetchHandler, NodeRequest, NodeResponse } from "../frameworks/node.js";
