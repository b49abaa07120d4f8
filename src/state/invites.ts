// Shares this device came through, newest first, kept for the attribution window: checkout shows who invited and sends the
// token. Opened before a sign-in they are there after it; a sign-out takes them along. A hint only: the server decides what counts (I-16, A-13).
import { ATTRIBUTION_WINDOW_MS } from '@contract/limits';
import { serverNow } from '@/api/clock';
import { storage } from '@/platform';

const KEY = 'juke.invites';
const MOST = 20;

interface KeptInvite {
  token: string;
  /** a share counts for every deal of its merchant */
  merchantId: string;
  dealId: string;
  atMs: number;
}

function kept(): KeptInvite[] {
  const now = serverNow();
  return (storage.get<KeptInvite[]>(KEY) ?? []).filter((one) => now - one.atMs < ATTRIBUTION_WINDOW_MS);
}

/** The latest share of a merchant replaces the one before: it is the one the person was shown. */
export function rememberInvite(invite: Omit<KeptInvite, 'atMs'>): void {
  const others = kept().filter((one) => one.merchantId !== invite.merchantId);
  storage.set(KEY, [{ ...invite, atMs: serverNow() }, ...others].slice(0, MOST));
}

/** The token of the share that led to this deal or to its merchant; undefined after 7 days. */
export function inviteToken(about: { dealId?: string; merchantId?: string }): string | undefined {
  const all = kept();
  const found = all.find((one) => one.dealId === about.dealId) ?? all.find((one) => one.merchantId === about.merchantId);
  return found?.token;
}

export function forgetInvite(token: string): void {
  storage.set(KEY, kept().filter((one) => one.token !== token));
}
