// Which interfaces of the ride API go where.

import type { RideInterfaces } from "../generated/messages.js";

type Directed<Direction> = {
  [Name in keyof RideInterfaces]: RideInterfaces[Name]["direction"] extends Direction ? Name : never;
}[keyof RideInterfaces];

/** The interfaces that the enterprise calls. */
export type RideRequestName = Directed<"toMeituan">;

/** Meituan's pushes. */
export type RidePushName = Directed<"toEnterprise">;
