/** One server of the simulation in a process of its own: the real routes and the worker. It is there to be killed. */
import { serve } from '../../functions/host/http';
import { allRoutes } from '../../functions/host/modules';
import { newLog, openDb, quietLog, startClock, type App, type Config } from '../../functions/kernel';
import { startWorker, type Worker } from '../../functions/worker/runner';
import { runTimers } from '../../functions/worker/timers';

async function open(config: Config): Promise<void> {
  const db = openDb(config.databaseUrl, { max: config.poolSize, named: config.namedStatements });
  const app: App = { db, clock: await startClock(db), config, log: process.env.TEST_LOG ? newLog('warn') : quietLog };
  let worker: Worker | null = null;
  await serve(allRoutes(async () => app, () => worker?.nudge()), (_, response) => void response.writeHead(404).end(), config.port);
  let timersAt = 0;
  worker = startWorker(app, async () => {
    if (performance.now() < timersAt) return;
    timersAt = performance.now() + 500;
    await runTimers(app);
  });
  process.on('message', (said) => void (said === 'clock' && app.clock.read().catch(() => undefined)));
  process.send!('ready');
}

process.once('message', (config: Config) => {
  open(config).catch((error: Error) => {
    console.error(error);
    process.exit(1);
  });
});
