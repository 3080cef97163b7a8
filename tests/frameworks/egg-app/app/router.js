const { toKoa } = require("meituan-protocol/frameworks");

module.exports = (app) => {
  app.router.all("/mt/(.*)", toKoa(globalThis.meituanOfEgg));
};
