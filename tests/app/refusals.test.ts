// Every sentence of a refusal says what happened, that no money moved where any could have, and what can be done now: in both languages.
import { errors, messageOf, type ErrorCode } from '@contract/errors';

const buying = (Object.keys(errors) as ErrorCode[]).filter((code) => /^(DEAL_NOT|SOLD_OUT|LIMIT_PER|PRICE_|UNPAID_|HOARDING|SALE_NOT|GROUP_(?!STATE)|CART_CHANGED|COUPON_NOT_USABLE)/.test(code));

test.each(buying)('%s, refused at the checkout: nothing was ordered, nothing charged, and what now', (code) => {
  expect(errors[code].zh).toMatch(/没有(再|下|开|这次)|没有再下单|没有下单/);
  expect(errors[code].zh).toMatch(/也没有扣款/);
  expect(errors[code].en).toMatch(/(no order|no second one|No order)/);
  expect(errors[code].en).toMatch(/nothing was charged/);
  // Three parts at least, and the last is not the money.
  for (const language of ['zh', 'en'] as const) expect(errors[code][language].trim()).not.toMatch(/(没有扣款。|nothing was charged\.)$/);
});

test.each((Object.keys(errors) as ErrorCode[]).filter((code) => /^COUPON_(GONE|LIMIT|CLOSED|NOT_FOR_YOU|TOO_MANY|GIFT_TAKEN|GIFT_OWN|CODE_UNKNOWN)$/.test(code)))('%s, refused when claiming: what now', (code) => {
  expect(errors[code].zh.split('。').filter(Boolean).length).toBeGreaterThanOrEqual(2);
  expect(errors[code].en.split(/[.;]/).filter((part) => part.trim()).length).toBeGreaterThanOrEqual(2);
});

test('what a sentence names is filled in; nothing in braces is left', () => {
  expect(messageOf('COUPON_NOT_USABLE', 'zh', { title: '满 100 减 15', why: '已经用掉了' })).toBe('「满 100 减 15」用不了：已经用掉了。没有下单，也没有扣款。换一种优惠再试。');
  for (const code of Object.keys(errors) as ErrorCode[]) for (const language of ['zh', 'en'] as const) expect(messageOf(code, language)).not.toMatch(/[{}]/);
});
