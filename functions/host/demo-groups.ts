/**
 * Group buys of the demo city, each made by people who sit down and pay: one complete, one that did not fill and was given
 * back, and two that wait for somebody, one of them 林小满's own.
 */
import { HOUR_MS, MINUTE_MS } from '../contract/limits';
import type { Stage } from './demo-history';
import { HOME, type MadeDeal } from './demo-market';
import { dealOf, timeOf, useAt } from './demo-script';
import { buy, type Purchase } from './demo-steps';
import type { Actor } from './demo-world';

interface Table {
  of: [merchant: string, deal: number];
  fromMs: number;
  host: string | Actor;
  /** Who joins, one every twenty minutes. */
  friends: string[];
  /** Whose vouchers are used a day later. */
  served?: number;
}

export function playGroups(stage: Stage): void {
  const { demo, nowMs } = stage;
  const evening = (daysAgo: number) => timeOf(stage, [daysAgo, '18:20']);
  sitDown(stage, { of: [HOME, 0], fromMs: evening(5), host: '江渔', friends: ['半夏'] });
  sitDown(stage, { of: [HOME, 1], fromMs: evening(4), host: '阿森', friends: ['慢慢', '小棠', '青禾'], served: 2 });
  sitDown(stage, { of: [HOME, 0], fromMs: nowMs - 5 * HOUR_MS, host: demo.guest, friends: ['沐沐'] });
  sitDown(stage, { of: ['半亩烘焙', 0], fromMs: nowMs - 3 * HOUR_MS, host: '阿麦的老客', friends: [] });
}

function sitDown(stage: Stage, table: Table): void {
  const deal = dealOf(stage, table.of);
  if (!deal) return;
  const bought: Purchase[] = [];
  let groupId = '';
  stage.at(table.fromMs, async () => {
    const host = typeof table.host === 'string' ? await stage.person(table.host) : table.host;
    bought.push(await buy(stage.world, host, deal, { group: { open: true } }));
    const { row } = await stage.world.call('getOrder', host, { params: { orderId: bought[0]!.orderId } });
    groupId = row.group!.groupId;
  });
  for (const [n, name] of table.friends.entries())
    stage.at(table.fromMs + (n + 1) * 20 * MINUTE_MS, async () => {
      bought.push(await buy(stage.world, await stage.person(name), deal, { group: { groupId } }));
    });
  for (let n = 0; n < (table.served ?? 0); n += 1)
    stage.at(table.fromMs + (22 + n) * HOUR_MS, async () => useAt(stage, await withVoucher(stage, deal, bought[n]!)));
}

/** The voucher came when the group was complete. */
async function withVoucher(stage: Stage, deal: MadeDeal, { buyer, orderId }: Purchase): Promise<Purchase> {
  const { vouchers } = await stage.world.call('getOrder', buyer, { params: { orderId } });
  return { buyer, deal, orderId, voucherIds: vouchers.map((one) => one.voucherId) };
}
