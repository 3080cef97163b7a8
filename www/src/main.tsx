import { render } from "preact";
import { start } from "./library.ts";
import { App } from "./shell/App.tsx";
import { always } from "./shell/state.ts";
import "./shell/shell.css";
import "./parts/parts.css";

await start();
always(() => render(<App />, document.body));
