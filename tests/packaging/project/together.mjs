/** @param {{ passed: number, failures: string[] }[]} results */
export const together = (...results) => ({
  passed: results.reduce((sum, { passed }) => sum + passed, 0),
  failures: results.flatMap(({ failures }) => failures),
});
