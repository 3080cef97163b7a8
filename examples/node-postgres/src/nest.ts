// The supplier in NestJS. In an application of your own, `Supplier` is one module more, and the two lines with `use` are in its
// `main.ts`, before body parsers.

import "reflect-metadata";
import { Module, type OnApplicationShutdown } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { toNodeListener } from "meituan-protocol/frameworks";
import { gate, meituan, stop } from "./supplier.mjs";

@Module({})
class Supplier implements OnApplicationShutdown {
  /** No request is open any more. */
  onApplicationShutdown() {
    return stop();
  }
}

const application = await NestFactory.create(Supplier);
application.use("/meituan", toNodeListener(meituan));
application.use("/gate", toNodeListener(gate));
application.enableShutdownHooks();
await application.listen(Number(process.env.PORT ?? 3000));
