/**
 * What a sign-in hands out. Guards. The refresh token is "<family>.<secret>"; only its hash is stored, and each
 * is taken once.
 */
import { createHmac, randomInt } from 'node:crypto';
import { REFRESH_MS, RISK_RANK_HIGH } from '../contract/limits';
import { makeToken, newDigits, newId, newSecret, sha256, type App } from '../kernel';

interface NewSession { row: { familyId: string; deviceId: string; refreshHash: string; refreshMs: number }; refreshToken: string }
export function newSession(deviceId: string): NewSession {
  const familyId = newId('fam');
  const secret = newSecret();
  return { row: { familyId, deviceId, refreshHash: sha256(secret), refreshMs: REFRESH_MS }, refreshToken: `${familyId}.${secret}` };
}

/** The secret of the refresh token that replaces this one, 32 hex digits: derived by HMAC, so that a repeated request gets the same answer and nobody without the key can guess it. */
export const nextSecret = (key: string, refreshToken: string): string => createHmac('sha256', key).update(`juke-refresh:${refreshToken}`).digest('hex').slice(0, 32);

export function readRefreshToken(token: string): { familyId: string; hash: string } | null {
  const read = /^(fam_[0-9a-z]{24})\.([0-9a-f]{32})$/.exec(token);
  return read ? { familyId: read[1]!, hash: sha256(read[2]!) } : null;
}

/** What the saves answer about a session that they opened. */
export interface Opened { personId: string; familyId: string; deviceId: string; isOperator: boolean; riskRank: number }
export function sessionAnswer(app: App, opened: Opened, refreshToken: string) {
  const { personId, familyId, deviceId, isOperator, riskRank } = opened;
  return { ...makeToken(app.config.sessionKey, { personId, familyId, deviceId, isOperator, isRisky: riskRank >= RISK_RANK_HIGH }, app.clock.nowMs()), refreshToken, personId };
}

const AVATARS = 10;
/** Who signs in for the first time: a plain name and one of our drawn avatars, until they choose their own. */
export function freshPerson(language: 'zh' | 'en' = 'zh') {
  return { personId: newId('per'), name: `食客 ${newDigits(4)}`, avatarUrl: `/art/avatar-${randomInt(AVATARS)}.svg`, language };
}
