import "reflect-metadata";
import { readFileSync } from "node:fs";
import { Controller, Module, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { MemoryStore } from "meituan-protocol/testing";
import { handler } from "meituan-protocol/ticket";

const { partnerId, clientId, clientSecret } = JSON.parse(readFileSync("expected.json", "utf8"));

const respond = handler({
  config: {
    ...{ partnerId, clientId, clientSecret },
    routes: { "/meituan/create": "orderCreate", "/meituan/pay": "orderPay", "/meituan/refund": "orderRefund" },
  },
  store: new MemoryStore(),
  orderCreate: ({ body }) => ({ partnerOrderId: `P${body.orderId}` }),
  orderPay: ({ body }) => ({ voucherType: 1, vouchers: [body.orderId.slice(-10), body.orderId.slice(-11, -1)] }),
  orderRefund: () => undefined,
  onError() {},
  onWarning() {},
});

interface Incoming {
  method: string;
  originalUrl: string;
  headers: Record<string, string>;
  rawBody: Buffer<ArrayBuffer>;
}
interface Outgoing {
  status(code: number): Outgoing;
  type(name: string): Outgoing;
  send(body: string): Outgoing;
}

@Controller("meituan")
class Meituan {
  @Post("*path")
  async call(@Req() request: Incoming, @Res() response: Outgoing) {
    const { method, originalUrl, headers, rawBody } = request;
    const answer = await respond(new Request(`http://localhost${originalUrl}`, { method, headers, body: rawBody }));
    response
      .status(answer.status)
      .type("json")
      .send(await answer.text());
  }
}

@Module({ controllers: [Meituan] })
class Supplier {}

async function main() {
  const app = await NestFactory.create(Supplier, { rawBody: true, logger: false });
  await app.listen(Number(process.env.PORT), "127.0.0.1");
}
main();
