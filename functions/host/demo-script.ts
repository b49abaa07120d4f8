/**
 * What happened to the people that the demo offers to sign in as: 林小满's shares, rewards in every state, vouchers and
 * refunds; 周屿's invitation that waits. Days count back from today, times are Shanghai's.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../contract/limits';
import type { ShareChannel } from '../contract/states';
import type { Stage } from './demo-history';
import { HOME, type MadeDeal, type MadeMerchant } from './demo-market';
import { dayStart } from './demo-plan';
import { playGroups } from './demo-groups';
import { answerComplaint, buy, buyTogether, complain, giveBack, open, place, share, use, type Purchase } from './demo-steps';
import type { Actor } from './demo-world';

type When = [daysAgo: number, time: string];
interface Brought {
  friend: string;
  of: [merchant: string, deal: number];
  bought: When;
  used?: When;
  refunded?: When;
  channel?: ShareChannel;
  group?: string;
  deviceId?: string;
}

const GROUP = 'oGroup_gongchen_eats_000002';
const GUEST_DEVICE = 'phone-demo-guest';
/** Rewards of 林小满: arrived, in the hold, waiting for the visit, not paid for a refund or as a repeat, held for a look. */
const BROUGHT: readonly Brought[] = [
  { friend: '阿舟', of: [HOME, 0], bought: [13, '11:20'], used: [13, '18:40'], channel: 'group', group: GROUP },
  { friend: '小荷', of: ['荷风粤点', 0], bought: [13, '20:05'], used: [12, '10:10'] },
  { friend: '一苇', of: ['炭里烧鸟', 0], bought: [12, '17:30'], used: [12, '20:15'], channel: 'group', group: GROUP },
  { friend: '陈默', of: ['半亩烘焙', 0], bought: [12, '09:12'], used: [11, '18:35'], channel: 'poster' },
  { friend: '许知夏', of: ['拾阶咖啡', 0], bought: [11, '14:02'], used: [10, '15:20'] },
  { friend: '吴桐', of: ['白盏陶艺', 0], bought: [8, '21:10'], refunded: [6, '09:30'] },
  { friend: '老林', of: ['小河面馆', 2], bought: [6, '11:40'], used: [6, '12:15'], deviceId: GUEST_DEVICE },
  { friend: '阿珂', of: ['老坛渔家', 0], bought: [4, '19:00'], used: [3, '18:20'] },
  { friend: '阿舟', of: [HOME, 0], bought: [3, '17:45'], used: [2, '19:05'], channel: 'group', group: GROUP },
  { friend: '方圆', of: [HOME, 1], bought: [2, '12:30'], used: [1, '18:10'], channel: 'group', group: GROUP },
  { friend: '沈小鱼', of: ['野渡球馆', 1], bought: [2, '22:08'] },
  { friend: '梁夏', of: [HOME, 0], bought: [1, '20:26'] },
];

/** Adds the steps; afterwards the answer gives the token that waits for 周屿. */
export function scriptDemoPeople(stage: Stage): () => string | null {
  for (const one of BROUGHT) bring(stage, one);
  complaintAfterRelease(stage);
  ownPurchases(stage);
  together(stage);
  soldOut(stage);
  undone(stage);
  withdrawal(stage);
  playGroups(stage);
  return invitation(stage);
}

export function timeOf({ nowMs }: Stage, [daysAgo, time]: When): number {
  const [hours, minutes] = time.split(':').map(Number);
  return dayStart(nowMs) - daysAgo * DAY_MS + hours! * HOUR_MS + minutes! * MINUTE_MS;
}
export const dealOf = ({ merchants }: Stage, [merchant, n]: Brought['of']): MadeDeal | undefined =>
  merchants.find((one) => one.data.name === merchant)?.deals[n];
const clerkOf = ({ demo }: Stage, { data, keeper }: MadeMerchant): Actor => (data.name === HOME ? demo.clerk : keeper);
export const useAt = (stage: Stage, bought: Purchase, index = 0) =>
  use(stage.world, bought, { store: bought.deal.stores[0]!, clerk: clerkOf(stage, bought.deal.merchant), index });

/** A friend comes through 林小满's share. */
function bring(stage: Stage, one: Brought): void {
  const deal = dealOf(stage, one.of);
  if (!deal) return;
  const { world, demo } = stage;
  let done: Purchase;
  stage.at(timeOf(stage, one.bought), async () => {
    const friend = await stage.person(one.friend, one.deviceId);
    const token = await share(world, deal, { sharer: demo.guest, channel: one.channel ?? 'chat' });
    await open(world, token, friend, one.group);
    done = await buy(world, friend, deal, { token });
  });
  if (one.used) stage.at(timeOf(stage, one.used), () => useAt(stage, done));
  if (one.refunded) stage.at(timeOf(stage, one.refunded), () => giveBack(world, done, '孩子那天有课'));
}

/** A reward that had arrived and goes back: the friend complained, the merchant agreed. Another complaint is declined. */
function complaintAfterRelease(stage: Stage): void {
  const deal = dealOf(stage, [HOME, 1]);
  if (!deal) return;
  const { world, demo } = stage;
  let done: Purchase;
  let refundId = '';
  const by = { store: deal.stores[0]!, manager: demo.manager };
  stage.at(timeOf(stage, [13, '12:05']), async () => {
    const friend = await stage.person('大刘');
    const token = await share(world, deal, { sharer: demo.guest, channel: 'link' });
    await open(world, token, friend);
    done = await buy(world, friend, deal, { token });
  });
  stage.at(timeOf(stage, [13, '19:30']), () => useAt(stage, done));
  stage.at(
    timeOf(stage, [4, '10:12']),
    async () => (refundId = await complain(world, done, '虾滑不新鲜，吃完一桌人都不舒服')),
  );
  stage.at(timeOf(stage, [4, '15:40']), () =>
    answerComplaint(world, refundId, { ...by, accept: true, words: '抱歉，这批虾滑有问题，全额退给你' }),
  );

  let other: Purchase;
  let otherId = '';
  stage.at(
    timeOf(stage, [9, '17:50']),
    async () => (other = await buy(world, await stage.person('白鹭'), dealOf(stage, [HOME, 0])!)),
  );
  stage.at(timeOf(stage, [9, '19:20']), () => useAt(stage, other));
  stage.at(timeOf(stage, [8, '09:15']), async () => (otherId = await complain(world, other, '等位等了一个小时')));
  stage.at(timeOf(stage, [8, '14:00']), () =>
    answerComplaint(world, otherId, {
      ...by,
      accept: false,
      words: '当天等位 20 分钟，有取号记录；下次来送两份酸梅汤',
    }),
  );
}

/** 林小满 as a guest: vouchers to use, one used, one given back, one complaint that waits for the merchant, one order cancelled. */
function ownPurchases(stage: Stage): void {
  const { world, demo } = stage;
  const buys = (of: Brought['of'], when: When, more: { quantity?: number; then?: (bought: Purchase) => void } = {}) => {
    const deal = dealOf(stage, of);
    if (!deal) return null;
    const box: { done?: Purchase } = {};
    stage.at(
      timeOf(stage, when),
      async () => (box.done = await buy(world, demo.guest, deal, more.quantity ? { quantity: more.quantity } : {})),
    );
    return box;
  };
  buys(['荷风粤点', 0], [2, '21:30']);
  const bread = buys(['半亩烘焙', 0], [5, '12:00']);
  if (bread) stage.at(timeOf(stage, [5, '18:45']), () => useAt(stage, bread.done!));
  const pottery = buys(['白盏陶艺', 1], [4, '20:20']);
  if (pottery) stage.at(timeOf(stage, [2, '08:40']), () => giveBack(world, pottery.done!, '周末要出门，下个月再约'));
  const coffee = buys(['拾阶咖啡', 1], [3, '09:05'], { quantity: 2 });
  if (coffee) stage.at(timeOf(stage, [3, '09:20']), () => useAt(stage, coffee.done!));
  const hotpot = buys([HOME, 0], [1, '11:10']);
  if (hotpot) {
    stage.at(timeOf(stage, [1, '18:55']), () => useAt(stage, hotpot.done!));
    stage.at(timeOf(stage, [1, '21:40']), () => complain(world, hotpot.done!, '毛肚没有上，问了两次也没补'));
  }
  const noodles = dealOf(stage, ['小河面馆', 0]);
  let unpaidId = '';
  if (noodles) {
    stage.at(timeOf(stage, [7, '11:30']), async () => (unpaidId = await place(world, demo.guest, noodles)));
    stage.at(timeOf(stage, [7, '11:36']), () =>
      world.call('cancelOrder', demo.guest, { params: { orderId: unpaidId } }),
    );
  }
  stage.at(timeOf(stage, [2, '22:00']), async () =>
    world.call('readNotices', demo.guest, { body: { upToMs: await world.app.clock.read() } }),
  );
}

/** Six guests take the last of a dozen. */
function soldOut(stage: Stage): void {
  const deal = dealOf(stage, [HOME, 5]);
  if (!deal) return;
  for (const [n, name] of ['晚风', '七七', '木子', '唐果', '罗一', '老顾'].entries()) {
    let done: Purchase;
    stage.at(
      timeOf(stage, [9 - n, '10:31']),
      async () => (done = await buy(stage.world, await stage.person(name), deal, { quantity: 2 })),
    );
    stage.at(timeOf(stage, [9 - n, '12:25']), () => useAt(stage, done));
    stage.at(timeOf(stage, [9 - n, '12:27']), () => useAt(stage, done, 1));
  }
}

/** A clerk scans the wrong guest's code, takes it back, and scans it again later. */
function undone(stage: Stage): void {
  const deal = dealOf(stage, [HOME, 2]);
  if (!deal) return;
  const { world, demo } = stage;
  const storeId = deal.stores[0]!.storeId;
  let done: Purchase;
  let redemptionId = '';
  stage.at(timeOf(stage, [2, '11:50']), async () => (done = await buy(world, await stage.person('南风'), deal)));
  stage.at(timeOf(stage, [2, '12:10']), async () => (redemptionId = await useAt(stage, done)));
  stage.at(timeOf(stage, [2, '12:12']), () =>
    world.call('undoRedemption', demo.clerk, { params: { storeId, redemptionId } }),
  );
  stage.at(timeOf(stage, [2, '12:31']), () => useAt(stage, done));
}

const KEEP_FEN = 500;
/** 林小满 takes most of what arrived to WeChat, and leaves some. */
function withdrawal(stage: Stage): void {
  const { world, demo } = stage;
  stage.at(timeOf(stage, [2, '10:20']), async () => {
    const { availableFen, canWithdraw } = await world.call('getWallet', demo.guest);
    const amountFen = Math.floor((availableFen - KEEP_FEN) / 100) * 100;
    if (!canWithdraw || amountFen < 100) return;
    await world.call('setConsent', demo.guest, { params: { kind: 'adult' }, body: { granted: true } });
    const { withdrawalId } = await world.call('requestWithdrawal', demo.guest, { body: { amountFen } });
    await world.call('getWithdrawal', demo.guest, { params: { withdrawalId } });
    // WeChat knows the transfer by our number without its underscore.
    await world.sandbox(`transfers/${withdrawalId.replace('_', '')}/confirm`);
    await world.call('getWithdrawal', demo.guest, { params: { withdrawalId } });
  });
}

/** 林小满 fetches for a picnic: a box and flowers to pick up and a coffee, three shops in one payment. The box is fetched. */
function together(stage: Stage): void {
  const { world, demo } = stage;
  const all: Brought['of'][] = [['半亩烘焙', 0], ['花时工坊', 1], ['拾阶咖啡', 0]];
  const deals = all.map((of) => dealOf(stage, of)).filter((deal) => deal !== undefined);
  if (deals.length < 2) return;
  let bought: Purchase[] = [];
  stage.at(timeOf(stage, [1, '15:20']), async () => (bought = await buyTogether(world, demo.guest, deals)));
  stage.at(timeOf(stage, [1, '16:10']), async () => {
    const box = bought.find(({ deal }) => deal.merchant.data.name === '半亩烘焙');
    if (box) await useAt(stage, box);
  });
}

/** 周屿 got a card from 林小满 a while ago, looked at it, and has not bought yet. */
function invitation(stage: Stage): () => string | null {
  const deal = dealOf(stage, [HOME, 0]);
  let token: string | null = null;
  if (deal) {
    stage.at(
      stage.nowMs - 40 * MINUTE_MS,
      async () => (token = await share(stage.world, deal, { sharer: stage.demo.guest, channel: 'chat' })),
    );
    stage.at(stage.nowMs - 35 * MINUTE_MS, () => open(stage.world, token!, stage.demo.friend));
  }
  return () => token;
}
