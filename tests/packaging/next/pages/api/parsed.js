import { answer } from "../../raw-body.mjs";

export default function handler(request, response) {
  answer(request, request.body, response);
}
