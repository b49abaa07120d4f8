// Money, dates and distances as the design writes them.
import {
  clockLeft, day, daysBetween, dayTime, deadline, distance, groupCode, left, minutesLeft, money, people, percent, price, priceParts,
  signedMoney, timeOfDay, timeWithSeconds, weekday,
} from '@/i18n/format';

const at = (text: string) => Date.parse(`${text}+08:00`);

describe('money', () => {
  test.each([
    [12_800, '¥128', '¥128.00'],
    [3_990, '¥39.90', '¥39.90'],
    [3_905, '¥39.05', '¥39.05'],
    [0, '¥0', '¥0.00'],
    [5, '¥0.05', '¥0.05'],
    [1_248_000, '¥12,480', '¥12,480.00'],
    [100_000_000_000, '¥1,000,000,000', '¥1,000,000,000.00'],
  ])('%d fen', (fen, browse, exact) => {
    expect(price(fen)).toBe(browse);
    expect(money(fen)).toBe(exact);
  });

  test('a negative amount carries U+2212 before ¥, never a hyphen', () => {
    expect(money(-1_000)).toBe('\u2212¥10.00');
    expect(signedMoney(-1)).toBe('\u2212¥0.01');
    expect(signedMoney(900)).toBe('+¥9.00');
    expect(signedMoney(0)).toBe('¥0.00');
  });

  test('parts join to the same text', () => {
    for (const fen of [0, 1, 10, 99, 100, 101, 110, 123_456_789]) {
      const { sign, integer, decimals } = priceParts(fen, true);
      expect(`${sign}¥${integer}${decimals}`).toBe(money(fen));
    }
  });
});

test('people: grouped, and 万 from ten thousand, rounded down', () => {
  expect(people(9_999, 'zh')).toBe('9,999');
  expect(people(10_000, 'zh')).toBe('1 万');
  expect(people(23_990, 'zh')).toBe('2.3 万');
  expect(people(23_990, 'en')).toBe('23k');
});

test('distance', () => {
  expect(distance(0)).toBe('10m');
  expect(distance(384)).toBe('380m');
  expect(distance(999)).toBe('990m');
  expect(distance(1_250)).toBe('1.2km');
  expect(distance(12_900)).toBe('12km');
});

describe('time in Shanghai, whatever the device says', () => {
  test('date and clock', () => {
    const ms = at('2026-07-18T12:02:09');
    expect(dayTime(ms, 'zh')).toBe('7 月 18 日 12:02');
    expect(dayTime(ms, 'en')).toBe('18 Jul 12:02');
    expect(timeWithSeconds(ms)).toBe('12:02:09');
    expect(weekday(ms, 'zh')).toBe('周六');
  });

  test('the day turns at Shanghai midnight', () => {
    expect(day(at('2026-07-18T23:59:59'), 'zh')).toBe('7 月 18 日');
    expect(day(at('2026-07-19T00:00:00'), 'zh')).toBe('7 月 19 日');
    expect(timeOfDay(at('2026-07-19T00:00:00'))).toBe('00:00');
    expect(daysBetween(at('2026-07-18T23:59:59'), at('2026-07-19T00:00:00'))).toBe(1);
    expect(daysBetween(at('2026-07-18T00:00:00'), at('2026-07-18T23:59:59'))).toBe(0);
  });

  test('another year is named', () => {
    expect(day(at('2027-01-02T10:00:00'), 'zh', at('2026-12-31T10:00:00'))).toBe('2027 年 1 月 2 日');
    expect(day(at('2027-01-02T10:00:00'), 'en', at('2026-12-31T10:00:00'))).toBe('2 Jan 2027');
  });

  test('a deadline counts down within 24 hours and is a date beyond', () => {
    const now = at('2026-07-17T18:20:00');
    expect(deadline(at('2026-07-18T12:02:09'), now, 'zh')).toBe('剩 17:42:09');
    expect(deadline(at('2026-07-18T18:20:00'), now, 'zh')).toBe('剩 24:00:00');
    expect(deadline(at('2026-07-18T18:20:01'), now, 'zh')).toBe('7 月 18 日 18:20 前');
    expect(deadline(at('2026-07-18T12:02:09'), now, 'en')).toBe('17:42:09 left');
  });

  test('what is left is never negative and rounds up to the second', () => {
    expect(clockLeft(-5)).toBe('00:00:00');
    expect(left(1)).toEqual({ hours: '00', minutes: '00', seconds: '01' });
    expect(minutesLeft(292_000, 'zh')).toBe('4 分 52 秒');
    expect(minutesLeft(59_001, 'zh')).toBe('1 分 0 秒');
    expect(minutesLeft(8_000, 'en')).toBe('8 s');
  });
});

test('codes and rates', () => {
  expect(groupCode('482719063350')).toBe('4827 1906 3350');
  expect(groupCode('4827 19')).toBe('4827 19');
  expect(percent(300)).toBe('3%');
  expect(percent(250)).toBe('2.5%');
});
