// The example's Worker, unchanged, between two instruments: every step of its calls to the order's object is told to the
// test before and after it happens, and the test may end the process there.

import { Order as ExampleOrder } from "../../examples/worker/src/order.js";
import type { Env as ExampleEnv } from "../../examples/worker/src/settings.js";
import worker from "../../examples/worker/src/worker.js";

interface Env extends ExampleEnv {
  /** Where the test listens. */
  CONTROL: string;
}

/** As if so long had gone by since a function began: nobody in a test waits for a lease. */
const AGE_MILLISECONDS = 3_600_000;

const step = (env: Env, name: string, about: unknown) =>
  fetch(`${env.CONTROL}/${name}`, { method: "POST", body: JSON.stringify(about ?? null) });

/** The same object, with every call to it told. */
function told(env: Env): Env {
  const getByName = (orderId: string) => {
    const object = env.ORDERS.getByName(orderId) as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
    const call =
      (method: string) =>
      async (...values: unknown[]) => {
        await step(env, `before ${method}`, values);
        const result = await object[method](...values);
        await step(env, `after ${method}`, { orderId, values, result });
        return method === "load" ? aged(result) : result;
      };
    return new Proxy({}, { get: (_, method: string) => (method === "enter" ? object[method].bind(object) : call(method)) });
  };
  return { ...env, ORDERS: { getByName } as unknown as Env["ORDERS"] };
}

function aged(loaded: unknown) {
  const { attempts = [] } = (loaded as { snapshot?: { attempts?: { startedAt: number }[] } } | null)?.snapshot ?? {};
  for (const attempt of attempts) attempt.startedAt = Math.max(1, attempt.startedAt - AGE_MILLISECONDS);
  return loaded;
}

export class Order extends ExampleOrder {
  constructor(ctx: ConstructorParameters<typeof ExampleOrder>[0], env: Env) {
    super(ctx, told(env));
  }
}

export default {
  async fetch(request: Request, env: Env, context: object): Promise<Response> {
    const response = await worker.fetch(request, told(env), context);
    await step(env, "before reply", null);
    return response;
  },
};
