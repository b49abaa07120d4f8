/**
 * The variables of the functions (.env.example explains them), from the environment and .env at package time. A deployment with
 * values that the functions would refuse is refused here. Offline, what is not set comes from the npm start that runs on this
 * machine, so that both serve the same data.
 */
const { existsSync, readFileSync } = require('node:fs');
const { join, posix } = require('node:path');
const loadTs = require('./load-ts.cjs');

const NAMES = [
  'DATABASE_URL', 'SESSION_KEY', 'PUBLIC_URL', 'TRUST_PROXY', 'SANDBOX_URL', 'SANDBOX_CREDENTIALS',
  'WECHAT_APPID', 'WECHAT_SECRET', 'WECHAT_MESSAGE_TOKEN', 'WECHAT_ENV_VERSION', 'WECHAT_API_BASE_URL', 'WECHAT_SUBSCRIBE_TEMPLATES',
  'WECHAT_PAY_BASE_URL', 'WECHAT_PAY_SP_MCHID', 'WECHAT_PAY_SP_APPID', 'WECHAT_PAY_SP_NAME', 'WECHAT_PAY_SERIAL', 'WECHAT_PAY_KEY_FILE',
  'WECHAT_PAY_API_V3_KEY', 'WECHAT_PAY_PLATFORM_KEYS', 'WECHAT_PAY_FEE_BPS', 'WECHAT_PAY_FREEZE_DAYS', 'REBATE_IN_WECHAT_H5',
  'MEDIA_BUCKET_URL', 'MEDIA_BUCKET_REGION', 'MEDIA_BUCKET_KEY_ID', 'MEDIA_BUCKET_SECRET', 'SMS_URL', 'SMS_TOKEN', 'LOG_LEVEL',
];

/** What functions/host/start-all.mjs noted. */
function running() {
  const file = join(process.env.JUKE_DATA || join(__dirname, '..', '.juke', 'data'), 'running.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** One sentence: thrown, it would come with a stack. */
function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Else the first guest would find what is missing, as a fault of ours. */
function check(values) {
  try {
    loadTs('functions/kernel/config.ts').readConfig(values);
  } catch (error) {
    refuse(error.message);
  }
  if (!values.PUBLIC_URL) refuse('PUBLIC_URL is not set: set it to the https address that people and WeChat reach.');
  const pairs = values.WECHAT_PAY_PLATFORM_KEYS.split(',').map((pair) => pair.trim().split('=').slice(1).join('='));
  const files = { WECHAT_PAY_KEY_FILE: [values.WECHAT_PAY_KEY_FILE], WECHAT_PAY_PLATFORM_KEYS: pairs, 'sslrootcert of DATABASE_URL': rootCert(values.DATABASE_URL) };
  for (const [name, named] of Object.entries(files)) {
    const far = named.find((file) => file && !posix.normalize(file).startsWith('keys/'));
    if (far) refuse(`${name} names ${far}: a function has only what lies in keys/ of this checkout, so put the file there and name it keys/….`);
  }
}

const rootCert = (url) => (URL.canParse(url) ? new URL(url).searchParams.getAll('sslrootcert') : []);

module.exports = async () => {
  const { loadEnv } = await import('../functions/host/env.mjs');
  loadEnv();
  const isOffline = process.argv.includes('offline');
  const env = isOffline && !process.env.DATABASE_URL ? { ...process.env, ...running() } : process.env;
  if (isOffline && !env.DATABASE_URL) refuse('DATABASE_URL is not set and npm start does not run here: start it first, or set what .env.example names.');
  const values = {
    JUKE_DEMO: env.JUKE_DEMO || '0',
    // A pooler in transaction mode has no named statements.
    NAMED_STATEMENTS: env.NAMED_STATEMENTS || '0',
    // One that is set to nothing counts as not set.
    ...Object.fromEntries(NAMES.map((name) => [name, env[name] ?? ''])),
  };
  if (process.argv.includes('deploy')) check(values);
  return values;
};
