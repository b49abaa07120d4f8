/** Sign-in by phone and SMS code. The miss is counted in the same save and commits. */
import { decided, refuse, type Story } from '../kernel';
import { codeToTake } from './phone-code';
import { freshPerson, newSession, sessionAnswer, type Opened } from './sessions';

export const loginPhone: Story<'loginPhone'> = async (ctx, { body }) => {
  const session = newSession(body.deviceId);
  const opened = await decided(() => ctx.db.call<Opened & { outcome: 'ok' | 'wrong' }>('identity_sign_in', {
    ids: [{ kind: 'phone', value: body.phone }], phoneCode: codeToTake(ctx, body.phone, body.code), fresh: freshPerson(ctx.language), session: session.row,
  }));
  if (opened.outcome === 'wrong') refuse('PHONE_CODE_WRONG');
  return sessionAnswer(ctx, opened, session.refreshToken);
};
