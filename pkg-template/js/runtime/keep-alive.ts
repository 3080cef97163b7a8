// Work that goes on after an answer: platforms that end with the answer have a function to wait for it.

/** Cloudflare's and Vercel's contexts have this function. */
export function platformWaitUntil(working: Promise<unknown>, ...context: any[]) {
  context.find((one) => typeof one?.waitUntil === "function")?.waitUntil(working);
}

/**
 * Asks the platform to wait. The work goes on even where that fails, and what has been done before is not undone by it.
 * @param working never rejects
 */
export async function keepAlive(
  waitUntil: (working: Promise<unknown>, ...context: any[]) => unknown,
  working: Promise<unknown>,
  context: any[],
  failed: (error: unknown) => void,
) {
  try {
    await waitUntil(working, ...context);
  } catch (error) {
    failed(error);
  }
}
