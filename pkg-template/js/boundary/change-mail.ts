// The mail about a change of address in the module of orders.

import * as glue from "../loaders/orders-glue.js";
import { stringify } from "../values/json.js";
import { about, answered } from "./orders-module.js";

/** @param announcement as src/wasm/orders.rs names it */
export function writeChangeMail(announcement: object, now: number) {
  const write = () => answered([stringify(announcement, "change")], (length) => glue.ticket_change_mail(length, now));
  const mail = about(write, announcement, "change");
  const [to, subject, ...body] = mail.split("\n");
  return { to: to.split(","), subject, body: body.join("\n") };
}
