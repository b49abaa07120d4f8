// What a person is told when `npm start` or `npm test` cannot do what was asked: one sentence, exit 1, nothing left
// behind.
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { Client } from 'pg';
import { createTestDatabase } from '../../support/postgres';
import { selfSignedCertificate } from '../../../functions/sandbox/der';
import { node, root, script, type Ended } from './script';

let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'juke-start-'));
});

afterEach(() => rmSync(data, { recursive: true, force: true }));

/** WECHAT_PAY_BASE_URL empty: the sandbox is wanted, whatever the machine's own settings are. */
function start(args: string[], env: Record<string, string | undefined> = {}): Promise<Ended> {
  const clean = {
    DATABASE_URL: '',
    WECHAT_PAY_BASE_URL: '',
    HOST: undefined,
    PORT: undefined,
    SANDBOX_PORT: undefined,
    JUKE_DATA: undefined,
    JUKE_DEMO: undefined,
  };
  return node([join(root, 'functions/host/start.mjs'), '--data', join(data, 'juke'), ...args], { ...clean, ...env });
}

function expectSentence(ended: Ended, text: RegExp): void {
  expect(ended.err.trim()).toMatch(text);
  expect(ended.err.trim().split('\n')).toHaveLength(1);
  expect(ended.code).toBe(1);
  expect(existsSync(join(data, 'juke', 'postgres'))).toBe(false);
}

async function listening<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = net.createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    return await use((server.address() as net.AddressInfo).port);
  } finally {
    await new Promise((done) => server.close(done));
  }
}

async function freePorts(): Promise<[number, number]> {
  return listening((one) => listening(async (other) => [one, other]));
}

test('a taken port is named, with what to do', async () => {
  const [free] = await freePorts();
  await listening(async (port) => {
    expectSentence(
      await start(['--port', String(port), '--sandbox-port', String(free)]),
      new RegExp(`^Port ${port} is taken: stop what listens there, or choose another port: npm start -- --port \\d+$`),
    );
    expectSentence(
      await start(['--port', String(free), '--sandbox-port', String(port)]),
      new RegExp(`^Port ${port} is taken: .* --sandbox-port \\d+$`),
    );
  });
});

test('an unreachable database is named without its password', async () => {
  const [port, sandbox] = await freePorts();
  const [closed] = await freePorts();
  const ended = await start(['--port', String(port), '--sandbox-port', String(sandbox)], {
    DATABASE_URL: `postgresql://me:secret@127.0.0.1:${closed}/juke`,
  });
  expectSentence(
    ended,
    new RegExp(
      `^The database at 127.0.0.1:${closed} cannot be reached \\(ECONNREFUSED\\): start it, correct DATABASE_URL`,
    ),
  );
  expect(ended.err).not.toContain('secret');
});

test('a database that is not there, and an address that is none', async () => {
  const [port, sandbox] = await freePorts();
  const ports = ['--port', String(port), '--sandbox-port', String(sandbox)];
  const missing = new URL(String(process.env.JUKE_TEST_DATABASE));
  missing.pathname = '/no_such_database';
  expectSentence(await start(ports, { DATABASE_URL: missing.href }), /has no database no_such_database: create it/);
  expectSentence(
    await start(ports, { DATABASE_URL: 'mysql://me:secret@localhost/juke' }),
    /^DATABASE_URL is no PostgreSQL address: it looks like/,
  );
});

test('a database of another program is told before anything is built or started', async () => {
  const [port, sandbox] = await freePorts();
  const database = await createTestDatabase({ empty: true });
  try {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE TABLE theirs (id int)').finally(() => client.end());
    const ended = await start(['--port', String(port), '--sandbox-port', String(sandbox)], { DATABASE_URL: database.url });
    expectSentence(ended, /^The database \S+ has tables of another program \(theirs\), so nothing was done: name an empty one in DATABASE_URL\.$/);
    // The build and the sandbox come after it.
    expect([ended.out, existsSync(join(data, 'juke', 'sandbox'))]).toEqual(['', false]);
  } finally {
    await database.drop();
  }
});

test('the other commands say the same about a database', async () => {
  const sandbox = besideSandbox();
  const run = (args: string[], DATABASE_URL: string) => node([join(root, 'functions/host/run.mjs'), ...args], { ...sandbox, DATABASE_URL });
  for (const args of [['functions/host/main.ts'], ['--database', 'functions/views/audit.ts'], ['--database', 'functions/host/demo-reset.ts'], ['--database', 'functions/host/operator.ts', '13800000009'], ['functions/host/migrate.ts']]) {
    for (const [url, sentence] of [['nonsense', /^DATABASE_URL is no PostgreSQL address/], ['postgres://me:secret@127.0.0.1:1/juke', /^The database at 127\.0\.0\.1:1 cannot be reached/]] as const) {
      expectSentence(await run(args, url), sentence);
    }
  }
});

test('a database over TLS that is not trusted, has none or names a file that is not there; sslmode=require warns of nothing', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const cert = selfSignedCertificate({ privateKey, serial: '4'.repeat(40), commonName: 'db', fromMs: Date.now() - 60_000, toMs: Date.now() + 3_600_000 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  // As PostgreSQL does: asked for TLS it says S, and goes on in it.
  const open: net.Socket[] = [];
  const server = net.createServer((socket) => void socket.on('error', () => undefined).once('data', () => {
    open.push(socket);
    socket.write('S');
    new tls.TLSSocket(socket, { isServer: true, key, cert }).on('error', () => undefined);
  })).listen(0, '127.0.0.1');
  await new Promise((done) => { server.once('listening', done); });
  const file = join(data, 'ca.pem');
  writeFileSync(file, cert);
  const far = `postgres://me:secret@127.0.0.1:${(server.address() as net.AddressInfo).port}/juke`;
  const run = (DATABASE_URL: string) => node([join(root, 'functions/host/run.mjs'), 'functions/host/migrate.ts'], { DATABASE_URL });
  expectSentence(await run(`${far}?sslmode=require`), /^The database at \S+ shows a certificate that is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\): name its authority's file with sslrootcert=FILE/);
  expectSentence(await run(`${far}?sslmode=verify-full&sslrootcert=${encodeURIComponent(file)}`), /not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  expectSentence(await run(`${far}?sslmode=verify-full&sslrootcert=${encodeURIComponent(join(data, 'none.pem'))}`), /^DATABASE_URL names the file \S+none\.pem, which cannot be read \(ENOENT\)/);
  expectSentence(await run(`${process.env.JUKE_TEST_DATABASE}?sslmode=verify-full`), /^The database at \S+ has no TLS: switch it on there, or take sslmode out/);
  open.forEach((socket) => socket.destroy());
  server.close();
});

test('a data folder that cannot be is named, by each command that needs it', async () => {
  const [port, sandbox] = await freePorts();
  const ports = ['--port', String(port), '--sandbox-port', String(sandbox)];
  const file = join(data, 'file');
  writeFileSync(file, '');
  // Where the system makes no folders Node's own mkdir never came back.
  const none = process.platform === 'linux' ? '/proc/juke' : join(file, 'juke');
  for (const [folder, sentence] of [
    [none, /^\S+juke cannot be used \((ENOENT|a file is where a folder should be)\): .*choose another data folder with --data/],
    [file, /^\S+file cannot be used \(a file is where a folder should be\): move it away, or choose another data folder/],
  ] as const) {
    expectSentence(await start([...ports, '--data', folder]), sentence);
    expectSentence(await node([join(root, 'functions/host/run.mjs'), '--database', 'functions/views/audit.ts'], { DATABASE_URL: '', JUKE_DATA: folder }), sentence);
    const standIn = await node([join(root, 'functions/host/run.mjs'), 'functions/sandbox/main.ts', '--port', String(sandbox), '--data', folder]);
    expectSentence(standIn, /^The sandbox did not start: \S+ cannot be used \((ENOENT|ENOTDIR)\): choose a folder with --data/);
  }
});

test('each command tells what it does without doing it, and refuses what it does not know', async () => {
  const far = { DATABASE_URL: 'postgres://me@127.0.0.1:1/juke' }; // asked, it would say so
  const commands = ['host/migrate', 'host/operator', 'host/write-openapi', 'host/demo-reset', 'views/audit', 'sandbox/main'];
  for (const name of commands) {
    const run = (...args: string[]) => node([join(root, 'functions/host/run.mjs'), ...args], far);
    for (const before of [[], ['--database']]) {
      const help = await run(...before, `functions/${name}.ts`, '--help');
      expect([name, help.code, help.err]).toEqual([name, 0, '']);
      expect(help.out).toMatch(/^(npm run|node functions\/host\/run\.mjs) .*\n\n[A-Z][^]* --help +this text/);
    }
    expectSentence(await run(`functions/${name}.ts`, '--nope'), /[Tt]here is no option --nope: .*--help tells what there is\.$/);
  }
});

/** What a host needs that is started by hand, as if a sandbox had written its credentials. */
function besideSandbox(): Record<string, string> {
  const credentials = join(data, 'credentials.json');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  writeFileSync(credentials, JSON.stringify({ merchantPrivateKeyPem: privateKey, platformKeys: { one: publicKey } }));
  return { WECHAT_PAY_BASE_URL: '', JUKE_DEMO: '1', SANDBOX_URL: 'http://127.0.0.1:9', SANDBOX_CREDENTIALS: credentials };
}

test('folders, an address and credentials of the host that cannot be', async () => {
  const host = (wrong: Record<string, string>) => node([join(root, 'functions/host/run.mjs'), 'functions/host/main.ts'], { ...besideSandbox(), DATABASE_URL: String(process.env.JUKE_TEST_DATABASE), ...wrong });
  const file = join(data, 'file');
  writeFileSync(file, '{"name":"something"}');
  expectSentence(await host({ MEDIA_DIR: join(file, 'media') }), /^MEDIA_DIR is \S+media, which cannot be written \(ENOTDIR\): name a folder/);
  expectSentence(await host({ H5_DIR: data }), /^H5_DIR names \S+, which has no index\.html: build the app/);
  expectSentence(await host({ SANDBOX_CREDENTIALS: file }), /^SANDBOX_CREDENTIALS names \S+, which is not the credentials\.json of a sandbox: name the file that the sandbox wrote/);
  const migrate = { DATABASE_URL: String(process.env.JUKE_TEST_DATABASE), MIGRATIONS_DIR: join(data, 'none') };
  expectSentence(await node([join(root, 'functions/host/run.mjs'), 'functions/host/migrate.ts'], migrate), /MIGRATIONS_DIR names \S+none, which is not there: name the folder that holds/);
  const [port, sandbox] = await freePorts();
  expectSentence(await start(['--port', String(port), '--sandbox-port', String(sandbox)], { HOST: '203.0.113.7' }), /^HOST is 203\.0\.113\.7, and this machine cannot listen there \(EADDRNOTAVAIL\): unset it/);
});

test('the functions offline take their data from the npm start that runs, and say so when none does', async () => {
  const offline = (env: Record<string, string>) => node(['-e', `require('${root}/config/serverless-environment.cjs')().then((all) => console.log(JSON.stringify(all)))`, 'offline'], { DATABASE_URL: '', JUKE_DATA: data, ...env });
  expectSentence(await offline({}), /^DATABASE_URL is not set and npm start does not run here: start it first/);
  writeFileSync(join(data, 'running.json'), JSON.stringify({ DATABASE_URL: 'postgres://running', JUKE_DEMO: '1' }));
  expect(JSON.parse((await offline({})).out)).toMatchObject({ DATABASE_URL: 'postgres://running', JUKE_DEMO: '1', SESSION_KEY: '' });
  expect(JSON.parse((await offline({ DATABASE_URL: 'postgres://own' })).out)).toMatchObject({ DATABASE_URL: 'postgres://own', JUKE_DEMO: '0' });
});

test('functions that could not run are not deployed', async () => {
  const deploy = (env: Record<string, string>) => node(['-e', `require('${root}/config/serverless-environment.cjs')()`, 'deploy'], { ...besideSandbox(), DATABASE_URL: 'postgres://own', PUBLIC_URL: 'https://juke.example.cn', ...env });
  expect(await deploy({})).toMatchObject({ code: 0, err: '' });
  expectSentence(await deploy({ DATABASE_URL: '' }), /^DATABASE_URL is not set: set it to /);
  expectSentence(await deploy({ PUBLIC_URL: '' }), /^PUBLIC_URL is not set: set it to the https address/);
  expectSentence(await deploy({ SANDBOX_URL: '', JUKE_DEMO: '0', SESSION_KEY: '0'.repeat(32) }), /^WECHAT_PAY_API_V3_KEY is not set/);
  expectSentence(await deploy({ DATABASE_URL: 'postgres://own/juke?sslmode=verify-full&sslrootcert=/etc/rds.pem' }), /^sslrootcert of DATABASE_URL names \/etc\/rds\.pem: a function has only what lies in keys\//);
  expect(await deploy({ DATABASE_URL: 'postgres://own/juke?sslmode=verify-full&sslrootcert=keys/rds.pem' })).toMatchObject({ code: 0, err: '' });
});

test('wrong options', async () => {
  expectSentence(await start(['--prot', '9000']), /^Unknown option '--prot': npm start -- --help lists the options\.$/);
  expectSentence(await start(['--port', '99999']), /^--port 99999 is no port/);
  expectSentence(await start(['--port', '9000', '--sandbox-port', '9000']), /cannot both use port 9000/);
  const help = await start(['--help']);
  expect(help.code).toBe(0);
  expect(help.out).toContain('--no-demo');
});

test('beside the real WeChat there is no demo, and asking for it is refused', async () => {
  const options = `import { readOptions } from 'host/start-checks.mjs';
    const demo = (args, env) => readOptions(args, { PORT: '9000', SANDBOX_PORT: '9001', ...env }).demo;
    const real = { WECHAT_PAY_BASE_URL: 'https://api.mch.weixin.qq.com' };
    console.log(JSON.stringify([demo([], {}), demo([], real), demo([], { JUKE_DEMO: 'false' }), demo(['--no-demo'], {}), demo([], { ...real, JUKE_DEMO: '0' })]));`;
  expect(JSON.parse((await script(options)).out)).toEqual([true, false, false, false, false]);
  const [port, sandbox] = await freePorts();
  const ports = ['--port', String(port), '--sandbox-port', String(sandbox)];
  expectSentence(await start(ports, { JUKE_DEMO: '1', WECHAT_PAY_BASE_URL: 'https://api.mch.weixin.qq.com' }), /money here is real/);
  expectSentence(await start(ports, { JUKE_DEMO: 'maybe' }), /^JUKE_DEMO must be 0 or 1, not maybe\.$/);
});

test('.env: comments, quotes, line breaks; the environment wins', async () => {
  const { out } = await script(
    `import { parseEnv, loadEnv } from 'host/env.mjs'; import { writeFileSync } from 'node:fs';
    const file = process.env.FILE;
    const lines = ['# a comment', 'A=1 # more', 'export B="x # y\\\\nz"', "C='$1'", 'TAKEN=file', ' no line', 'EMPTY='];
    const text = lines.join('\\n');
    writeFileSync(file, text);
    console.log(JSON.stringify(parseEnv(text)));
    loadEnv(file); console.log(process.env.TAKEN, process.env.A);`,
    { FILE: join(data, 'env'), TAKEN: 'environment', A: undefined },
  );
  const [parsed, taken] = out.trim().split('\n');
  expect(JSON.parse(String(parsed))).toEqual({ A: '1', B: 'x # y\nz', C: '$1', TAKEN: 'file', EMPTY: '' });
  expect(taken).toBe('environment 1');
});

test('an older Node is told, one that will do is not', async () => {
  const { out } = await script("import { refuseNode } from 'host/node-version.mjs'; for (const v of ['18.20.8', '20.18.3', '20.19.0', '22.0.0', '25.9.0']) console.log(refuseNode(v));");
  const [old, older, ...fine] = out.trim().split('\n');
  for (const [said, version] of [[old, '18.20.8'], [older, '20.18.3']]) expect(said).toBe(`Juke needs Node 20.19 or newer and this is ${version}: install a newer one from nodejs.org and run npm start again.`);
  expect(fine).toEqual(['undefined', 'undefined', 'undefined']);
});

test('a checkout that cannot be written is not mended by other data, and tests without a place for what they compile say so', async () => {
  const { out } = await script("import { findRoot, sentenceOf } from 'host/env.mjs'; for (const path of [findRoot() + '/.juke/build/h5.lock', '/data/juke']) console.log(sentenceOf({ syscall: 'open', code: 'EACCES', path }));");
  const [checkout, other] = out.trim().split('\n');
  expect(checkout).toMatch(/h5\.lock cannot be used \(EACCES\): give this user the right to write there and some room\. What is built lies in the checkout, wherever the data is\.$/);
  expect(other).toMatch(/or choose another data folder with --data/);
  const ended = await node([join(root, 'tests/run.mjs'), 'rules'], { TMPDIR: join(data, 'none') });
  expect([ended.code, ended.err.trim()]).toEqual([1, expect.stringMatching(/^TMPDIR is \S+none, which cannot be written \(ENOENT\): name a folder/)]);
});

test('an unknown part of the tests', async () => {
  const ended = await node([join(root, 'tests/run.mjs'), 'rulez']);
  expect(ended.err).toMatch(/^There is no part rulez: the parts are types, rules, /);
  expect(ended.code).toBe(1);
});
