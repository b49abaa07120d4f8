// A person's shares: the server answers one row per link; here they are put together per deal, ways and groups below.
import { call, usePages, useSession, type Answer } from '@/api';

type ShareRow = Answer<'listShares'>['items'][number];

export interface SharedDeal {
  dealId: string;
  title: string;
  pictureUrl: string;
  createdAtMs: number;
  expiresAtMs: number;
  opened: number;
  ordered: number;
  redeemed: number;
  earnedFen: number;
  /** on its way: not served yet, or in the after-sale time */
  pendingFen: number;
  /** ways that brought someone, most opened first */
  ways: { channel: ShareRow['channel']; opened: number; ordered: number }[];
  groups: { label: string; opened: number; ordered: number }[];
}

export function useShares() {
  const session = useSession();
  const pages = usePages((cursor) => call('listShares', { query: { cursor } }), [session?.personId], { ready: session !== null });
  return { ...pages, signedIn: session !== null, deals: pages.data ? perDeal(pages.data) : null };
}

/** In the order of the rows: the newest share first. */
function perDeal(rows: ShareRow[]): SharedDeal[] {
  const deals: SharedDeal[] = [];
  for (const row of rows) {
    let deal = deals.find((one) => one.dealId === row.dealId);
    if (!deal) {
      const { dealId, title, pictureUrl, createdAtMs, expiresAtMs } = row;
      deal = { dealId, title, pictureUrl, createdAtMs, expiresAtMs, opened: 0, ordered: 0, redeemed: 0, earnedFen: 0, pendingFen: 0, ways: [], groups: [] };
      deals.push(deal);
    }
    deal.expiresAtMs = Math.max(deal.expiresAtMs, row.expiresAtMs);
    deal.opened += row.opened;
    deal.ordered += row.ordered;
    deal.redeemed += row.redeemed;
    deal.earnedFen += row.earnedFen;
    deal.pendingFen += row.pendingFen;
    if (row.opened + row.ordered > 0) add(deal.ways, (way) => way.channel === row.channel, { channel: row.channel, opened: row.opened, ordered: row.ordered });
    for (const group of row.groups) add(deal.groups, (one) => one.label === group.label, { ...group });
  }
  for (const deal of deals) deal.ways.sort((a, b) => b.opened - a.opened);
  return deals;
}

function add<T extends { opened: number; ordered: number }>(list: T[], same: (one: T) => boolean, more: T): void {
  const found = list.find(same);
  if (!found) return void list.push(more);
  found.opened += more.opened;
  found.ordered += more.ordered;
}
