/**
 * The variables of the functions (.env.example explains them), from the environment at package time. Offline, what is
 * not set comes from the npm start that runs on this machine, so that both serve the same data.
 */
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const NAMES = [
  'DATABASE_URL', 'SESSION_KEY', 'PUBLIC_URL', 'SANDBOX_URL', 'SANDBOX_CREDENTIALS',
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

module.exports = () => {
  const isOffline = process.argv.includes('offline');
  const env = isOffline && !process.env.DATABASE_URL ? { ...process.env, ...running() } : process.env;
  if (isOffline && !env.DATABASE_URL) {
    console.error('DATABASE_URL is not set and npm start does not run here: start it first, or set what .env.example names.');
    process.exit(1); // thrown, it would come with a stack
  }
  return {
    NODE_OPTIONS: '--enable-source-maps',
    JUKE_DEMO: env.JUKE_DEMO || '0',
    // PgBouncer in transaction mode has no named statements.
    NAMED_STATEMENTS: env.NAMED_STATEMENTS || '0',
    // One that is set to nothing counts as not set.
    ...Object.fromEntries(NAMES.map((name) => [name, env[name] ?? ''])),
  };
};
