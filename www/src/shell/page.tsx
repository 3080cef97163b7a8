// The start of each page: the frame at once, and the tool in it as soon as the library is there.

import { type ComponentType, render } from "preact";
import { start } from "../library.ts";
import { Guard } from "../parts/Guard.tsx";
import { Frame } from "./Frame.tsx";
import { always, state } from "./state.ts";
import { text } from "./texts.ts";
import type { ToolName } from "./tools.ts";
import "./shell.css";
import "../parts/parts.css";

export interface Page {
  readonly Tool: ComponentType;
  readonly summary: () => string;
  /** Where the module is that the tool needs. */
  readonly wasm: string;
}

export async function show(name: ToolName, { Tool, summary, wasm }: Page): Promise<void> {
  const stage = state<"loading" | "ready" | "failed">("loading");
  always(() =>
    render(
      <Frame tool={name} summary={summary()}>
        {stage.value === "ready" && (
          <div class="tool">
            <Guard>
              <Tool />
            </Guard>
          </div>
        )}
        {stage.value === "loading" && <p role="status">{text().loading}</p>}
        {stage.value === "failed" && <p role="alert">{text().failed}</p>}
      </Frame>,
      document.body,
    ),
  );
  try {
    await start(wasm);
    stage.value = "ready";
  } catch (error) {
    stage.value = "failed";
    throw error;
  }
}
