/** Decisions about accounts, names and pictures.. */
import fc from 'fast-check';
import { decideLink, isPlainName, maskPhone, readAvatar, type Account } from '../../../functions/identity/rules';

const account = (personId: string, openid: string | null, phone: string | null): Account => ({ personId, openid, phone });
const weapp = account('per_weapp', 'o1', null);
const browser = account('per_browser', null, '13800000001');
const full = account('per_full', 'o2', '13800000002');

describe('linking an identity', () => {
  test.each([
    ['nobody has it, mine is free', browser, 'openid' as const, null, { step: 'add' }],
    ['nobody has it, mine is taken', full, 'openid' as const, null, { step: 'replace' }],
    ['nobody has it, another phone', full, 'phone' as const, null, { step: 'replace' }],
    ['it is mine already', full, 'phone' as const, full, { step: 'keep' }],
    ['the mini-program account proves the phone of the browser account', weapp, 'phone' as const, browser, { step: 'join', from: 'per_weapp', to: 'per_browser' }],
    ['the browser account proves the WeChat of the mini-program account', browser, 'openid' as const, weapp, { step: 'join', from: 'per_weapp', to: 'per_browser' }],
    ['two WeChats never become one', weapp, 'phone' as const, full, { refused: 'PHONE_TAKEN' }],
    ['two phones never become one', browser, 'openid' as const, full, { refused: 'PHONE_TAKEN' }],
  ])('%s', (_name, mine, kind, owner, expected) => expect(decideLink(mine, kind, owner)).toEqual(expected));

  test('whatever the accounts: a join leaves the account with the phone, and never two identities of a kind', () => {
    const maybe = (prefix: string) => fc.option(fc.integer({ min: 0, max: 9 }).map((n) => `${prefix}${n}`), { nil: null });
    fc.assert(fc.property(maybe('a'), maybe('1'), maybe('b'), maybe('2'), fc.constantFrom('openid' as const, 'phone' as const), (o1, p1, o2, p2, kind) => {
      const mine = account('m', o1, p1);
      const owner = account('n', o2, p2);
      fc.pre(owner[kind] !== null && (mine.openid !== null || mine.phone !== null));
      const decision = decideLink(mine, kind, owner);
      if (!('step' in decision) || decision.step !== 'join') return;
      expect((decision.to === 'm' ? mine : owner).phone).not.toBeNull();
      expect(decision.from).not.toBe(decision.to);
      expect([mine.openid, owner.openid]).toContain(null);
      expect([mine.phone, owner.phone]).toContain(null);
    }));
  });
});

describe('A-29 names that others see', () => {
  test.each(['林小满', '食客 4821', 'Zoë', '老王 · 拱墅', 'ひなた', '小明2026', '小明😀', '👩‍🍳厨娘', '👨‍👩‍👧‍👦一家', '🏳️‍🌈', '👩🏽‍🍳', '𠮷野家', 'O\'Neil'])('%s is fine', (name) => expect(isPlainName(name)).toBe(true));
  test.each([
    '<b>粗</b>', '加微 abc', 'http://a.b', '看 www.a.com', '13800138000', '138 0013 8000', '聚客官方', '微信支付客服', 'Admin', '零宽\u200b字', '换\n行', '反\u202e转', '林\u200d小满', '😀\u200d字', '\u3164', '\u2800\u2800', '１３８ ００１３ ８０００', 'ａｄｍｉｎ', '＜b＞',
  ])('%j is not', (name) => expect(isPlainName(name)).toBe(false));
});

test('A-29 a picture is ours or an upload of ours, never a foreign address', () => {
  expect(readAvatar('/art/avatar-3.svg')).toBe('art');
  expect(readAvatar('/media/med_0mabc12def')).toEqual({ mediaId: 'med_0mabc12def' });
  for (const url of ['https://a.b/c.png', '//a.b/c.png', 'javascript:alert(1)', '/art/../x.svg', '/media/med_x', 'data:image/png;base64,AA', '/art/avatar-3.svg?x']) expect(readAvatar(url)).toBeNull();
});

test('a phone is shown masked', () => expect(maskPhone('13812345678')).toBe('138****5678'));
