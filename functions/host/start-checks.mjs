// What must be right before anything long begins: options, ports, a given database. Each failure is one sentence.
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRoot } from './env.mjs';

const HELP = `npm start [-- options]

Starts Juke on this machine: the server with the app, PostgreSQL, and a sandbox in place of WeChat and WeChat Pay.

  --port N           the app and its API (default 8787, or PORT)
  --sandbox-port N   the sandbox: cashier, SMS inbox, faults (default 8788, or SANDBOX_PORT)
  --data FOLDER      database, uploads, sandbox and logs (default .juke/data, or JUKE_DATA)
  --no-demo          no demo city and no demo sign-ins (or JUKE_DEMO=0; never any beside the real WeChat)
  --help             this text

Set in the environment or in .env (each explained in .env.example):
  DATABASE_URL          use this PostgreSQL (15 or newer) and start none
  WECHAT_PAY_BASE_URL   use this WeChat Pay and start no sandbox`;

/**
 * @returns {{ help?: string, port: number, sandboxPort: number, data?: string, demo: boolean }} throws a sentence on
 * a wrong option
 */
export function readOptions(args, env = process.env) {
  const { values } = parse(args);
  if (values.help) return { help: HELP, port: 0, sandboxPort: 0, demo: false };
  const port = portOf('--port', values.port ?? (env.PORT || '8787'));
  const sandboxPort = portOf('--sandbox-port', values['sandbox-port'] ?? (env.SANDBOX_PORT || '8788'));
  if (port === sandboxPort)
    throw new Error(`The app and the sandbox cannot both use port ${port}: choose another with --sandbox-port.`);
  return { port, sandboxPort, data: values.data, demo: !values['no-demo'] && isDemo(env) };
}

/** The demo comes with the sandbox: where money is real, its sign-ins would make anybody an operator. */
function isDemo({ JUKE_DEMO: wanted, WECHAT_PAY_BASE_URL: real }) {
  if (wanted && !/^(0|1|true|false)$/.test(wanted)) throw new Error(`JUKE_DEMO must be 0 or 1, not ${wanted}.`);
  const isOn = wanted === '1' || wanted === 'true';
  if (isOn && real) {
    throw new Error(
      'JUKE_DEMO is 1 and WECHAT_PAY_BASE_URL is set, so money here is real: set JUKE_DEMO=0, or unset ' +
        'WECHAT_PAY_BASE_URL to use the sandbox.',
    );
  }
  return isOn || (!wanted && !real);
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string' },
        'sandbox-port': { type: 'string' },
        data: { type: 'string' },
        'no-demo': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Error(`${error.message.split('. ')[0].replace(/\.$/, '')}: npm start -- --help lists the options.`);
  }
}

function portOf(option, text) {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new Error(`${option} ${text} is no port: give a number from 1 to 65535, for example ${option} 9000.`);
}

/** Throws when somebody listens there. */
export async function checkPort(port, option, host = '127.0.0.1') {
  const error = await new Promise((done) => {
    const probe = net.createServer();
    probe.once('error', done);
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => done(undefined)));
  });
  if (!error) return;
  const other = `npm start -- ${option} ${port < 9000 ? 9000 : port + 10}`;
  if (error.code === 'EADDRINUSE')
    throw new Error(`Port ${port} is taken: stop what listens there, or choose another port: ${other}`);
  if (error.code === 'EACCES')
    throw new Error(`Port ${port} needs more rights than this user has: choose another port: ${other}`);
  throw new Error(
    `HOST is ${host}, and this machine cannot listen there (${error.code}): unset it for this machine alone, or set ` +
      'HOST=0.0.0.0 to be reached from outside.',
  );
}

/**
 * Before the packages are there: only whether anybody listens at the address. Throws a sentence without the password.
 */
export async function checkDatabaseAnswers(databaseUrl) {
  const url = parseUrl(databaseUrl);
  if (!url.hostname || url.searchParams.has('host')) return; // a Unix socket: asked later
  const port = Number(url.port || 5432);
  const error = await new Promise((done) => {
    const socket = net.connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port, timeout: 5000 });
    const finish = (result) => {
      socket.destroy();
      done(result);
    };
    socket
      .once('connect', () => finish(undefined))
      .once('error', finish)
      .once('timeout', () => finish({ code: 'no answer in 5 s' }));
  });
  if (error) throw new Error(unreachable(url, error.code));
}

/** With the packages: signs in and asks the version. Throws a sentence without the password. */
export async function checkDatabase(databaseUrl) {
  const url = parseUrl(databaseUrl);
  const { Client } = createRequire(join(findRoot(), 'package.json'))('pg');
  let client;
  try {
    client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('show server_version_num');
    const version = Math.floor(Number(rows[0].server_version_num) / 10_000);
    if (version < 15) throw Object.assign(new Error(`PostgreSQL ${version} is too old`), { code: 'OLD', version });
  } catch (error) {
    throw new Error(whyNoDatabase(url, error));
  } finally {
    await client?.end().catch(() => undefined);
  }
}

function whyNoDatabase(url, error) {
  const name = url.pathname.slice(1);
  if (error.code === 'OLD')
    return (
      `The database at ${url.host} is PostgreSQL ${error.version}: Juke needs 15 or newer; unset DATABASE_URL to ` +
      'use the one that comes with it.'
    );
  if (error.code === '3D000')
    return `The database server at ${url.host} has no database ${name}: create it, or correct DATABASE_URL.`;
  if (error.code === '28P01' || error.code === '28000') {
    return (
      `The database at ${url.host} refused the user ${url.username || '(none)'} of DATABASE_URL: correct user ` +
      'and password.'
    );
  }
  if (error.syscall === 'open')
    return `DATABASE_URL names the file ${error.path}, which cannot be read (${error.code}): put it there, or correct DATABASE_URL.`;
  if (/^(ERR_TLS|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(error.code ?? '')) {
    return (
      `The database at ${url.host} shows a certificate that is not trusted (${error.code}): name its authority's file with ` +
      'sslrootcert=FILE in DATABASE_URL, and the server as its certificate does.'
    );
  }
  if (/does not support SSL/.test(error.message))
    return `The database at ${url.host} has no TLS: switch it on there, or take sslmode out of DATABASE_URL.`;
  return unreachable(url, error.code ?? error.message);
}

function unreachable(url, reason) {
  return (
    `The database at ${url.host || 'DATABASE_URL'} cannot be reached (${reason}): start it, correct ` +
    'DATABASE_URL, or unset DATABASE_URL to use the PostgreSQL that comes with Juke.'
  );
}

function parseUrl(text) {
  try {
    const url = new URL(text);
    if (url.protocol === 'postgres:' || url.protocol === 'postgresql:') return url;
  } catch {
    // said below, without the text itself: it may hold a password
  }
  throw new Error(
    'DATABASE_URL is no PostgreSQL address: it looks like postgresql://user:password@host:5432/database.',
  );
}
