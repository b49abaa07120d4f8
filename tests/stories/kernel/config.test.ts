// Wrong configuration is one sentence about the one variable; what would let anybody in, or fail with the first payment, is
// found at the start.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig } from '../../../functions/kernel/config';

let dir: string;
let real: Record<string, string>;
const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'juke-config-'));
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
  real = {
    DATABASE_URL: 'postgres://juke@127.0.0.1/juke', SESSION_KEY: 's'.repeat(32), WECHAT_APPID: 'wx1', WECHAT_SECRET: 'secret', WECHAT_PAY_SP_MCHID: '1900000001', WECHAT_PAY_SERIAL: 'AB',
    WECHAT_PAY_KEY_FILE: file('key.pem', privateKey), WECHAT_PAY_API_V3_KEY: 'k'.repeat(32), WECHAT_PAY_PLATFORM_KEYS: `PUB_KEY_ID_1=${file('pub.pem', publicKey)}`, SMS_URL: 'https://sms.example.com/send',
  };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const refusal = (more: Record<string, string>): string => {
  try {
    readConfig({ ...real, ...more });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('taken as right');
};

test('the real WeChat, with every other variable set to nothing as in a cloud template', () => {
  const empty = Object.fromEntries(['PUBLIC_URL', 'WECHAT_PAY_SP_APPID', 'WECHAT_PAY_BASE_URL', 'WECHAT_PAY_SP_NAME', 'LOG_LEVEL', 'MEDIA_DIR', 'JUKE_DEMO', 'POOL_SIZE', 'SANDBOX_URL'].map((name) => [name, '']));
  expect(readConfig({ ...real, ...empty })).toMatchObject({
    publicUrl: 'http://127.0.0.1:8787', logLevel: 'info', mediaDir: '.juke/media', demo: false, poolSize: 20, sandboxUrl: null,
    wechat: { spAppid: 'wx1', payBaseUrl: 'https://api.mch.weixin.qq.com', smsUrl: 'https://sms.example.com/send' },
  });
});

test('subscribe templates name their fields, and codes lead to the version that is said', () => {
  expect(readConfig({ ...real, WECHAT_SUBSCRIBE_TEMPLATES: 'tpl-A?thing1=title&time3=time, tpl_B?thing2=text', WECHAT_ENV_VERSION: 'trial' })).toMatchObject({
    subscribeTemplates: ['tpl-A', 'tpl_B'], subscribeFields: { 'tpl-A': { thing1: 'title', time3: 'time' }, tpl_B: { thing2: 'text' } }, wechat: { envVersion: 'trial' },
  });
  for (const wrong of ['tpl', 'tpl?thing1=kind', 'tpl?time1=text', '?thing1=title']) expect(refusal({ WECHAT_SUBSCRIBE_TEMPLATES: wrong })).toMatch(/^WECHAT_SUBSCRIBE_TEMPLATES has /);
  expect(refusal({ WECHAT_ENV_VERSION: 'beta' })).toMatch(/^WECHAT_ENV_VERSION must be one of release, trial, develop/);
});

test('no demo where money is real: its sign-ins make anybody an operator', () => {
  expect(refusal({ JUKE_DEMO: '1' })).toMatch(/^JUKE_DEMO is 1 and there is no sandbox, so money here is real/);
});

test('F-32 a key that is none is found before the first payment', () => {
  const broken = file('broken.pem', '-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----\n');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
  expect(refusal({ WECHAT_PAY_KEY_FILE: broken })).toBe(`WECHAT_PAY_KEY_FILE names ${broken}, which is not a PEM file with an RSA private key: download it anew from the merchant platform, or correct WECHAT_PAY_KEY_FILE.`);
  expect(refusal({ WECHAT_PAY_KEY_FILE: file('ec.pem', privateKey) })).toContain('RSA private key');
  expect(refusal({ WECHAT_PAY_KEY_FILE: dir })).toContain('RSA private key');
  expect(refusal({ WECHAT_PAY_KEY_FILE: join(dir, 'none') })).toMatch(/which is not there: put the key there, or correct WECHAT_PAY_KEY_FILE\.$/);
  expect(refusal({ WECHAT_PAY_PLATFORM_KEYS: `A=${broken}` })).toContain('RSA public key');
  expect(refusal({ WECHAT_PAY_PLATFORM_KEYS: 'A' })).toContain('no serial=file');
});

test('each wrong value is named', () => {
  for (const [name, value] of [
    ['PORT', '99999'], ['PORT', '-1'], ['POOL_SIZE', '0'], ['POOL_SIZE', 'x'], ['LOG_LEVEL', 'loud'], ['PUBLIC_URL', 'juke.example.cn'], ['PUBLIC_URL', 'ftp://x'], ['SMS_URL', 'sms'],
    ['WECHAT_PAY_BASE_URL', 'api'], ['WECHAT_API_BASE_URL', 'http://'], ['WECHAT_PAY_FEE_BPS', '10001'], ['WECHAT_PAY_FREEZE_DAYS', '3'], ['NAMED_STATEMENTS', 'yes'], ['TRUST_PROXY', 'yes'],
    ['SESSION_KEY', 'short'], ['WECHAT_PAY_API_V3_KEY', 'short'], ['JUKE_DEMO', 'maybe'], ['MEDIA_BUCKET_URL', 'https://bucket'],
  ] as const) expect(refusal({ [name]: value })).toMatch(new RegExp(`^${name} `));
  for (const name of Object.keys(real)) expect(refusal({ [name]: '' })).toMatch(new RegExp(`^${name} is not set: set it to .+\\.$`));
  const credentials = { SANDBOX_URL: 'http://127.0.0.1:8788', SANDBOX_CREDENTIALS: file('credentials.json', 'no json') };
  expect(refusal(credentials)).toMatch(/^SANDBOX_CREDENTIALS names .* not the credentials\.json of a sandbox: name the file that the sandbox wrote into its data folder\.$/);
});
