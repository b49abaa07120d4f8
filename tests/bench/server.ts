/** The measured side: the real handlers, pipeline and worker in a process of their own. Says {"ready":true} on stdout. */
import { openDb, quietLog, readConfig, startClock, type App } from '../../functions/kernel';
import { serve } from '../../functions/host/http';
import { allRoutes } from '../../functions/host/modules';
import { startWorker } from '../../functions/worker/runner';

async function main(): Promise<void> {
  const config = readConfig();
  const db = openDb(config.databaseUrl, { max: config.poolSize });
  const app: App = { db, clock: await startClock(db), config, log: quietLog };
  const worker = process.env.BENCH_WORKER === '1' ? startWorker(app) : null;
  await serve(allRoutes(async () => app, () => worker?.nudge()), (_, response) => void response.writeHead(404).end(), config.port);
  console.log(JSON.stringify({ ready: true }));
}
process.on('SIGTERM', () => process.exit(0));
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
