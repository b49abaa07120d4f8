/**
 * A client as the app has it: one key for one intent, repeated until there is a final answer, at the other server when one
 * does not answer. A refusal after a lost answer is asked about once more when all is quiet: then it is final.
 */
import type { RouteName } from '../../functions/contract/routes';
import type { LooseCall, Reply } from '../support/app';
import { callAt } from './servers';
import type { World } from './world';

interface Asked { body: any; code: string | null }
const AGAIN = new Set(['BUSY', 'PROVIDER_DOWN', 'RATE_LIMITED', 'SESSION_EXPIRED']);
const TRIES = 7;
export type Repeat = 'no' | 'after' | 'together';

/** `taken` notes what an accepted answer promised; it is called once, now or at the next quiet point. */
export async function ask(world: World, via: number, name: RouteName, call: LooseCall, taken: (body: any) => void | Promise<void> = () => undefined, repeat: Repeat = 'no'): Promise<Asked> {
  const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
  let wasLost = false;
  const once = async (at: number): Promise<Asked | null> => {
    const reply = await callAt(world.t, at % 2 === 0 ? world.house : null, name, call).catch((): Reply => ({ status: 0, body: { code: 'LOST' }, headers: {} }));
    const code: string | null = reply.status === 200 ? null : reply.body?.code ?? `status ${reply.status}`;
    count(world, name, code ?? 'ok');
    if (code === 'INTERNAL' || code?.startsWith('status')) world.wrong.push(`${name} answered a bug: ${JSON.stringify(reply.body)}`);
    if (code === 'LOST' || (code && AGAIN.has(code))) {
      wasLost ||= code !== 'RATE_LIMITED';
      return null;
    }
    return { body: reply.body, code };
  };
  const persist = async (first: number): Promise<Asked | null> => {
    for (let n = 0; n < TRIES; n += 1) {
      const asked = await once(first + n);
      if (asked) return asked;
      await wait(25 * 2 ** n);
    }
    return null;
  };
  const both = repeat === 'together' ? await Promise.all([persist(via), persist(via + 1)]) : [await persist(via)];
  let asked = both.find((one) => one?.code === null) ?? both.find((one) => one !== null) ?? null;
  if (call.key && asked?.code === null && repeat === 'after') both.push(await persist(via + 1));
  for (const one of both) {
    if (asked?.code === null && one?.code === null && call.key && sameOf(name, one.body) !== sameOf(name, asked.body))
      world.wrong.push(`${name}: one key, two answers: ${JSON.stringify(asked.body)} and ${JSON.stringify(one.body)}`);
  }
  if (repeat === 'after' && asked?.code === null && both[1] && both[1].code !== null) world.wrong.push(`${name}: accepted, and its repeat was refused: ${both[1].code}`);
  if (asked?.code === null) {
    await taken(asked.body);
    return asked;
  }
  if (call.key && (asked === null || wasLost)) {
    world.unsettled.push(async () => {
      const last = await persist(via + 1);
      if (last === null) world.wrong.push(`${name} got no answer although all is well`);
      else if (last.code === null) await taken(last.body);
    });
    asked = { body: null, code: asked?.code ?? 'LOST' };
  }
  return asked ?? { body: null, code: 'LOST' };
}

/** What one key always answers. What else a redemption's answer tells is as things stand now; how to pay is signed anew. */
const sameOf = (name: RouteName, body: any): string => (name === 'payOrder' ? '' : name === 'redeemVoucher' ? body.redemptionId : JSON.stringify(body));

export function count(world: World, name: string, what: string): void {
  const key = `${name} ${what}`;
  world.seen.set(key, (world.seen.get(key) ?? 0) + 1);
}

/** Keys follow from the place in the run, so a replay sends the same. */
export const keyOf = (world: World, step: number, what: string): string => `sim-${world.seed}-${step}-${what}`.padEnd(16, '0');
