import { answer } from "../../raw-body.mjs";

// Without this, Next has parsed the body before.
export const config = { api: { bodyParser: false } };

export default async function handler(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  answer(request, Buffer.concat(chunks), response);
}
