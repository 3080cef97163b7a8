// The mail about a change of address in the module of orders.

import * as glue from "../loaders/orders-glue.js";
import { stringify } from "../values/json.js";
import { about, made } from "./orders-module.js";

/** @param announcement as src/wasm/acceptance.rs names it */
export const writeChangeMail = (announcement: object, now: number): { to: string[]; subject: string; body: string } =>
  about(() => made([stringify(announcement, "change")], (length) => glue.ticket_change_mail(length, now)), announcement, "change");
