// The part of Cloudflare's runtime types that this example uses, so that it compiles without installing anything.
// In a project of your own, delete this file and run `npx wrangler types`.

declare module "cloudflare:workers" {
  export abstract class DurableObject<Environment> {
    constructor(ctx: DurableObjectState, env: Environment);
    protected readonly ctx: DurableObjectState;
    protected readonly env: Environment;
  }
}

interface DurableObjectState {
  readonly storage: {
    readonly sql: SqlStorage;
    setAlarm(time: number): Promise<void>;
    deleteAlarm(): Promise<void>;
  };
}

type SqlValue = string | number | null;

interface SqlStorage {
  exec<Row extends Record<string, SqlValue>>(query: string, ...bindings: SqlValue[]): { toArray(): Row[]; one(): Row };
}

interface DurableObjectNamespace<Instance> {
  getByName(name: string): DurableObjectStub<Instance>;
}

type DurableObjectStub<Instance> = {
  [Name in keyof Instance]: Instance[Name] extends (...values: infer Values) => infer Result
    ? (...values: Values) => Promise<Awaited<Result>>
    : never;
};

interface SubtleCrypto {
  timingSafeEqual(left: BufferSource, right: BufferSource): boolean;
}
