/**
 * The long-running host: migrations, all handlers, the worker, H5 files. One line of JSON says that it is ready.
 * Wrong configuration or an unreachable database: one sentence, exit 1. SIGTERM stops it after what is under way.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errors, messageOf } from '../contract/errors';
import { URGENT_CONNECTIONS } from '../contract/limits';
import { ConfigError, newLog, openDb, readConfig, startClock, type App, type Config, type Handler } from '../kernel';
import { prepareDatabase } from '../worker/prepare';
import { startWorker, type Worker } from '../worker/runner';
import { runTimers } from '../worker/timers';
import { seedDemo } from './demo';
import { makeFolder } from './env.mjs';
import { serveFiles } from './files';
import { firstInLine } from './first-in-line';
import { serve } from './http';
import { allRoutes } from './modules';
import { checkDatabase } from './start-checks.mjs';

const NOT_YET = {
  statusCode: 503, headers: { 'content-type': 'application/json; charset=utf-8', 'retry-after': '5' },
  body: JSON.stringify({ code: 'BUSY', message: messageOf('BUSY', 'zh'), retry: errors.BUSY.retry, retryAfterMs: 5_000 }),
};

async function main(): Promise<void> {
  const config = readConfig();
  checkFolders(config);
  const log = newLog(config.logLevel);
  await checkDatabase(config.databaseUrl);
  await prepareDatabase(config.databaseUrl);
  const db = openDb(config.databaseUrl, { max: config.poolSize, named: config.namedStatements });
  const app: App = { db, clock: await startClock(db), config, log };
  const urgent: App = { ...app, db: openDb(config.databaseUrl, { max: URGENT_CONNECTIONS, named: config.namedStatements }) };
  let worker: Worker | null = null;
  const over = (one: App) => allRoutes(async () => one, () => worker?.nudge());
  const routes = firstInLine(over(urgent), over(app), log);
  // While the demo plays its history in a clock that is set back, only WeChat's notices are answered.
  let making = config.demo;
  const handler: Handler = (event) => (making && !event.rawPath.startsWith('/api/provider/') ? Promise.resolve(NOT_YET) : routes(event));
  const host = process.env.HOST || '127.0.0.1';
  const server = await serve(handler, serveFiles(config.h5Dir, config.artDir), config.port, host).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw new ConfigError(`Port ${config.port} is taken by another program: set PORT to a free one.`);
    throw new ConfigError(`The host cannot listen on port ${config.port} of ${host} (${error.code}): correct HOST and PORT.`);
  });
  if (config.sandboxUrl) await tellSandbox(config.sandboxUrl, config.publicUrl).catch((error: Error) => log.warn({ reason: error.message }, 'sandbox settings'));
  const signIns = config.demo ? await seedDemo(app, (say) => console.log(JSON.stringify({ say }))) : [];
  making = false;
  let timersAt = 0;
  worker = startWorker(app, async () => {
    if (performance.now() < timersAt) return;
    timersAt = performance.now() + 60_000;
    await runTimers(app);
  });
  console.log(JSON.stringify({ msg: 'ready', port: config.port, signIns }));

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    server.close();
    server.closeIdleConnections();
    await worker?.stop();
    app.clock.stop();
    server.closeAllConnections();
    await Promise.all([db.end(), urgent.db.end()]);
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

/** Found by the first guest otherwise: pages that are not there, a picture that cannot be kept. */
function checkFolders({ h5Dir, artDir, mediaDir, mediaBucket }: Config): void {
  if (process.env.H5_DIR && !existsSync(join(h5Dir, 'index.html')))
    throw new ConfigError(`H5_DIR names ${h5Dir}, which has no index.html: build the app with npm run build:h5, or correct H5_DIR.`);
  if (process.env.ART_DIR && !existsSync(artDir)) throw new ConfigError(`ART_DIR names ${artDir}, which is not there: name the folder with the demo's pictures, or unset ART_DIR.`);
  if (mediaBucket) return;
  try {
    makeFolder(resolve(mediaDir));
    accessSync(mediaDir, constants.W_OK);
  } catch (error) {
    throw new ConfigError(`MEDIA_DIR is ${mediaDir}, which cannot be written (${(error as NodeJS.ErrnoException).code}): name a folder that this user may make and write in.`);
  }
}

/** The stand-in pushes verdicts on pictures here, as the mini-program's message push does. */
async function tellSandbox(sandboxUrl: string, publicUrl: string): Promise<void> {
  const answer = await fetch(`${sandboxUrl}/sandbox/settings`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ messagePushUrl: `${publicUrl}/api/provider/wechat/messages` }) });
  if (!answer.ok) throw new Error(`the sandbox answered ${answer.status}`);
}

main().catch((error: Error & { code?: string }) => {
  const sentence = error instanceof ConfigError || /^(The database|DATABASE_URL) /.test(error.message) ? error.message
    : /ECONNREFUSED|ENOTFOUND|password|does not exist|database/.test(`${error.code} ${error.message}`) ? `The database cannot be used: ${error.message}. Check DATABASE_URL.`
      : `The host cannot start: ${error.message}`;
  console.error(sentence);
  process.exit(1);
});
