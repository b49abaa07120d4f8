/** People for tests: made by the same save that real sign-ins use, without a code to type. */
import { randomInt } from 'node:crypto';
import { RISK_RANK_HIGH } from '../../functions/contract/limits';
import type { Opened } from '../../functions/identity/sessions';
import { makeToken, newId, newSecret, randomText, sha256 } from '../../functions/kernel';
import type { TestApp } from './app';

export interface PersonOptions {
  /** A number of their own unless given; null: none. */
  phone?: string | null;
  /** Their own WeChat unless null. */
  openid?: string | null;
  deviceId?: string; operator?: boolean;
  /** What they said of their age; null: nobody asked yet. 18 or older unless given. */
  adult?: boolean | null;
}
export interface TestPerson {
  personId: string; name: string; familyId: string; deviceId: string; phone: string | null; openid: string | null; isOperator: boolean; isRisky: boolean;
  /** A fresh token of their session at each look: people in tests renew in time. */
  readonly token: string;
}

export const newPhone = (): string => `1${randomInt(3, 10)}${String(randomInt(1_000_000_000)).padStart(9, '0')}`;

export async function makePerson(test: Pick<TestApp, 'db' | 'app' | 'sandbox'>, name: string, options: PersonOptions = {}): Promise<TestPerson> {
  const { db, app, sandbox } = test;
  const phone = options.phone === undefined ? newPhone() : options.phone;
  const openid = options.openid === undefined ? (sandbox ? (await sandbox.control<{ openid: string }>('wx/login', { user: name })).openid : `o${randomText(27)}`) : options.openid;
  const deviceId = options.deviceId ?? `dev-${randomText(12)}`;
  const ids = [...(openid ? [{ kind: 'openid', value: openid }] : []), ...(phone ? [{ kind: 'phone', value: phone }] : [])];
  if (ids.length === 0) throw new Error('a person needs a way in: a phone or an openid');
  const signIn = () => db.call<Opened>('identity_sign_in', {
    ids, fresh: { personId: newId('per'), name, avatarUrl: '/art/avatar-0.svg' },
    session: { familyId: newId('fam'), deviceId, refreshHash: sha256(newSecret()), refreshMs: 30 * 86_400_000 },
  });
  let session = await signIn();
  if (options.operator) {
    await db.call('identity_set_operator', { personId: session.personId, on: true });
    session = await signIn();
  }
  if (options.adult !== null) await db.call('identity_set_consent', { personId: session.personId, kind: 'adult', granted: options.adult ?? true });
  const { personId, familyId, isOperator, riskRank } = session;
  const isRisky = riskRank >= RISK_RANK_HIGH;
  return {
    personId, name, familyId, deviceId, phone, openid, isOperator, isRisky,
    get token() {
      return makeToken(app.config.sessionKey, { personId, familyId, deviceId, isOperator, isRisky }, app.clock.nowMs()).token;
    },
  };
}
