/** Splits, returns, transfers and the trade bill against the running stand-in: F-27 (one number, one effect), F-34, I-26. */
import { providerTransferOf, wechatPay } from '../../../functions/payments/wechat-pay';
import { type FarSide, startFarSide, startInbox } from '../../support/wechat';

let far: FarSide;
let inbox: Awaited<ReturnType<typeof startInbox>>;
let openid: string;
const SUB = '1900000109';
const pay = () => wechatPay(far.config);
let count = 0;
const newId = (prefix: string) => `${prefix}_test${String((count += 1)).padStart(8, '0')}`;

beforeAll(async () => {
  [far, inbox] = await Promise.all([startFarSide({ settings: { splitDelayMs: 20, refundDelayMs: 20 } }), startInbox()]);
  ({ openid } = await far.control<{ openid: string }>('wx/login', { user: 'buyer' }));
  await far.control('clock', { offsetMs: 0 });
});
afterAll(async () => {
  await Promise.all([far.close(), inbox.close()]);
});

async function until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const value = await read();
    if (done(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('waited in vain');
}

/** Paid, and more than the minute ago that WeChat wants before a split. */
async function paidAWhileAgo(amountFen = 10_000, subMchid = SUB) {
  const paymentId = newId('pay');
  await pay().prepareJsapi({ paymentId, subMchid, amountFen, description: '双人下午茶', openid, expiresAtMs: far.sandbox.sandbox.now() + 900_000, notifyUrl: `${inbox.url}/pay` });
  await far.control('pay', { out_trade_no: paymentId, openid });
  const { transactionId } = (await pay().findPayment(paymentId, subMchid))!;
  await far.control('clock', { offsetMs: far.sandbox.sandbox.offsetMs + 61_000 });
  return { paymentId, transactionId };
}

describe('splits', () => {
  test('without the platform as receiver a split fails; adding it twice is fine', async () => {
    const subMchid = '1900000209';
    const { transactionId } = await paidAWhileAgo(10_000, subMchid);
    const p = { splitId: newId('spl'), transactionId, subMchid, amountFen: 100, description: '服务费', finish: false };
    await expect(pay().split(p)).rejects.toMatchObject({ name: 'ProviderRefused' });
    await pay().addReceiver(subMchid);
    await pay().addReceiver(subMchid);
    await wechatPay({ ...far.config, spName: '聚客科技有限公司' }).addReceiver(subMchid);
  });

  test('F-27 a split sent twice is one split; it finishes, and what was split can be returned once', async () => {
    await pay().addReceiver(SUB);
    const { transactionId } = await paidAWhileAgo();
    const p = { splitId: newId('spl'), transactionId, subMchid: SUB, amountFen: 1_500, description: '服务费与返利', finish: true };
    const first = await pay().split(p);
    expect(first).toMatchObject({ splitId: p.splitId, state: 'PROCESSING', failReason: null });
    expect((await pay().split(p)).providerId).toBe(first.providerId);
    const done = await until(async () => (await pay().findSplit(p.splitId, transactionId, SUB))!, (s) => s.state === 'FINISHED');
    expect(done.failReason).toBeNull();

    const back = { returnId: newId('ret'), splitId: p.splitId, subMchid: SUB, amountFen: 600, description: '退款' };
    const returned = await pay().returnSplit(back);
    expect(returned).toMatchObject({ returnId: back.returnId, failReason: null });
    await pay().returnSplit(back);
    expect(await until(async () => (await pay().findReturn(back.returnId, p.splitId, SUB))!, (r) => r.state !== 'PROCESSING')).toMatchObject({ state: 'SUCCESS' });
    await expect(pay().returnSplit({ ...back, returnId: newId('ret'), amountFen: 901 })).rejects.toMatchObject({ name: 'ProviderRefused' });
  });

  test('an order without split is unfrozen whole', async () => {
    const { transactionId } = await paidAWhileAgo();
    const p = { splitId: newId('unf'), transactionId, subMchid: SUB, description: '完结' };
    await pay().unfreeze(p);
    const done = await until(async () => (await pay().findSplit(p.splitId, transactionId, SUB))!, (s) => s.state === 'FINISHED');
    expect(done.failReason).toBeNull();
  });

  test('more than the agreed share is a definite no; unknown numbers are null', async () => {
    const { transactionId } = await paidAWhileAgo();
    const p = { splitId: newId('spl'), transactionId, subMchid: SUB, amountFen: 3_001, description: 'x', finish: true };
    await expect(pay().split(p)).rejects.toMatchObject({ name: 'ProviderRefused' });
    expect(await pay().findSplit(newId('spl'), transactionId, SUB)).toBeNull();
    expect(await pay().findReturn(newId('ret'), p.splitId, SUB)).toBeNull();
  });
});

describe('transfers', () => {
  beforeEach(() => far.control('balance', { mchid: far.config.spMchid, availableFen: 1_000_000 }));
  const transfer = (withdrawalId = newId('wdr')) => ({ withdrawalId, openid, amountFen: 500, remark: '返利提现', notifyUrl: `${inbox.url}/transfer` });

  test('F-27 a transfer sent twice is one transfer that waits for the person, with the package for the phone', async () => {
    const p = transfer();
    const first = await pay().transfer(p);
    expect(first).toMatchObject({ withdrawalId: p.withdrawalId, state: 'WAIT_USER_CONFIRM', packageInfo: expect.any(String), failReason: null });
    expect((await pay().transfer(p)).billNo).toBe(first.billNo);
    expect(await pay().findTransfer(p.withdrawalId)).toMatchObject({ withdrawalId: p.withdrawalId, billNo: first.billNo, state: 'WAIT_USER_CONFIRM', amountFen: 500 });
  });

  test('a confirmed transfer is found and told; the notice names our withdrawal', async () => {
    await far.control('flush'); // refunds and splits of earlier tests
    await inbox.clear(far);
    const p = transfer();
    await pay().transfer(p);
    await far.control(`transfers/${p.withdrawalId.replace('_', '')}/confirm`);
    await until(() => pay().findTransfer(p.withdrawalId), (t) => t?.state === 'SUCCESS');
    const [raw] = await inbox.waitFor(1);
    const notice = pay().readNotice(raw!.headers, raw!.body, far.sandbox.sandbox.now());
    expect(notice).toMatchObject({ kind: 'transfer', eventType: 'MCHTRANSFER.BILL.FINISHED' });
    expect(providerTransferOf(notice.content)).toMatchObject({ withdrawalId: p.withdrawalId, state: 'SUCCESS', amountFen: 500 });
  });

  test('a failed transfer says why; an unknown one is null; too little money is a definite no', async () => {
    const p = transfer();
    await pay().transfer(p);
    await far.control(`transfers/${p.withdrawalId.replace('_', '')}/fail`);
    expect(await until(() => pay().findTransfer(p.withdrawalId), (t) => t?.state === 'FAIL')).toMatchObject({ failReason: expect.any(String) });
    expect(await pay().findTransfer(newId('wdr'))).toBeNull();
    await far.control('balance', { mchid: far.config.spMchid, availableFen: 499 });
    await expect(pay().transfer(transfer())).rejects.toMatchObject({ name: 'ProviderRefused', code: 'NOT_ENOUGH' });
  });
});

describe('the trade bill', () => {
  const dateOf = (atMs: number) => new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 10);

  test('I-26 yesterday’s payments and refunds are in it with their amounts', async () => {
    const now = far.sandbox.sandbox.now();
    const { paymentId, transactionId } = await paidAWhileAgo(12_345);
    const refundId = newId('rfd');
    await pay().refund({ refundId, transactionId, subMchid: SUB, amountFen: 45, totalFen: 12_345, reason: '退', notifyUrl: `${inbox.url}/refund` });
    await until(() => pay().findRefund(refundId, SUB), (r) => r?.state === 'SUCCESS');
    await far.control('clock', { offsetMs: far.sandbox.sandbox.offsetMs + 86_400_000 });
    const lines = await pay().tradeBill(dateOf(now));
    expect(lines.find((l) => l.paymentId === paymentId && l.kind === 'payment')).toMatchObject({ transactionId, amountFen: 12_345, refundId: null });
    expect(lines.find((l) => l.refundId === refundId)).toMatchObject({ kind: 'refund', paymentId, transactionId, amountFen: 45 });
  });

  test('a day without trade is empty', async () => {
    expect(await pay().tradeBill(dateOf(far.sandbox.sandbox.now() - 10 * 86_400_000))).toEqual([]);
  });
});
