// What meituan-protocol/slim takes and gives. Lines marked @ts-expect-error must not compile.

import type { TicketSupplier } from "meituan-protocol";
import wasm from "meituan-protocol/meituan_protocol.wasm";
import orders from "meituan-protocol/meituan_protocol_orders.wasm";
import * as slim from "meituan-protocol/slim";

const compiled: WebAssembly.Module = wasm;
slim.initSync(compiled);
slim.initSync(new Uint8Array(8));
slim.initSync(compiled, orders);
const done: Promise<void> = slim.init(fetch("https://assets.example/meituan_protocol.wasm"));
await done;
await slim.init(Promise.resolve(compiled));
await slim.init(compiled, fetch("https://assets.example/meituan_protocol_orders.wasm"));

// @ts-expect-error a module is needed
await slim.init();

// The same library: what one entry makes the other one's types take.
const supplier: TicketSupplier = new slim.TicketSupplier({ partnerId: 1122, clientId: "a", clientSecret: "b" });
const same: slim.ticket.TicketSupplier = supplier;
slim.ride.handler;
slim.testing.MeituanRide;
same.partnerId;
