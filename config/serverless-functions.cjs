/**
 * The functions of serverless.yml, from contract/routes.ts: one function per module with an HTTP event for each of its
 * routes, so that the gateway knows exactly what the contract knows. Memory and concurrency follow the load to plan for.
 */
const { buildSync } = require('esbuild');
const { join } = require('node:path');
const Module = require('node:module');

const root = join(__dirname, '..');

/** The dependency-free contract file, loaded as it is. */
function loadRoutes() {
  const { outputFiles } = buildSync({ entryPoints: [join(root, 'functions/contract/routes.ts')], bundle: true, write: false, platform: 'node', format: 'cjs' });
  const module = new Module('routes');
  module._compile(outputFiles[0].text, join(root, 'routes.cjs'));
  return module.exports.routes;
}

/** Routes outside the contract: provider notices, pictures, documents. */
const raw = {
  orders: [['POST', '/api/provider/wechat-pay/{kind}']],
  referrals: [['GET', '/api/shares/{token}/qr.png'], ['GET', '/s/{token}']],
  identity: [['PUT', '/api/media/{mediaId}'], ['GET', '/media/{mediaId}'], ['GET', '/api/provider/wechat/messages'], ['POST', '/api/provider/wechat/messages']],
  views: [['GET', '/api/openapi.json'], ['GET', '/api/docs'], ['GET', '/api/health']],
};
/** ≤ 40 connections for the whole system: one for each container, so concurrency is reserved where the spike goes. */
const reserved = { orders: 24, worker: 8 };
const memory = { orders: 512, views: 512 };

module.exports = () => {
  const routes = Object.values(loadRoutes());
  const modules = [...new Set(routes.map((route) => route.module))].sort();
  const functions = {};
  for (const name of modules) {
    const own = routes.filter((route) => route.module === name).map((route) => [route.method, route.path.replace(/:(\w+)/g, '{$1}')]);
    functions[name] = {
      handler: `functions/${name}/handler.handler`,
      memorySize: memory[name] ?? 256,
      timeout: 15,
      ...(reserved[name] ? { reservedConcurrency: reserved[name] } : {}),
      events: [...own, ...(raw[name] ?? [])].map(([method, path]) => ({ httpApi: { method, path } })),
    };
  }
  functions.worker = {
    handler: 'functions/worker/handler.handler', memorySize: 512, timeout: 300, reservedConcurrency: reserved.worker,
    events: [{ schedule: { rate: ['rate(1 minute)'], description: 'facts that fell due: timers, refunds, splits, rebates' } }],
  };
  return functions;
};
