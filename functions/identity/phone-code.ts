/**
 * Six digits to a phone: at most five an hour, five tries each, five minutes; so many an hour to all phones together. Guards, A-39 (the same answer for
 * a known and an unknown number). Stored as an HMAC: the table alone opens nothing.
 */
import { createHmac } from 'node:crypto';
import { HOUR_MS, MINUTE_MS, PHONE_CODE_MS, PHONE_CODES_ALL_PER_HOUR, PHONE_CODES_PER_HOUR, PHONE_CODE_TRIES } from '../contract/limits';
import { newDigits, type App, type Story } from '../kernel';
import { sendSms } from './sms';

export const sendPhoneCode: Story<'sendPhoneCode'> = async (ctx, { body }) => {
  const code = newDigits(6);
  const saved = await ctx.db.call<{ expiresAtMs: number }>('identity_add_phone_code', {
    phone: body.phone, codeHash: hashCode(ctx, body.phone, code), lifeMs: PHONE_CODE_MS, max: PHONE_CODES_PER_HOUR, maxAll: PHONE_CODES_ALL_PER_HOUR, windowMs: HOUR_MS,
  });
  // After the commit: a code that arrives is always one that counts.
  await sendSms(ctx.config.wechat, body.phone, `【聚客】验证码 ${code}，${PHONE_CODE_MS / MINUTE_MS} 分钟内有效。不要告诉别人。`);
  return saved;
};

/** As the saves compare it. */
export const codeToTake = (app: App, phone: string, code: string) => ({ hash: hashCode(app, phone, code), tries: PHONE_CODE_TRIES });

const hashCode = (app: App, phone: string, code: string) => createHmac('sha256', app.config.sessionKey).update(`phone-code\n${phone}\n${code}`).digest('hex');
