// As in wasm-commonjs.js.
export default () => {
  try {
    return process.getBuiltinModule("node:fs").readFileSync(`${__dirname}/../../meituan_protocol_orders.wasm`);
  } catch {
    return require("./wasm-orders-inline.js").default;
  }
};
