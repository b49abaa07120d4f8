/** Command line of the stand-in: `--port 8788 --data <folder>`. */
import { startSandbox } from './server';

const HELP = `node functions/host/run.mjs functions/sandbox/main.ts [options]

Stands in for WeChat and WeChat Pay on this machine; npm start runs one.

  --port N        where it listens (default 8788)
  --host ADDRESS  on which address (default 127.0.0.1)
  --data FOLDER   keys, records and credentials.json; left out, all is forgotten at the end
  --help          this text
`;

const readArguments = (given: string[]): { port: number; host: string; dataDir?: string; help: boolean } => {
  const result: { port: number; host: string; dataDir?: string; help: boolean } = { port: 8788, host: '127.0.0.1', help: false };
  for (let i = 0; i < given.length; i += 1) {
    const [name, inline] = given[i]!.split(/=(.*)/s);
    if (name === '--help' || name === '-h') {
      result.help = true;
      continue;
    }
    if (!['--port', '--data', '--host'].includes(name!)) throw new Error(`there is no option ${name}: --help tells what there is.`);
    const value = inline ?? given[(i += 1)];
    if (value === undefined) throw new Error(`${name} lacks its value: --help tells what there is.`);
    if (name === '--port') {
      result.port = Number(value);
      if (!Number.isInteger(result.port) || result.port < 0 || result.port > 65535) throw new Error(`--port ${value} is no port: give a number from 0 to 65535.`);
    } else if (name === '--data') result.dataDir = value;
    else result.host = value;
  }
  return result;
};

const explain = (error: unknown, port: number): string => {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `port ${port} is taken: stop what listens there, or choose another with --port.`;
  if (path) return `${path} cannot be used (${code}): choose a folder with --data that this user may make and write in.`;
  if (code === 'EACCES') return `port ${port} needs more rights than this user has: choose another with --port.`;
  return error instanceof Error ? error.message : String(error);
};

const main = async (): Promise<void> => {
  let port = 8788;
  try {
    const options = readArguments(process.argv.slice(2));
    port = options.port;
    if (options.help) {
      process.stdout.write(HELP);
      return;
    }
    const running = await startSandbox(options);
    const stop = (): void => void running.close().then(() => process.exit(0));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    process.stderr.write(`The sandbox did not start: ${explain(error, port)}\n`);
    process.exit(1);
  }
};

void main();
