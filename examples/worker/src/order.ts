import { DurableObject } from "cloudflare:workers";
import {
  codes,
  type OrderCreate,
  type OrderRefund,
  type RefundedMessage,
  type TicketCalls,
  TicketSupplier,
} from "meituan-protocol/ticket";
import { Database, type Order as OrderRow, type Ticket } from "./database.js";
import { objection, product, today } from "./products.js";
import { type Env, settings } from "./settings.js";

const { CloseType, IssueType, OrderStatus, RefundMessageType, VoucherStatus, VoucherType } = codes;

/** Done; or put off until a notice tells; or refused, with a code that Meituan lists for the call and the true reason. */
type Done<Reply, Facts = unknown> = { reply: Reply; later?: undefined; refused?: undefined } & Facts;
type Later = { later: { partnerOrderId: string }; refused?: undefined };
type Refused<Call extends keyof TicketCalls> = {
  refused: { code: TicketCalls[Call]["failure"]; reason: string };
  later?: undefined;
};

/**
 * One order. What a call changes, and the notice that follows from it, are written without awaiting in between: a Durable
 * Object stores that as a whole or not at all. The alarm then sends each notice until Meituan accepts it.
 */
export class Order extends DurableObject<Env> {
  #database = new Database(this.ctx.storage.sql);

  create(message: OrderCreate): Done<{ partnerOrderId: string }> | Refused<"orderCreate"> {
    const known = this.#database.order();
    if (known) return { reply: { partnerOrderId: known.partner_order_id } };
    if (this.#database.isClosed()) return { refused: { code: 499, reason: "美团已关闭该订单" } };
    const refused = objection(message);
    if (refused) return { refused };
    const partnerOrderId = `P${message.orderId}`;
    this.#database.create({
      order_id: message.orderId,
      partner_order_id: partnerOrderId,
      partner_deal_id: message.partnerDealId,
      quantity: message.quantity,
      travel_date: message.travelDate ?? "",
      status: OrderStatus.CREATED,
    });
    return { reply: { partnerOrderId } };
  }

  /** Issues once; a repeated call is told how things are now. */
  async pay(): Promise<Done<TicketCalls["orderPay"]["reply"], { quantity: number }> | Later | Refused<"orderPay">> {
    const order = this.#database.order();
    if (!order) return { refused: { code: 599, reason: "没有这个订单" } };
    if (this.#database.isClosed()) return { refused: { code: 599, reason: "订单已关闭" } };
    if (order.status === OrderStatus.CREATED) {
      const upstream = product(order.partner_deal_id)?.upstream;
      if (upstream) this.#database.setStatus(OrderStatus.ISSUING, { due: this.#upstreamDecidesAt() });
      else this.#issue(order);
      await this.#setAlarm();
    }
    const { status, failure, quantity } = this.#database.order() ?? order;
    if (status === OrderStatus.ISSUING) return { later: { partnerOrderId: order.partner_order_id } };
    if (status !== OrderStatus.ISSUED) return { refused: { code: 599, reason: failure ?? "出票失败" } };
    return { reply: { ...idsOf(order), ...this.#codes() }, quantity };
  }

  query(): Done<TicketCalls["orderQuery"]["reply"]> | Refused<"orderQuery"> {
    const order = this.#database.order();
    if (!order) return { refused: { code: 301, reason: "没有这个订单" } };
    const { status: orderStatus, quantity: orderQuantity } = order;
    const voucherList = this.#database.tickets().map(({ voucher, status, changed }) => entryOf(voucher, status, changed));
    const { voucherType } = this.#codes();
    return { reply: { ...idsOf(order), orderStatus, orderQuantity, ...this.#quantities(), voucherType, voucherList } };
  }

  /** Keyed by `refundId` alone: the same id again asks how it stands, and takes no further tickets. */
  async refund(message: OrderRefund): Promise<Done<object, { already: boolean }> | Later | Refused<"orderRefund">> {
    const { refundId, refundQuantity, voucherList, partnerOrderId } = message;
    const known = this.#database.refund(refundId);
    if (known) return known.due === null ? { reply: {}, already: true } : { later: { partnerOrderId } };
    const order = this.#database.order();
    if (!order) return { refused: { code: 606, reason: "没有这个订单" } };
    const free = this.#database.tickets().filter(({ status, refund_id }) => status === VoucherStatus.UNUSED && refund_id === null);
    const named = free.filter(({ voucher }) => voucherList.includes(voucher));
    if (named.length !== refundQuantity || voucherList.length !== refundQuantity) {
      const listed = `所列 ${voucherList.length} 个凭证中可退 ${named.length} 个`;
      return { refused: { code: 606, reason: `订单可退 ${free.length} 张，申请退 ${refundQuantity} 张，${listed}` } };
    }
    const upstream = product(order.partner_deal_id)?.upstream;
    this.#database.addRefund(refundId, upstream ? this.#upstreamDecidesAt() : null, named);
    if (!upstream) this.#database.agree(refundId);
    await this.#setAlarm();
    return upstream ? { later: { partnerOrderId } } : { reply: {}, already: false };
  }

  /** Meituan has closed the order: perhaps one that never came here, perhaps one that is issued. Its codes become void. */
  async close(closeType: number) {
    if (this.#database.isClosed()) return;
    this.#database.close(closeType);
    const status = this.#database.order()?.status;
    const failure = "订单已关闭";
    // One that nobody paid stays "created". None stays "issued": that says that the guest can enter.
    if (closeType === CloseType.CREATE_FAILED) this.#database.setStatus(OrderStatus.CREATE_FAILED, { failure });
    else if (status !== OrderStatus.CREATED) this.#database.setStatus(OrderStatus.ISSUE_FAILED, { failure });
    await this.#setAlarm();
  }

  /** Meituan has refunded by itself. */
  async refunded(message: RefundedMessage) {
    const status = this.#database.order()?.status;
    if (status === OrderStatus.CREATED || status === OrderStatus.ISSUING) {
      this.#database.setStatus(OrderStatus.ISSUE_FAILED, { failure: "美团已退款" });
    }
    const refundId = message.refundSerialNo || `refunded message of ${message.refundTime}`;
    if (!this.#database.refund(refundId)) this.#database.addRefund(refundId, null, this.#ticketsOf(message));
    this.#database.agree(refundId);
    await this.#setAlarm();
  }

  /** Guests are at the gate. The notice tells the totals so far, and the codes of this event. */
  async enter(vouchers: readonly string[]) {
    const order = this.#database.order();
    const tickets = this.#database.tickets();
    const entered: string[] = [];
    const refused: Record<string, string> = {};
    for (const voucher of new Set(vouchers)) {
      const ticket = tickets.find((each) => each.voucher === voucher);
      const reason = barrier(order, ticket);
      if (reason) refused[voucher] = reason;
      else entered.push(voucher);
    }
    if (order && entered.length > 0) {
      const now = Date.now();
      for (const voucher of entered) this.#database.use(voucher, now);
      const voucherList = entered.map((voucher) => entryOf(voucher, VoucherStatus.USED, now));
      this.#database.addNotice("consumeNotice", { ...idsOf(order), quantity: order.quantity, ...this.#quantities(), voucherList });
      await this.#setAlarm();
    }
    return { entered, refused };
  }

  async alarm() {
    this.#hearFromUpstream();
    await this.#sendNotices();
    await this.#setAlarm();
  }

  /** The simulated upstream: what it was asked for is decided when it falls due. */
  #hearFromUpstream() {
    const now = Date.now();
    const order = this.#database.order();
    if (!order) return;
    if (order.due !== null && order.due <= now) {
      if (product(order.partner_deal_id)?.upstream === "issues") {
        this.#issue(order);
        const body = { ...idsOf(order), ...this.#codes() };
        this.#database.addNotice("payNotice", { issueType: IssueType.ISSUED, describe: "出票成功", body });
      } else {
        const describe = "上游停航，无法出票";
        this.#database.setStatus(OrderStatus.ISSUE_FAILED, { failure: describe });
        this.#database.addNotice("payNotice", { issueType: IssueType.FAILED, describe, body: idsOf(order) });
      }
    }
    for (const { refund_id: refundId, requested } of this.#database.refundsDue(now)) {
      this.#database.agree(refundId);
      const body = { ...idsOf(order), refundId, requestTime: requested, responseTime: now };
      this.#database.addNotice("refundNotice", { code: 200, describe: "同意退款", body });
    }
  }

  /** In their order, each signed when it goes; the next one only after Meituan has accepted the one before it. */
  async #sendNotices() {
    const supplier = new TicketSupplier(settings(this.env));
    for (;;) {
      const notice = this.#database.firstNotice();
      if (!notice || notice.due > Date.now()) return;
      try {
        const request = supplier.requests[notice.type](JSON.parse(notice.message));
        const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(20_000) });
        const { code, describe } = await request.parseResponse(response);
        if (code !== 200) throw new Error(`${notice.type} was answered ${code}: ${describe}`);
        this.#database.removeNotice(notice.id);
      } catch (error) {
        console.warn(String(error));
        this.#database.postponeNotice(notice.id, Date.now() + Math.min(1000 * 2 ** notice.attempts, 600_000));
      }
    }
  }

  async #setAlarm() {
    const due = this.#database.nextDue();
    await (due === undefined ? this.ctx.storage.deleteAlarm() : this.ctx.storage.setAlarm(due));
  }

  #issue(order: OrderRow) {
    this.#database.setStatus(OrderStatus.ISSUED);
    for (let left = order.quantity; left > 0; left--) {
      // Hard to guess, and within the 20 characters that Meituan documents.
      this.#database.addTicket(crypto.randomUUID().replaceAll("-", "").slice(0, 16));
    }
  }

  /** The tickets that a refunded message means; where it names none, as many as it counts. */
  #ticketsOf({ voucherList = [], count, refundMessageType }: RefundedMessage): Ticket[] {
    const unused = this.#database.tickets().filter(({ status }) => status === VoucherStatus.UNUSED);
    if (voucherList.length > 0) return unused.filter(({ voucher }) => voucherList.includes(voucher));
    const claimed = unused.filter(({ refund_id }) => refund_id !== null);
    const free = unused.filter(({ refund_id }) => refund_id === null);
    // An approval that took too long is about tickets whose refund was pending.
    const likeliest = refundMessageType === RefundMessageType.APPROVAL_TIMED_OUT ? [...claimed, ...free] : [...free, ...claimed];
    return likeliest.slice(0, count);
  }

  #codes = () => ({ voucherType: VoucherType.CODE_PER_TICKET, vouchers: this.#database.tickets().map(({ voucher }) => voucher) });
  #upstreamDecidesAt = () => Date.now() + Number(this.env.UPSTREAM_MILLISECONDS);

  #quantities() {
    const tickets = this.#database.tickets();
    const count = (wanted: number) => tickets.filter(({ status }) => status === wanted).length;
    return { usedQuantity: count(VoucherStatus.USED), refundedQuantity: count(VoucherStatus.REFUNDED) };
  }
}

const idsOf = (order: OrderRow) => ({ orderId: order.order_id, partnerOrderId: order.partner_order_id });

/** A code as Meituan lists it; each stands for one ticket. */
const entryOf = <Status extends Ticket["status"]>(voucher: string, status: Status, voucherInvalidTime: number) => ({
  ...{ voucher, voucherPics: "", voucherInvalidTime, quantity: 1, status },
});

/** Why a ticket opens no gate. */
function barrier(order: OrderRow | undefined, ticket: Ticket | undefined): string | undefined {
  if (!order || !ticket) return "unknown ticket";
  if (ticket.status !== VoucherStatus.UNUSED) return { 1: "used already", 2: "refunded", 3: "void" }[ticket.status];
  if (ticket.refund_id !== null) return "being refunded";
  if (order.travel_date !== "" && order.travel_date !== today()) return `valid on ${order.travel_date}`;
}
