// A handler in each framework as people start it. Each returns its address, and how it is stopped.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "reflect-metadata";
import { serve } from "@hono/node-server";
import { All, Controller, Module, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express5 from "express";
import express4 from "express4";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import bodyParser from "koa-bodyparser";
import { toFastify, toHono, toKoa, toNodeListener } from "meituan-protocol/frameworks";

const require = createRequire(import.meta.url);
const quiet = { logger: false };

async function listening(server) {
  if (!server.listening) await once(server, "listening");
  const stop = () => {
    server.closeAllConnections?.();
    return new Promise((resolve) => server.close(resolve));
  };
  return { address: `http://127.0.0.1:${server.address().port}`, stop };
}

/** A NestJS application, without decorators that need a compiler. */
function nestModule(controllers) {
  class Application {}
  Module({ controllers })(Application);
  return Application;
}

function controllerOf(listener) {
  class Meituan {
    call(request, response) {
      return listener(request, response);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Meituan.prototype, "call");
  Req()(Meituan.prototype, "call", 0);
  Res()(Meituan.prototype, "call", 1);
  All("mt/*path")(Meituan.prototype, "call", descriptor);
  Reflect.defineMetadata("design:paramtypes", [Object, Object], Meituan.prototype, "call");
  Controller()(Meituan);
  return Meituan;
}

async function nest(application) {
  await application.listen(0, "127.0.0.1");
  const server = application.getHttpServer();
  const { address } = await listening(server);
  const stop = () => {
    server.closeAllConnections();
    return application.close();
  };
  return { address, stop };
}

/** Egg leaves some of its timers running, which keep the process of the tests alive. */
function timersFromNowOn() {
  const timers = [];
  const own = { setInterval, setTimeout };
  for (const [name, start] of Object.entries(own)) {
    globalThis[name] = (...how) => {
      const timer = start(...how);
      timers.push(timer);
      return timer;
    };
  }
  return () => {
    Object.assign(globalThis, own);
    for (const timer of timers) timer.unref();
  };
}

const express = (make, before) => (meituan) => {
  const app = make();
  before?.(app, make);
  app.use("/mt", toNodeListener(meituan));
  return listening(app.listen(0, "127.0.0.1"));
};

export const FRONTS = {
  "node:http": (meituan) => listening(createServer(toNodeListener(meituan)).listen(0, "127.0.0.1")),
  "Express 4": express(express4),
  "Express 5": express(express5),
  "Express 5 behind express.raw": express(express5, (app, { raw }) => app.use(raw({ type: () => true }))),
  Koa: (meituan) => listening(new Koa().use(toKoa(meituan)).listen(0, "127.0.0.1")),
  "Koa behind koa-bodyparser": (meituan) => listening(new Koa().use(bodyParser()).use(toKoa(meituan)).listen(0, "127.0.0.1")),
  async Fastify(meituan) {
    const app = fastify();
    app.register(toFastify(meituan), { prefix: "/mt" });
    app.post("/parsed", async ({ body }) => ({ ...body, parsed: true }));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return listening(app.server);
  },
  Hono(meituan) {
    const app = new Hono();
    app.all("/mt/*", toHono(meituan));
    return listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
  },
  async "NestJS, before its parsers"(meituan) {
    const application = await NestFactory.create(nestModule(), quiet);
    application.use("/mt", toNodeListener(meituan));
    return nest(application);
  },
  async "NestJS, a controller with rawBody"(meituan) {
    const application = await NestFactory.create(nestModule([controllerOf(toNodeListener(meituan))]), { ...quiet, rawBody: true });
    return nest(application);
  },
  async "NestJS on Fastify"(meituan) {
    const application = await NestFactory.create(nestModule(), new FastifyAdapter(), quiet);
    application.use("/mt", toNodeListener(meituan));
    return nest(application);
  },
  async Egg(meituan) {
    const folder = mkdtempSync(join(tmpdir(), "egg-"));
    process.env.EGG_RUN = folder;
    globalThis.meituanOfEgg = meituan;
    const endTimers = timersFromNowOn();
    const app = await require("egg").start({ baseDir: join(import.meta.dirname, "egg-app"), mode: "single", env: "prod" });
    const { address, stop } = await listening(createServer(app.callback()).listen(0, "127.0.0.1"));
    return {
      address,
      async stop() {
        await stop();
        await app.close();
        await app.agent?.close();
        endTimers();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
