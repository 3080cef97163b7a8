// What goes on after an answer: platforms that end with the answer are asked to wait for it.

/**
 * Cloudflare's and Vercel's contexts have this function.
 * @param {Promise<unknown>} working
 * @param {any[]} context
 */
export function platformWaitUntil(working, ...context) {
  context.find((one) => typeof one?.waitUntil === "function")?.waitUntil(working);
}

/**
 * Asks the platform to wait. The work goes on even where that fails, and what has been done before is not undone by it.
 * @param {(working: Promise<unknown>, ...context: any[]) => unknown} waitUntil
 * @param {Promise<unknown>} working never rejects
 * @param {any[]} context
 * @param {(error: unknown) => void} failed
 */
export async function keepAlive(waitUntil, working, context, failed) {
  try {
    await waitUntil(working, ...context);
  } catch (error) {
    failed(error);
  }
}
