// Compiled, never run: each framework accepts what the functions return.

import { createServer } from "node:http";
import type { INestApplication, NestMiddleware } from "@nestjs/common";
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyResult, Handler as LambdaHandler } from "aws-lambda";
import type { Application } from "egg";
import express5 from "express";
import express4 from "express4";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { toFastify, toGatewayFunction, toHono, toKoa, toNodeListener } from "meituan-protocol/frameworks";
import { handler } from "meituan-protocol/ticket";

const config = { partnerId: 1, clientId: "x", clientSecret: "s" };
const meituan = handler({ config, orderClose() {} });
const onWorkers = handler({ config: (env: { secret: string }) => ({ ...config, clientSecret: env.secret }), orderClose() {} });

createServer(toNodeListener(meituan));
express5().use("/mt", toNodeListener(meituan));
express4().use("/mt", toNodeListener(meituan));
express5().all("/mt/close", toNodeListener(meituan));
new Koa().use(toKoa(meituan));
fastify().register(toFastify(meituan), { prefix: "/mt" });
new Hono().all("/mt/*", toHono(meituan));
new Hono<{ Bindings: { secret: string } }>().all("/mt/*", toHono(onWorkers));
declare const nest: INestApplication;
nest.use("/mt", toNodeListener(meituan));
export class Middleware implements NestMiddleware {
  use = toNodeListener(meituan);
}
declare const egg: Application;
egg.router.post("/mt/(.*)", toKoa(meituan));
export const old: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult> = toGatewayFunction(meituan);
export const main: LambdaHandler<APIGatewayProxyEventV2> = toGatewayFunction(meituan);

// @ts-expect-error nothing gives it its env
toNodeListener(onWorkers);
// @ts-expect-error a supplier is no handler
toKoa({ receive: meituan });
