// The wasm of CommonJS, which the build moves to dist/cjs/: from its file where Node runs the package as it was installed, and as it is
// inlined in bundles, browsers and whatever else reads CommonJS.

export default () => {
  try {
    // Bundlers do not see this, so they need no `fs` for a browser.
    return process.getBuiltinModule("node:fs").readFileSync(`${__dirname}/../../meituan_protocol.wasm`);
  } catch {
    return require("./wasm-inline.js").default;
  }
};
