import { Component, type ComponentChildren } from "preact";
import { MeituanError } from "../library.ts";
import { language } from "../shell/language.ts";
import { text } from "./texts.ts";
import { Verdict } from "./Verdict.tsx";

interface GuardProps {
  readonly children: ComponentChildren;
}

interface GuardState {
  readonly error?: unknown;
  readonly children?: ComponentChildren;
}

/** Says what failed where something cannot be drawn, and tries anew at the next change. The typed input is kept outside of it. */
export class Guard extends Component<GuardProps, GuardState> {
  override state: GuardState = {};
  static getDerivedStateFromError = (error: unknown): GuardState => ({ error });
  static getDerivedStateFromProps = ({ children }: GuardProps, state: GuardState): GuardState | null =>
    children === state.children ? null : { children, error: undefined };
  override render = () => (this.state.error === undefined ? this.props.children : <Failed error={this.state.error} />);
}

export function Failed({ error }: { error: unknown }) {
  const t = text();
  return (
    <Verdict tone="bad" title={t.failed}>
      <p>{t.failedMore}</p>
      <p class="code">{MeituanError.is(error) ? error.text(language.value) : String(error)}</p>
    </Verdict>
  );
}
