/**
 * The long-running host: migrations, all handlers, the worker, H5 files. One line of JSON says that it is ready.
 * Wrong configuration or an unreachable database: one sentence, exit 1. SIGTERM stops it after what is under way.
 */
import { ConfigError, newLog, openDb, readConfig, startClock, type App } from '../kernel';
import { prepareDatabase } from '../worker/prepare';
import { startWorker } from '../worker/runner';
import { runTimers } from '../worker/timers';
import { seedDemo } from './demo';
import { serveFiles } from './files';
import { serve } from './http';
import { allRoutes } from './modules';

async function main(): Promise<void> {
  const config = readConfig();
  const log = newLog(config.logLevel);
  await prepareDatabase(config.databaseUrl);
  const db = openDb(config.databaseUrl, { max: config.poolSize, named: config.namedStatements });
  const app: App = { db, clock: await startClock(db), config, log };
  let timersAt = 0;
  const worker = startWorker(app, async () => {
    if (performance.now() < timersAt) return;
    timersAt = performance.now() + 60_000;
    await runTimers(app);
  });
  const server = await serve(allRoutes(async () => app, () => worker.nudge()), serveFiles(config.h5Dir, config.artDir), config.port, process.env.HOST || '127.0.0.1');
  const signIns = config.demo ? await seedDemo(app, (say) => console.log(JSON.stringify({ say }))) : [];
  console.log(JSON.stringify({ msg: 'ready', port: config.port, signIns }));

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    server.close();
    server.closeIdleConnections();
    await worker.stop();
    app.clock.stop();
    server.closeAllConnections();
    await db.end();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

main().catch((error: Error & { code?: string }) => {
  const sentence = error instanceof ConfigError ? error.message
    : error.code === 'EADDRINUSE' ? `Port ${process.env.PORT ?? 8787} is taken by another program: set PORT to a free one.`
      : /ECONNREFUSED|ENOTFOUND|password|does not exist|database/.test(`${error.code} ${error.message}`) ? `The database cannot be used: ${error.message}. Check DATABASE_URL.`
        : `The host cannot start: ${error.message}`;
  console.error(sentence);
  process.exit(1);
});
