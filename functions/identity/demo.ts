/**
 * Demo only (the pipeline hides these routes elsewhere): prepared people to sign in as, and the control that moves time.
 * Their staff rows and history are made by the demo city.
 */
import type { demoPeople as demoNames } from '../contract/shapes-identity';
import { decided, Unavailable, type App, type Db, type Story } from '../kernel';
import { exchangeCode, wechatIds } from './login-wechat';
import { freshPerson, newSession, sessionAnswer, type Opened } from './sessions';
import { findNamesByPhone, readClock } from './store';

type DemoName = (typeof demoNames)[number];
interface DemoPerson { who: DemoName; phone: string; name: string; avatarUrl: string; role: { zh: string; en: string } }
const demo = (who: DemoName, n: number, name: string, zh: string, en: string): DemoPerson =>
  ({ who, phone: `1380000000${n}`, name, avatarUrl: `/art/avatar-${n - 1}.svg`, role: { zh, en } });

export const demoPeople: readonly DemoPerson[] = [
  demo('guest', 1, '林小满', '客人', 'Guest'),
  demo('friend', 2, '周屿', '朋友', 'Friend'),
  demo('clerk', 3, '陈师傅', '店员', 'Clerk'),
  demo('manager', 4, '王姐', '店长', 'Manager'),
  demo('operator', 5, '小吴', '运营', 'Operator'),
];

/** For the login page: who can be tried, with the name that they go by now. */
export async function findDemoPeople(db: Db, language: 'zh' | 'en'): Promise<{ who: string; name: string; role: string }[]> {
  const rows = await findNamesByPhone(db, demoPeople.map((person) => person.phone));
  const names = new Map(rows.map((row) => [row.phone, row.name]));
  return demoPeople.map((person) => ({ who: person.who, name: names.get(person.phone) ?? person.name, role: person.role[language] }));
}

/** The person behind a demo name; with the stand-in running they have a WeChat there too. */
async function demoIdentity(app: App, who: DemoName) {
  const person = demoPeople.find((one) => one.who === who)!;
  const wechat = app.config.sandboxUrl ? await exchangeCode(app, `sandbox:${person.name}`, '127.0.0.1') : null;
  return {
    ids: [{ kind: 'phone', value: person.phone }, ...(wechat ? wechatIds(wechat.openid, wechat.unionid) : [])],
    fresh: { ...freshPerson(), name: person.name, avatarUrl: person.avatarUrl }, wechat,
  };
}

export const loginDemo: Story<'loginDemo'> = async (ctx, { body }) => {
  const identity = await demoIdentity(ctx, body.who);
  if (body.who === 'operator') {
    const { personId } = await ctx.db.call<{ personId: string }>('identity_add_person', identity);
    await ctx.db.call('identity_set_operator', { personId, on: true });
  }
  // Who tries guest and friend in one browser plays two people with a phone each; one device would hold the reward.
  const session = newSession(`${body.deviceId.slice(0, 54)}-${body.who}`);
  const opened = await decided(() => ctx.db.call<Opened>('identity_sign_in', { ...identity, session: session.row }));
  return sessionAnswer(ctx, opened, session.refreshToken);
};

export const getDemoClock: Story<'getDemoClock'> = (ctx) => readClock(ctx.db);

export const moveDemoClock: Story<'moveDemoClock'> = async (ctx, { body }) => {
  const moved = await ctx.db.call<{ nowMs: number; offsetMs: number }>('kernel_move_clock', { advanceMs: body.advanceMs });
  await tellSandbox(ctx, moved.offsetMs);
  await ctx.clock.read();
  return moved;
};

/** The stand-in lives in our time: its expiries, unfreezing and bills follow. The offset is absolute, so a repeat is harmless. */
async function tellSandbox(app: App, offsetMs: number): Promise<void> {
  if (!app.config.sandboxUrl) return;
  const response = await fetch(`${app.config.sandboxUrl}/sandbox/clock`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ offsetMs }), signal: AbortSignal.timeout(5_000),
  }).catch(() => null);
  if (!response?.ok) throw new Unavailable('the sandbox clock did not move', 'PROVIDER_DOWN');
  await response.arrayBuffer();
}
