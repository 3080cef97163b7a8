// The mail that announces a change of address.

import { writeChangeMail } from "../boundary/change-mail.js";
import type { Calendar } from "../generated/messages.js";
import { anyString, integer, nowOf, oneOf, timestamp } from "../values/arguments.js";
import { optionsOf, record } from "../values/options.js";

/** A change of address, or an upgrade, that must be announced to Meituan three working days ahead (acceptance manual, part six). */
export interface ChangeOfEndpoint {
  /** Name of the supplier's system (PMS名称). */
  pmsName: string;
  partnerId: number;
  /** Other addresses (更换接口地址), or an upgrade at the same ones (系统升级). */
  kind: "address" | "upgrade";
  /** When it begins (升级时间). */
  upgradeAt: number | Date;
  /** The parts that it concerns (影响范围). */
  scope: string;
  /** When all is online again (恢复上线时间). */
  restoredAt: number | Date;
  /** Mail address of the sales contact at Meituan (负责BD). */
  salesContact: string;
  /** Holidays and make-up working days; absent: the shipped calendar of mainland China. */
  calendar?: Calendar | undefined;
}

const ANNOUNCED = ["pmsName", "partnerId", "kind", "upgradeAt", "scope", "restoredAt", "salesContact", "calendar"];

/**
 * The mail that announces a change. Throws `RULE_BROKEN` when fewer than three working days are left.
 *
 * @example
 * const { to, subject, body } = changeOfEndpointMail({ pmsName, partnerId, kind: "address", upgradeAt, scope, restoredAt, salesContact });
 */
export function changeOfEndpointMail(
  announced: ChangeOfEndpoint,
  options?: { now?: number | Date | undefined },
): { readonly to: readonly string[]; readonly subject: string; readonly body: string } {
  const { kind, upgradeAt, restoredAt, ...announcement } = optionsOf(record(announced, "change"), "change", ANNOUNCED, "");
  const changesAddress = oneOf(kind, "kind", ["address", "upgrade"]) === "address";
  for (const name of ["pmsName", "scope", "salesContact"]) anyString(announcement[name], name);
  const partnerId = integer(announcement.partnerId, "partnerId", 1, 0x7fffffff);
  const moments = { upgradeAt: timestamp(upgradeAt, "upgradeAt"), restoredAt: timestamp(restoredAt, "restoredAt") };
  return writeChangeMail({ ...announcement, partnerId, ...moments, changesAddress }, nowOf(options) ?? Date.now());
}
