/** Claiming, giving away, taking back; many at once for the last few. */
import { act, drawPick, drawRepeat, drawVia, picked, pickedLate } from './act';
import { ask, keyOf, type Repeat } from './ask';
import type { Coupon, Offer } from './model';
import type { World } from './world';

async function claimOf(world: World, offer: Offer, who: number, via: number, repeat: Repeat, key: string): Promise<void> {
  const as = world.people[who]!;
  const taken = (body: { couponId: string; offerId: string; validUntilMs: number }) => {
    if (body.offerId !== offer.offerId) world.wrong.push(`a claim of ${offer.offerId} gave one of ${body.offerId}`);
    world.model.coupons.set(body.couponId, { couponId: body.couponId, offer, claimant: who, owner: who, validUntilMs: body.validUntilMs, gifts: [] });
  };
  const { code } = offer.code === null
    ? await ask(world, via, 'claimCoupon', { as, params: { offerId: offer.offerId }, key, body: {} }, taken, repeat)
    : await ask(world, via, 'claimCouponCode', { as, key, body: { code: offer.code } }, taken, repeat);
  if (code === 'COUPON_GONE') offer.isGone = true;
}
const claim = act({
  weight: 18,
  draw: (d, size) => ({ who: d.int(size.people), offer: drawPick(d), via: drawVia(d), repeat: drawRepeat(d) }),
  play: (world, p, step) => claimOf(world, picked(world.model.offers, p.offer)!, p.who, p.via, p.repeat, keyOf(world, step, 'claim')),
});
const claimRush = act({
  weight: 1,
  draw: (d, size) => ({ offer: drawPick(d), people: Array.from({ length: 14 }, () => d.int(size.people)) }),
  async play(world, p, step) {
    const few = world.model.offers.filter((offer) => offer.total < 20);
    const offer = picked(few.length > 0 ? few : world.model.offers, p.offer)!;
    await Promise.all(p.people.map((who, n) => claimOf(world, offer, who, n, 'no', keyOf(world, step, `claim${n}`))));
  },
});

const canPass = (one: Coupon) => one.offer.isTransferable && one.owner === one.claimant && !one.gifts.some((gift) => gift.state === 'open' || gift.state === 'taken');
const give = act({
  weight: 4,
  draw: (d, size) => ({ coupon: drawPick(d), friend: d.int(size.people), other: d.int(size.people), then: d.weighed({ take: 5, rush: 2, wait: 2 }), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    const coupon = pickedLate([...world.model.coupons.values()].filter(canPass), p.coupon);
    if (!coupon) return;
    const giver = coupon.owner;
    let token: string | null = null;
    await ask(world, p.via, 'giveCoupon', { as: world.people[giver]!, params: { couponId: coupon.couponId }, key: keyOf(world, step, 'give') }, (body) => {
      token = body.token as string;
      coupon.gifts.push({ token, by: giver, state: 'open', expiresAtMs: body.expiresAtMs });
    }, p.repeat);
    if (token === null || p.then === 'wait') return;
    await Promise.all([
      takeGift(world, coupon, token, p.friend, p.via, keyOf(world, step, 'take')),
      p.then === 'rush' ? takeGift(world, coupon, token, p.other, p.via + 1, keyOf(world, step, 'take2')) : null,
      p.then === 'rush' ? takeBack(world, coupon, p.via + 1, keyOf(world, step, 'mine')) : null,
    ]);
  },
});
async function takeGift(world: World, coupon: Coupon, token: string, who: number, via: number, key: string): Promise<void> {
  await ask(world, via, 'claimCouponGift', { as: world.people[who]!, params: { token }, key }, (body) => {
    if (body.couponId !== coupon.couponId) world.wrong.push(`the gift of ${coupon.couponId} gave ${body.couponId}`);
    const gift = coupon.gifts.find((one) => one.token === token)!;
    if (gift.state !== 'open') world.wrong.push(`the gift of ${coupon.couponId} was ${gift.state} and taken by ${world.people[who]!.name} all the same`);
    gift.state = 'taken';
    coupon.owner = who;
  });
}
async function takeBack(world: World, coupon: Coupon, via: number, key: string): Promise<void> {
  const gift = coupon.gifts.at(-1)!;
  await ask(world, via, 'takeBackCoupon', { as: world.people[gift.by]!, params: { couponId: coupon.couponId }, key }, () => {
    if (gift.state !== 'open') world.wrong.push(`the gift of ${coupon.couponId} was ${gift.state} and taken back all the same`);
    gift.state = 'taken_back';
  });
}
/** Somebody answers an old gift. */
const answerGift = act({
  weight: 2,
  draw: (d, size) => ({ coupon: drawPick(d), who: d.int(size.people), isBack: d.chance(0.4), via: drawVia(d) }),
  async play(world, p, step) {
    const coupon = pickedLate([...world.model.coupons.values()].filter((one) => one.gifts.at(-1)?.state === 'open'), p.coupon);
    if (!coupon) return;
    if (p.isBack) await takeBack(world, coupon, p.via, keyOf(world, step, 'mine'));
    else await takeGift(world, coupon, coupon.gifts.at(-1)!.token, p.who, p.via, keyOf(world, step, 'take'));
  },
});

export const couponActs = { claim, claimRush, give, answerGift };
