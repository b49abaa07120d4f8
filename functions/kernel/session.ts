/**
 * Session tokens: compact HMAC-SHA256, fixed algorithm and audience, short-lived, revocable through the family row.
 * Guards. Form: "j1.<payload base64url>.<mac base64url>"; payload {p: person, f: family, d: device, o: operator, r: risky, e: expiry ms}.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SESSION_LEEWAY_MS, SESSION_MS } from '../contract/limits';

export interface Session { personId: string; familyId: string; deviceId: string; isOperator: boolean; /** WeChat's risk rank was high at sign-in. */ isRisky: boolean; expiresAtMs: number }

const sign = (key: string, text: string) => createHmac('sha256', key).update(`juke-session:${text}`).digest();

export function makeToken(key: string, session: Omit<Session, 'expiresAtMs'>, nowMs: number): { token: string; expiresAtMs: number } {
  const expiresAtMs = nowMs + SESSION_MS;
  const payload = Buffer.from(JSON.stringify({
    p: session.personId, f: session.familyId, d: session.deviceId, o: session.isOperator ? 1 : 0, r: session.isRisky ? 1 : 0, e: expiresAtMs,
  })).toString('base64url');
  return { token: `j1.${payload}.${sign(key, payload).toString('base64url')}`, expiresAtMs };
}

/** The session, 'expired', or null when the token is not ours. Leeway: a minute (F-25). */
export function readToken(key: string, token: string, nowMs: number): Session | 'expired' | null {
  const [version, payload, mac, rest] = token.split('.');
  if (version !== 'j1' || !payload || !mac || rest !== undefined) return null;
  const given = Buffer.from(mac, 'base64url');
  const wanted = sign(key, payload);
  // One spelling only: the decoder would pass over characters that are none of its own.
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted) || given.toString('base64url') !== mac) return null;
  const p = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { p: string; f: string; d: string; o: number; r: number; e: number };
  if (nowMs >= p.e + SESSION_LEEWAY_MS) return 'expired';
  return { personId: p.p, familyId: p.f, deviceId: p.d, isOperator: p.o === 1, isRisky: p.r === 1, expiresAtMs: p.e };
}
