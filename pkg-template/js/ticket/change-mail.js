// The mail that announces a change of address.

import { writeChangeMail } from "../boundary/change-mail.js";
import { anyText, integer, moment, nowOf, oneOf } from "../values/arguments.js";
import { optionsOf, record } from "../values/options.js";

const ANNOUNCED = ["pmsName", "partnerId", "kind", "upgradeAt", "scope", "restoredAt", "salesContact", "calendar"];

/** @param {any} announced @param {{ now?: number | Date }} [options] */
export function changeOfEndpointMail(announced, options) {
  const { kind, upgradeAt, restoredAt, ...announcement } = optionsOf(record(announced, "change"), "change", ANNOUNCED, "");
  const changesAddress = oneOf(kind, "kind", ["address", "upgrade"]) === "address";
  for (const name of ["pmsName", "scope", "salesContact"]) anyText(announcement[name], name);
  const partnerId = integer(announcement.partnerId, "partnerId", 1, 0x7fffffff);
  const moments = { upgradeAt: moment(upgradeAt, "upgradeAt"), restoredAt: moment(restoredAt, "restoredAt") };
  return writeChangeMail({ ...announcement, partnerId, ...moments, changesAddress }, nowOf(options) ?? Date.now());
}
