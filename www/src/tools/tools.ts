// The tools, in the order in which the page lists them. A tool is a folder here: a component and its texts.

import type { ComponentType } from "preact";
import Acceptance from "./acceptance/Acceptance.tsx";
import { text as acceptance } from "./acceptance/texts.ts";
import Envelope from "./envelope/Envelope.tsx";
import { text as envelope } from "./envelope/texts.ts";
import Message from "./message/Message.tsx";
import { text as message } from "./message/texts.ts";
import Orders from "./orders/Orders.tsx";
import { text as orders } from "./orders/texts.ts";
import Signature from "./signature/Signature.tsx";
import { text as signature } from "./signature/texts.ts";

export interface Tool {
  /** Its name in the address, after `#/`. */
  readonly id: string;
  readonly text: () => { readonly title: string; readonly summary: string };
  readonly Component: ComponentType;
}

export const TOOLS: readonly [Tool, ...Tool[]] = [
  { id: "signature", text: signature, Component: Signature },
  { id: "message", text: message, Component: Message },
  { id: "envelope", text: envelope, Component: Envelope },
  { id: "orders", text: orders, Component: Orders },
  { id: "acceptance", text: acceptance, Component: Acceptance },
];
