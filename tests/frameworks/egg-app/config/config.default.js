module.exports = (info) => ({
  keys: "not a real key",
  security: { csrf: { ignore: "/mt/" } },
  logger: { level: "NONE", consoleLevel: "NONE" },
  logrotator: {},
  rundir: process.env.EGG_RUN,
  logDir: process.env.EGG_RUN,
  cluster: { listen: { port: 0 } },
  info: info.name,
});
