// After-sales of a store: the manager answers within 48 hours; silence accepts. Guards A-19.
import { useEffect, useState } from 'react';
import Taro, { usePullDownRefresh, useReachBottom } from '@tarojs/taro';
import { call, useAction, usePages, type Answer, type Failure } from '@/api';
import { money } from '@/i18n/format';
import { texts } from '@/i18n/staff';
import { textsIn } from '@/i18n';
import { confirmDialog, toast } from '@/state/overlays';
import { getLanguage } from '@/state/settings';

export type Sale = Answer<'listAfterSales'>['items'][number];

export function useAfterSales(storeId: string, ready: boolean) {
  const list = usePages((cursor) => call('listAfterSales', { params: { storeId }, query: { cursor } }), [storeId], { ready: ready && storeId !== '' });
  const [declining, setDeclining] = useState<Sale | null>(null);
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const answering = useAction<{ storeId: string; refundId: string; accept: boolean; reason: string }, { ok: true }>(
    'after-sale-answer',
    ({ accept, reason: why, ...params }, idempotencyKey) => call('answerAfterSale', { params, body: { accept, reason: why }, idempotencyKey }),
    setFailure,
  );
  const answer = async (sale: Sale, accept: boolean, why: string) => {
    setFailure(null);
    const done = await answering.run({ storeId, refundId: sale.refundId, accept, reason: why });
    await list.refresh();
    return done !== undefined;
  };

  const accept = async (sale: Sale) => {
    const t = textsIn(texts, getLanguage());
    let done = false;
    await confirmDialog({
      title: t.acceptTitle(money(sale.amountFen)), body: t.acceptBody, ok: t.accept, cancel: t.acceptKeep,
      run: async () => {
        done = await answer(sale, true, '');
      },
    });
    if (done) toast(t.accepted, 'ok');
  };
  const decline = async () => {
    if (!declining || reason.trim() === '') return;
    if (!(await answer(declining, false, reason.trim()))) return;
    setDeclining(null);
    toast(textsIn(texts, getLanguage()).declined, 'ok');
  };
  const ask = (sale: Sale | null) => {
    setFailure(null);
    setReason('');
    setDeclining(sale);
  };
  useEffect(() => ask(null), [storeId]);
  usePullDownRefresh(() => void list.refresh().then(() => Taro.stopPullDownRefresh()));
  useReachBottom(() => void list.more());
  return { list, declining, ask, reason, setReason, failure, busy: answering.busy, accept, decline };
}
