// Withdrawing: one request, then the person's own confirmation in WeChat, followed until it ended. Guards A-06, F-27.
import { useEffect, useRef, useState } from 'react';
import { useDidShow, useReachBottom } from '@tarojs/taro';
import { call, useAction, useLoad, usePages, type Answer, type Failure } from '@/api';
import { WITHDRAWAL_MAX_FEN, WITHDRAWAL_MIN_FEN } from '@contract/limits';
import { texts } from '@/i18n/withdraw';
import { textsIn } from '@/i18n';
import { isWeapp, requestTransfer } from '@/platform';
import { useEvery } from '@/state/fresh';
import { toast } from '@/state/overlays';
import { askLogin, usePerson } from '@/state/person';
import { getLanguage } from '@/state/settings';

export type Withdrawal = Answer<'getWithdrawal'>;
const EVERY_MS = 3_000;

/** `12.5` → 1250 fen; null when it is no amount. Never through a float. */
export function fenOf(text: string): number | null {
  const match = /^(\d{1,7})(?:\.(\d{0,2}))?$/.exec(text.trim());
  if (!match) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0') || '0');
}

type AmountProblem = 'format' | 'small' | 'big' | 'over' | null;
export function problemOf(text: string, availableFen: number): AmountProblem {
  const fen = fenOf(text);
  if (fen === null) return 'format';
  if (fen > availableFen) return 'over';
  if (fen > WITHDRAWAL_MAX_FEN) return 'big';
  return fen < WITHDRAWAL_MIN_FEN ? 'small' : null;
}

export function useWithdraw() {
  const { ready, who } = usePerson();
  const wallet = useLoad(() => call('getWallet'), [who], { ready });
  const list = usePages((cursor) => call('listWithdrawals', { query: { cursor } }), [who], { ready });
  const [amount, setAmount] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  // The first withdrawal asks it, the server keeps the answer; who said no once may say yes on a later birthday.
  const [asksAge, setAsksAge] = useState(false);
  const open = list.data?.find((item) => item.state === 'requested' || item.state === 'awaiting_person') ?? null;
  const followed = useFollowed(open, async () => {
    await Promise.all([wallet.refresh(), list.refresh()]);
  });

  const asking = useAction<{ amountFen: number }, { withdrawalId: string }>('withdrawal', (body, idempotencyKey) => call('requestWithdrawal', { body, idempotencyKey, timeoutMs: 20_000 }), (failed) => {
    if (failed.code === 'NO_SESSION' || failed.code === 'SESSION_EXPIRED') askLogin();
    else if (failed.code === 'WITHDRAWAL_NEEDS_ADULT') setAsksAge(true);
    else setFailure(failed);
  });
  const submit = async () => {
    const amountFen = fenOf(amount);
    if (amountFen === null || !wallet.data || problemOf(amount, wallet.data.availableFen) !== null) return;
    setFailure(null);
    const answer = await asking.run({ amountFen });
    await Promise.all([wallet.refresh(), list.refresh()]);
    if (answer) setAmount('');
  };
  const stating = useAction<{ granted: boolean }, unknown>('adult', (body) => call('setConsent', { params: { kind: 'adult' }, body }), setFailure);
  const stateAge = async (granted: boolean) => {
    setFailure(null);
    if ((await stating.run({ granted })) === undefined) return;
    setAsksAge(false);
    if (granted && fenOf(amount) !== null) await submit();
    else await wallet.refresh();
  };
  useReachBottom(() => void list.more());
  return { ready, wallet, list, amount, setAmount, failure, busy: asking.busy, submit, followed, asksAge, stating: stating.busy, stateAge };
}

/** The withdrawal under way, asked about every few seconds while the page is looked at. */
function useFollowed(open: Withdrawal | null, ended: () => Promise<void>) {
  const [now, setNow] = useState<Withdrawal | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const told = useRef('');
  const done = useRef(ended);
  done.current = ended;
  const id = open?.withdrawalId ?? '';

  const look = async () => {
    if (!id) return;
    const answer = await call('getWithdrawal', { params: { withdrawalId: id } }).catch(() => null);
    if (!answer) return;
    setNow(answer);
    if (answer.state !== 'succeeded' && answer.state !== 'failed') return;
    const t = textsIn(texts, getLanguage());
    // Once, also where the list below cannot be asked yet.
    if (told.current !== id) toast(answer.state === 'succeeded' ? t.arrived : t.failed, answer.state === 'succeeded' ? 'ok' : 'plain');
    told.current = id;
    await done.current();
  };
  const asks = useRef(look);
  asks.current = look;
  useEffect(() => {
    setNow(null);
    setNote(null);
    void asks.current();
  }, [id]);
  useEvery(id ? EVERY_MS : null, look);
  useDidShow(() => void asks.current());

  const current = now?.withdrawalId === id ? now : open;
  const confirm = async () => {
    const t = textsIn(texts, getLanguage());
    if (!current?.confirm) return;
    try {
      const outcome = await requestTransfer(current.confirm);
      setNote(outcome === 'cancelled' ? t.cancelled : null);
      if (outcome === 'done') await look();
    } catch (error) {
      setNote(!isWeapp ? t.noLink : /not supported/.test(String((error as Error)?.message)) ? t.cannot : t.notOpened);
    }
  };
  return { current, confirm, note };
}
