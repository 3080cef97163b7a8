import { render } from "preact";
import { start } from "./library.ts";
import { App } from "./shell/App.tsx";
import "./shell/shell.css";
import "./parts/parts.css";

await start();
render(<App />, document.body);
