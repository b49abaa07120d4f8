/** Bad days: WeChat late, lost or twice; time that jumps; cut connections; killed servers. */
import { act, type Act } from './act';
import { count } from './ask';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const notices = act({
  weight: 5,
  draw: (d) => ({ kind: d.pick(['lose', 'late', 'twice', 'reorder', 'hold', 'probe', 'well'] as const), much: 1 + d.int(6) }),
  async play(world, p) {
    count(world, 'notices', p.kind);
    world.model.isNoticeLost ||= p.kind === 'lose';
    const faults = {
      lose: { lose: p.much * 3 }, late: { delayMs: p.much * 60 }, twice: { copies: 1 + p.much }, reorder: { reorder: true }, hold: { hold: true }, probe: { badSignatureProbe: true },
      well: { lose: 0, delayMs: 0, copies: 1, reorder: false, hold: false, badSignatureProbe: false },
    }[p.kind];
    await world.t.sandbox!.control('faults', { notices: faults });
    if (p.kind === 'well') await world.t.sandbox!.control('flush');
  },
});

const ENDPOINTS = ['prepay', 'query', 'close', 'refund', 'refundQuery', 'split', 'splitQuery', 'unfreeze', 'splitReturn', 'splitReturnQuery', 'subsidy', 'transfer', 'transferQuery', 'wxShipping', '*'] as const;
const wechat = act({
  weight: 6,
  draw: (d) => ({
    endpoint: d.pick(ENDPOINTS), times: 1 + d.int(4), latencyMs: 20 + d.int(200),
    fault: d.pick(['timeoutBefore', 'timeoutAfterAccept', 'timeoutAfterAccept', 'http500', 'http500AfterAccept', 'http500AfterAccept', 'http429', 'latency'] as const),
  }),
  async play(world, p) {
    count(world, 'wechat', p.fault);
    if (p.endpoint === 'query' || p.endpoint === '*') world.model.isWechatTroubled = true;
    await world.t.sandbox!.control('faults', { endpoint: p.endpoint, fault: p.fault, times: p.times, ...(p.fault === 'latency' ? { latencyMs: p.latencyMs } : {}) });
  },
});

/** Our own account at WeChat is empty, or it splits nothing for us: it answers no until the next quiet point. */
const refuse = act({
  weight: 2,
  draw: (d) => ({ why: d.pick(['empty', 'cap'] as const) }),
  async play(world, { why }) {
    count(world, 'refuse', why);
    world.model.wasRefused = true;
    if (why === 'cap') await world.t.sandbox!.control('settings', { maxSplitBps: 1 });
    else await world.t.sandbox!.control('balance', { mchid: world.t.sandbox!.sandbox.credentials.spMchid, availableFen: 0 });
  },
});

const jump = act({
  weight: 7,
  draw: (d) => ({ ms: Number(d.weighed({ [20 * SECOND]: 5, [61 * SECOND]: 4, [6 * MINUTE]: 5, [16 * MINUTE]: 4, [5 * HOUR]: 2, [2 * DAY + MINUTE]: 2, [8 * DAY]: 1 })) }),
  async play(world, p) {
    count(world, 'jump', `${p.ms / SECOND} s`);
    await world.jump(p.ms);
  },
});

const cut = act({
  weight: 2.5,
  draw: (d) => ({ forMs: 5 + d.int(150) }),
  async play(world, p) {
    count(world, 'cut', 'all');
    world.wire.down();
    await pause(p.forMs);
    world.wire.up();
  },
});
/** One save commits and its answer never arrives. */
const SAVES = ['orders_place', 'orders_mark_paid', 'orders_end', 'vouchers_redeem', 'vouchers_undo', 'refunds_open', 'refunds_request', 'refunds_answer', 'refunds_succeed', 'settlement_', 'referrals_release', 'kernel_finish_fact'] as const;
const lose = act({
  weight: 6,
  draw: (d) => ({ save: d.pick(SAVES) }),
  async play(world, p) {
    void world.wire.loseAnswerOf(new RegExp(p.save)).then(() => count(world, 'lost answer', p.save));
  },
});

const kill = act({
  weight: 3.5,
  draw: (d) => ({ downMs: d.int(300) }),
  async play(world, p) {
    if (world.isDown) return;
    world.isDown = true;
    count(world, 'killed', 'server');
    await world.house.kill();
    await pause(p.downMs);
    await world.house.start();
    world.isDown = false;
  },
});

export const troubles: Record<string, Act> = { notices, wechat, refuse, jump, cut, lose, kill };
