// What the READMEs' blocks leave open: the reader's own functions and settings.

type Calls = import("meituan-protocol/ticket").TicketCalls;
type CallBody<Name extends keyof Calls> = Calls[Name]["request"];

declare function book(env: Env, order: CallBody<"orderCreate">): Promise<string>;
declare function book(number: string, amount: number | undefined): Promise<boolean>;
declare function issue(env: Env, orderId: string): Promise<{ issued: boolean; id: string; codes: string[]; quantity: number }>;
declare function remember(key: string, value: unknown): Promise<void>;

interface Env {
  MEITUAN_PARTNER_ID: string;
  MEITUAN_CLIENT_ID: string;
  MEITUAN_CLIENT_SECRET: string;
}

declare const database: { run(sql: string, values: readonly string[]): Promise<{ changes: number }> };

declare const partnerId: number;
declare const clientId: string;
declare const clientSecret: string;
declare const routes: import("meituan-protocol/ticket").TicketSupplierOptions["routes"];
declare const method: string;
declare const url: string;
declare const headers: Record<string, string>;
declare const body: Uint8Array;
declare let reply: import("meituan-protocol/ticket").Reply;
declare const supplier: import("meituan-protocol/ticket").TicketSupplier;
declare const orderId: string;
declare const partnerOrderId: string;
declare const turn: number;
declare const code: string;

declare const entId: number;
declare const accessKey: string;
declare const secretKey: string;
declare const order: Omit<
  import("meituan-protocol/ride").RideInterfaces["submitOrder"]["request"],
  "channelPartnerOrderId" | "carTypeRequestList"
>;
declare const estimatePrices: readonly Parameters<typeof import("meituan-protocol/ride").carTypeRequestOf>[0][];
declare const stored: import("meituan-protocol/ride").RideOrder | undefined;
declare const push: import("meituan-protocol/ride").RidePush & { type: "orderChanged" };
declare let calls: import("meituan-protocol/ride").RideCalls | undefined;
declare const openOrders: number;
declare const mtOrderId: string;
declare const channelPartnerOrderId: string;

declare const config: import("meituan-protocol/ticket").TicketSupplierOptions;
declare const store: import("meituan-protocol/ticket").OrderStore;
declare function inStock(order: import("meituan-protocol/ticket").OrderCreate): boolean;
declare function idFor(orderId: string): string;
declare function idFor(partnerId: number, orderId: string): string;
declare function accountOf(partnerId: 1122): Promise<import("meituan-protocol/ticket").PartnerConfig>;
declare function accountOf(partnerId: number): Promise<import("meituan-protocol/ticket").PartnerConfig | undefined>;
declare function issueOnce(key: string, quantity: number): Promise<string[]>;

declare const key: string;
declare const text: string;
