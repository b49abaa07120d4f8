/**
 * A new token for a refresh token, which is spent by it. One that comes back was copied: its whole sign-in ends, except that
 * within half a minute its own device has the same answer again: the first may have been lost on its way.
 */
import { REFRESH_AGAIN_MS, REFRESH_MS, REFRESH_TOKENS_KEPT } from '../contract/limits';
import { me, refuse, sha256, type Story } from '../kernel';
import { nextSecret, readRefreshToken, sessionAnswer, type Opened } from './sessions';

export const refreshSession: Story<'refreshSession'> = async (ctx, { body }) => {
  const { familyId, hash } = readRefreshToken(body.refreshToken) ?? refuse('SESSION_EXPIRED');
  const secret = nextSecret(ctx.config.sessionKey, body.refreshToken);
  const rotated = await ctx.db.call<Omit<Opened, 'familyId'> & { outcome: 'ok' | 'reused' | 'unknown' }>('identity_refresh', {
    familyId, deviceId: body.deviceId, oldHash: hash, newHash: sha256(secret), refreshMs: REFRESH_MS, keep: REFRESH_TOKENS_KEPT, againMs: REFRESH_AGAIN_MS,
  });
  if (rotated.outcome === 'reused') ctx.log.warn({ familyId }, 'a spent refresh token came back: session ended');
  if (rotated.outcome !== 'ok') refuse('SESSION_EXPIRED');
  return sessionAnswer(ctx, { ...rotated, familyId }, `${familyId}.${secret}`);
};

export const logout: Story<'logout'> = (ctx) => ctx.db.call('identity_logout', { familyId: me(ctx).familyId });
