/**
 * The functions of serverless.yml, from contract/routes.ts: one function per module with an HTTP event for each of its
 * routes, so that the gateway knows exactly what the contract knows. Memory and concurrency follow the load to plan for.
 */
const loadTs = require('./load-ts.cjs');

/** Outside the contract: a guest's way in and documents. PUT /api/media is the host's (DECISIONS.md), and offline, where its library is. */
const raw = {
  referrals: [['GET', '/api/shares/{token}/qr.png'], ['GET', '/s/{token}']],
  identity: [['GET', '/media/{mediaId}'], ['GET', '/api/provider/wechat/messages'], ['POST', '/api/provider/wechat/messages'], ...(process.argv.includes('offline') ? [['PUT', '/api/media/{mediaId}']] : [])],
  views: [['GET', '/api/openapi.json'], ['GET', '/api/docs'], ['GET', '/api/health']],
};
/** ≤ 40 connections for the whole system: one for each container, so concurrency is reserved where the spike goes. */
const reserved = { orders: 24, notices: 8, worker: 8 };
const memory = { orders: 512, notices: 512, views: 512 };
/** Longer than the database takes to give up a statement, and within the gateway's 30 s. */
const TIMEOUT_S = 29;

/** VPC_SUBNET_IDS and VPC_SECURITY_GROUP_IDS: where the database is reached, and WeChat from an address of one's own. */
function network() {
  const list = (text) => (text ?? '').split(',').map((id) => id.trim()).filter(Boolean);
  const { env } = process;
  const [subnetIds, securityGroupIds] = [list(env.VPC_SUBNET_IDS), list(env.VPC_SECURITY_GROUP_IDS)];
  if (subnetIds.length > 0 && securityGroupIds.length > 0) return { vpc: { subnetIds, securityGroupIds } };
  if (subnetIds.length === 0 && securityGroupIds.length === 0) return {};
  console.error('Of VPC_SUBNET_IDS and VPC_SECURITY_GROUP_IDS one is set: set both, or neither.');
  process.exit(1);
}

module.exports = async () => {
  const { loadEnv } = await import('../functions/host/env.mjs');
  loadEnv();
  const common = network();
  const http = (name, folder, events) => ({
    handler: `functions/${folder}/handler.handler`, memorySize: memory[name] ?? 256, timeout: TIMEOUT_S, ...common,
    ...(reserved[name] ? { reservedConcurrency: reserved[name] } : {}), events: events.map((httpApi) => ({ httpApi })),
  });
  const routes = Object.values(loadTs('functions/contract/routes.ts').routes);
  const functions = {};
  for (const name of [...new Set(routes.map((route) => route.module))].sort()) {
    const own = routes.filter((route) => route.module === name).map(({ method, path }) => ({ method, path: path.replace(/:(\w+)/g, '{$1}') }));
    // HEAD: link previews and uptime checks. The gateway would answer them itself.
    const more = (raw[name] ?? []).flatMap(([method, path]) => [...(method === 'GET' ? ['HEAD', method] : [method])].map((one) => ({ method: one, path })));
    functions[name] = http(name, name, [...own, ...more]);
  }
  // What no route knows: a short address with more or less behind it still leads into the app, the rest hears NOT_FOUND in our words.
  functions.referrals.events.push({ httpApi: '*' });
  // WeChat Pay's notices on containers and connections of their own: no stampede on a deal stands in their way.
  functions.notices = http('notices', 'orders', [{ method: 'POST', path: '/api/provider/wechat-pay/{kind}' }]);
  functions.worker = {
    handler: 'functions/worker/handler.handler', memorySize: 512, timeout: 300, reservedConcurrency: reserved.worker, ...common,
    // The next minute comes anyway.
    maximumRetryAttempts: 0,
    events: [{ schedule: { rate: ['rate(1 minute)'], description: 'facts that fall due: timers, refunds, splits, rebates' } }],
  };
  return functions;
};
