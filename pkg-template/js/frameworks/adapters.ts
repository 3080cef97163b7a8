// A handler of Fetch requests in the frameworks that people have: one function for each kind of them. The types are those parts of the
// frameworks that are used here, so that none of them is needed.

import { func } from "../values/functions.js";
import { answered, type FetchHandler, failed, type NodeRequest, type NodeResponse, write } from "./node.js";

/**
 * For `node:http`, Express 4 and 5, and NestJS over either of its platforms. The body is read here: put it before body parsers, or have
 * them leave its path alone. NestJS with `rawBody: true` has it anyway.
 *
 * @example
 * createServer(toNodeListener(meituan)).listen(8080);
 * app.use("/mt", toNodeListener(meituan)); // Express, and NestJS
 */
export function toNodeListener(handler: FetchHandler) {
  func(handler, "handler");
  return async (request: NodeRequest, response: NodeResponse, next?: (error?: any) => void): Promise<void> => {
    try {
      write(await answered(handler, request), response);
    } catch (error) {
      // A handler throws nothing; its `fallback` may. Somebody else may have answered meanwhile.
      if (next !== undefined) next(error);
      else if (!response.headersSent) write(await failed(request), response);
    }
  };
}

/** The context of Koa and of Egg. */
export interface KoaContext {
  readonly req: NodeRequest;
  readonly originalUrl: string;
  readonly request: { readonly rawBody?: unknown; readonly body?: unknown };
  status: number;
  body: unknown;
  set(headers: Record<string, string | string[]>): unknown;
}

/**
 * For Koa, as middleware, and for Egg, as a controller. The body that `koa-bodyparser` and Egg keep as `rawBody` is used where it was
 * read before.
 *
 * @example
 * app.use(mount("/mt", toKoa(meituan))); // Koa
 * router.post("/mt/(.*)", toKoa(meituan)); // Egg; leave the path out of its csrf check
 */
export function toKoa(handler: FetchHandler) {
  func(handler, "handler");
  return async (context: KoaContext): Promise<void> => {
    const { rawBody, body: parsed } = context.request;
    const had = { url: context.originalUrl, raw: rawBody, parsed };
    const { status, headers, body } = await answered(handler, context.req, had);
    context.status = status;
    context.body = body;
    context.set(headers);
  };
}

/** An application of Fastify's, or a part of it. */
export interface FastifyApplication {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(type: string, parser: (request: any, payload: any, done: (error: null, body: unknown) => void) => void): any;
  all(path: string, handler: (request: any, reply: any) => Promise<unknown>): any;
}

/**
 * For Fastify, as a plugin: under its prefix bodies are not parsed, elsewhere they are as before.
 *
 * @example
 * app.register(toFastify(meituan), { prefix: "/mt" });
 */
export function toFastify(handler: FetchHandler) {
  func(handler, "handler");
  return async (application: FastifyApplication): Promise<void> => {
    application.removeAllContentTypeParsers();
    application.addContentTypeParser("*", (_, payload, done) => done(null, payload));
    application.all("/*", async ({ raw, originalUrl }, reply) => {
      const { status, headers, body } = await answered(handler, raw, { url: originalUrl });
      reply.code(status).headers(headers);
      return reply.send(body);
    });
  };
}

/** The context of Hono. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  readonly env: any;
  readonly executionCtx: unknown;
}

/**
 * For Hono on any platform. The handler's functions get Hono's `env`, and where the platform has one its execution context.
 *
 * @example
 * app.all("/mt/*", toHono(meituan));
 */
export function toHono<Context extends unknown[]>(handler: (request: Request, ...context: Context) => Promise<Response>) {
  func(handler, "handler");
  return (context: HonoContext): Promise<Response> => {
    const around: unknown[] = [context.env];
    try {
      around.push(context.executionCtx);
    } catch {
      // Only some platforms have one, and Hono throws where there is none.
    }
    return handler(context.req.raw, ...(around as Context));
  };
}
