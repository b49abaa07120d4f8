/** Structured, quiet logs. Never a token, key, phone or openid. */
import pino from 'pino';

export type Log = Pick<pino.Logger, 'info' | 'warn' | 'error' | 'debug'>;
export const newLog = (level = 'info'): Log =>
  pino({ level, base: null, redact: { paths: ['token', 'phone', 'openid', '*.token', '*.phone', '*.openid'], censor: '…' } });
export const quietLog: Log = pino({ level: 'silent' });
