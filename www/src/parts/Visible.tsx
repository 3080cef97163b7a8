/** A text whose spaces and line ends can be seen. What is copied out of it is the text itself. */
export function Visible({ value }: { value: string }) {
  return (
    <pre class="visible">
      {value.split(/([ \t\r\n])/).map((piece, index) => {
        const sign = SIGNS[piece];
        return sign === undefined ? (
          piece
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no other identity
          <span key={index} class="invisible" data-sign={sign}>
            {piece}
          </span>
        );
      })}
    </pre>
  );
}

const SIGNS: Record<string, string> = { " ": "·", "\t": "⇥", "\r": "CR", "\n": "LF" };
