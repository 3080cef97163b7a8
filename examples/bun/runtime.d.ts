// The part of Bun's types that this example uses, so that it compiles without installing anything.
// In a project of your own, delete this file and install @types/bun.

declare module "bun:sqlite" {
  type Value = string | number | null;
  interface Statement<Row> {
    all(...bindings: Value[]): Row[];
    get(...bindings: Value[]): Row | null;
    run(...bindings: Value[]): void;
  }
  export class Database {
    constructor(path: string);
    run(statement: string): void;
    query<Row>(statement: string): Statement<Row>;
  }
}

declare const Bun: {
  serve(options: { port: number; fetch(request: Request): Response | Promise<Response> }): { readonly port: number };
};
