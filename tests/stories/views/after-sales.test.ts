/** The shop's list of after-sales, page by page: who waits for an answer first, then the latest. I-23, A-19. */
import { startTestApp, type Market, type TestApp } from '../../support/app';
import { buy, codeOf, MINUTE } from '../../support/trade';

let t: TestApp;
let m: Market;
let guests = 0;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
});
afterAll(() => t.stop());

async function ask(answer: boolean | null, storeId = m.storeId): Promise<string> {
  const buyer = await t.person(`客人 ${(guests += 1)}`);
  const { voucherIds } = await buy(t, m, buyer);
  await t.ok('redeemVoucher', { as: m.manager, params: { storeId }, body: { code: await codeOf(t, voucherIds[0]!) } });
  const { refundId } = await t.ok('requestAfterSale', { as: buyer, params: { voucherId: voucherIds[0]! }, body: { reason: '菜凉了' } });
  if (answer !== null) await t.ok('answerAfterSale', { as: m.manager, params: { storeId, refundId }, body: { accept: answer, reason: '看过了' } });
  await t.moveTime(MINUTE);
  return refundId;
}

test('who waits comes first, then the latest, at any page size, and each once', async () => {
  const waits = [await ask(null), await ask(null)];
  const answered = [await ask(false), await ask(false), await ask(true)];
  await ask(false, m.storeIds[1]); // next door
  const all = [...waits.reverse(), ...answered.reverse()];
  for (const limit of [1, 2, 3, 5, 20]) {
    const got: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await t.ok('listAfterSales', { as: m.manager, params: { storeId: m.storeId }, query: { limit, cursor } as never });
      got.push(...page.items.map((item) => item.refundId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor && got.length < 20);
    expect([limit, got]).toEqual([limit, all]);
  }
});
