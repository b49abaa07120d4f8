// A voucher at the counter: shown from the phone at once, asked for again until it was used, also without signal.
// Guards: the code is derived here from the secret, by the server's clock.
import { useEffect, useRef, useState } from 'react';
import { useDidHide, useDidShow, useRouter } from '@tarojs/taro';
import { call, getSession, serverNow, useAction, useLoad, type Failure } from '@/api';
import { UNDO_WINDOW_MS } from '@contract/limits';
import { useLeft } from '@/components/countdown';
import { vibrate } from '@/platform';
import { useEvery } from '@/state/fresh';
import { keepVoucher, keptVoucher, type Voucher } from '@/state/kept-vouchers';
import { useOnline } from '@/state/network';
import { openPage } from '@/state/pages';
import { askLogin, usePerson } from '@/state/person';

const WAITING_MS = 3_000;
const UNDO_MS = 10_000;

export function useVoucher() {
  const { params } = useRouter();
  const [voucherId, setVoucherId] = useState(params.id ?? '');
  const { ready, who } = usePerson();
  const online = useOnline();
  const [front, setFront] = useState(true);
  useDidShow(() => setFront(true));
  useDidHide(() => setFront(false));

  const loaded = useLoad(() => ask(voucherId), [voucherId, who], { ready });
  const { refresh } = loaded;
  const personId = getSession()?.personId ?? '';
  // What was kept shows at once and stays when there is no answer; a refusal by the server counts more.
  const refused = loaded.error !== null && !loaded.error.unknown;
  const kept = voucherId === '' || personId === '' || refused ? null : keptVoucher(personId, voucherId);
  const known: Voucher | null = loaded.data ?? kept;
  useLeft(known?.validUntilMs ?? 0);
  // Past its end no code is shown, also before the server was asked: by this phone's clock as the server set it last.
  const voucher: Voucher | null = known?.state === 'issued' && serverNow() >= known.validUntilMs ? { ...known, state: 'expired' } : known;

  useUsedBuzz(loaded.data);

  const pauseMs = online && front && known ? pauseOf(known) : null;
  useEvery(pauseMs, refresh);
  useEffect(() => {
    if (online && front && loaded.error?.unknown) void refresh();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [online, front]);

  const go = (step: number) => {
    const next = voucher?.position.siblings[voucher.position.index - 1 + step];
    if (next) setVoucherId(next);
  };
  return { ready, voucher, error: loaded.error, loading: loaded.loading, refresh, online, go, afterSale: useAfterSale(voucher, refresh) };
}

/** Kept for who asked, and for nobody who signed in meanwhile. */
async function ask(voucherId: string): Promise<Voucher> {
  const asker = getSession()?.personId;
  const voucher = await call('getVoucher', { params: { voucherId } });
  const owner = getSession()?.personId;
  if (owner && (asker ?? owner) === owner) keepVoucher(owner, voucher);
  return voucher;
}

/** Asked every few seconds while it can be used, then slowly while the shop may still undo. */
function pauseOf(voucher: Voucher): number | null {
  if (voucher.state === 'issued') return WAITING_MS;
  const undoable = voucher.state === 'redeemed' && voucher.redeemedAtMs !== null && serverNow() < voucher.redeemedAtMs + UNDO_WINDOW_MS;
  return undoable ? UNDO_MS : null;
}

/** The moment it turns from usable to used is felt. */
function useUsedBuzz(voucher: Voucher | null): void {
  const before = useRef<Voucher | null>(null);
  useEffect(() => {
    if (before.current?.voucherId === voucher?.voucherId && before.current?.state === 'issued' && voucher?.state === 'redeemed') vibrate();
    before.current = voucher;
  }, [voucher]);
}

function useAfterSale(voucher: Voucher | null, refresh: () => Promise<void>) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const asking = useAction<{ voucherId: string; reason: string }, { refundId: string }>(
    'after-sale',
    ({ voucherId, reason: why }, idempotencyKey) => call('requestAfterSale', { params: { voucherId }, body: { reason: why }, idempotencyKey }),
    (failed) => (failed.code === 'NO_SESSION' || failed.code === 'SESSION_EXPIRED' ? askLogin() : setFailure(failed)),
  );
  const submit = async () => {
    if (!voucher || reason.trim() === '') return;
    setFailure(null);
    const answer = await asking.run({ voucherId: voucher.voucherId, reason: reason.trim() });
    if (!answer) return;
    setOpen(false);
    openPage('refund', { id: answer.refundId });
    await refresh();
  };
  return { open, show: () => setOpen(true), close: () => setOpen(false), reason, setReason, failure, busy: asking.busy, submit };
}
