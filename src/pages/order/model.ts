// One order: what can still be done with it, and asking for money back voucher by voucher. Guards A-18, F-09.
import { useEffect, useRef, useState } from 'react';
import { useDidShow, useRouter } from '@tarojs/taro';
import { call, useAction, useLoad, type Failure } from '@/api';
import { openPage } from '@/state/pages';
import { askLogin, usePerson } from '@/state/person';
import type { Order } from '@/state/trade';
import { useLeave } from '../group/leave';
import { useOrderActions } from '../orders/model';

export function useOrder() {
  const { params } = useRouter();
  // Or the number of its payment: WeChat's own list of orders leads here with that.
  const given = params.id ?? '';
  const { ready, who } = usePerson();
  const order = useLoad(() => call('getOrder', { params: { orderId: given } }), [given, who], { ready, keep: true });
  const orderId = order.data?.row.orderId ?? given;
  const [payCancelled, setPayCancelled] = useState(params.cancelled === '1');
  const [busy, setBusy] = useState<'pay' | 'cancel' | ''>('');
  const actions = useOrderActions(order.refresh, () => setPayCancelled(true));

  const shown = useRef(false);
  useDidShow(() => {
    if (shown.current && ready) void order.refresh();
    shown.current = true;
  });

  const act = async (what: 'pay' | 'cancel') => {
    setBusy(what);
    await actions[what](orderId).finally(() => setBusy(''));
  };
  const leave = useLeave(order.refresh);
  const refund = useRefundSheet(order.data, order.refresh, params.refund === '1', params.voucher);
  return { orderId, ready, order, payCancelled, busy, pay: () => act('pay'), cancel: () => act('cancel'), refund, leave };
}

/** Which vouchers go back and why. One voucher is chosen from the start; of several, the person chooses. */
function useRefundSheet(order: Order | null, refresh: () => Promise<void>, openAtOnce: boolean, voucherId: string | undefined) {
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState<string[]>([]);
  const [why, setWhy] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const asking = useAction<{ orderId: string; voucherIds: string[]; reason: string }, { refundId: string }>(
    'refund',
    ({ orderId, voucherIds, reason }, idempotencyKey) => call('requestRefund', { params: { orderId }, body: { voucherIds, reason }, idempotencyKey }),
    (failed) => (failed.code === 'NO_SESSION' || failed.code === 'SESSION_EXPIRED' ? askLogin() : setFailure(failed)),
  );
  const usable = (order?.vouchers ?? []).filter((voucher) => voucher.state === 'issued');

  const show = () => {
    setFailure(null);
    setPicked(usable.length === 1 ? usable.map((voucher) => voucher.voucherId) : usable.filter((voucher) => voucher.voucherId === voucherId).map((voucher) => voucher.voucherId));
    setOpen(true);
  };
  const opened = useRef(false);
  useEffect(() => {
    if (!openAtOnce || opened.current || !order) return;
    opened.current = true;
    if (usable.length > 0) show();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [order]);

  const submit = async () => {
    if (!order || picked.length === 0 || why === '') return;
    setFailure(null);
    const answer = await asking.run({ orderId: order.row.orderId, voucherIds: picked, reason: why });
    if (!answer) return refresh();
    setOpen(false);
    openPage('refund', { id: answer.refundId });
    await refresh();
  };
  const toggle = (id: string) => setPicked((now) => (now.includes(id) ? now.filter((one) => one !== id) : [...now, id]));
  const amountFen = usable.filter((voucher) => picked.includes(voucher.voucherId)).reduce((sum, voucher) => sum + voucher.paidFen, 0);
  return { open, show, close: () => setOpen(false), usable, picked, toggle, why, setWhy, amountFen, failure, busy: asking.busy, submit };
}
