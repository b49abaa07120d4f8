/** Managers make and pause their merchant's offers, the operator makes the platform's. Guards I-11, I-22, I-23, A-16, A-17. */
import { COUPON_CODE_CHARS } from '../contract/limits';
import type { OfferInput } from '../contract/shapes-coupons';
import { listDealPrices } from '../catalog';
import { decided, me, myStaff, newId, randomText, refuse, replayed, type Context, type Story } from '../kernel';
import { countStores, findMerchant } from '../merchants';
import { cleanOffer, decideOfferWarnings, offerProblem, type OfferWarning } from './rules';

const SENTENCES: Record<OfferWarning, { zh: string; en: string }> = {
  over_threshold: { zh: '减的比门槛还多，最多减到每份剩 1 分。', en: 'It takes off more than its minimum; a unit never goes below ¥0.01.' },
  all_off: { zh: '最便宜的优惠会减到只剩 1 分。确定要这样吗？', en: 'The cheapest deal would cost ¥0.01. Is that meant?' },
  one_order: { zh: '折扣低于五折，每单的成本看下面的“最多”。', en: 'More than half off: look at what it costs at most.' },
  short: { zh: '领到后能用的时间不到 3 天，很多人来不及到店。', en: 'Valid for less than 3 days: many guests will not make it to the shop.' },
  no_deal: { zh: '现在没有优惠能用这张券。', en: 'No deal is covered by this coupon now.' },
  code_and_gift: { zh: '凭码领的券还能转送，就不只有拿到码的人能用。', en: 'Claimed by code yet passed on: not only those with the code can use it.' },
};
export const offerWarnings = (ctx: Context, offer: OfferInput, cheapestFen: number | null): string[] =>
  decideOfferWarnings(offer, cheapestFen, ctx.clock.nowMs()).map((warning) => SENTENCES[warning][ctx.language]);

/** The deals it covers: named ones, or all of the merchant; a deal is covered when all its stores are among the named ones. @throws Refused */
export async function checkOffer(ctx: Context, merchantId: string | null, input: OfferInput) {
  const problem = offerProblem(input, ctx.clock.nowMs());
  if (problem) refuse('BAD_INPUT', problem);
  const offer = cleanOffer(input);
  const [deals, stores] = await Promise.all([listDealPrices(ctx.db, merchantId, offer.dealIds), countStores(ctx.db, merchantId, offer.storeIds)]);
  // I-23: deals and stores of somebody else do not exist.
  if (stores !== offer.storeIds.length || (offer.dealIds.length > 0 && deals.length !== offer.dealIds.length)) refuse('NOT_FOUND');
  const covered = deals.filter((deal) => offer.storeIds.length === 0 || deal.storeIds.every((id) => offer.storeIds.includes(id)));
  // A platform's offer for everything covers what we do not list here.
  const cheapestFen = covered.length > 0 ? Math.min(...covered.map((deal) => deal.priceFen)) : merchantId === null && offer.dealIds.length === 0 ? Infinity : null;
  return { offer, covered, cheapestFen };
}

async function save(ctx: Context, merchantId: string | null, input: OfferInput, more: { platformBps: number; reason: string | null }) {
  const { offer, cheapestFen } = await checkOffer(ctx, merchantId, input);
  return decided(() => ctx.db.call<{ offerId: string; code: string | null; warnings: string[] }>('coupons_create_offer', {
    ...offer, ...more, idem: ctx.idem, offerId: newId('cof'), merchantId, code: offer.withCode ? randomText(COUPON_CODE_CHARS).toUpperCase() : null, by: me(ctx).personId, warnings: offerWarnings(ctx, offer, cheapestFen),
  }));
}

export const createOffer: Story<'createOffer'> = (ctx, { body }) => replayed(ctx, () => save(ctx, myStaff(ctx).merchantId, body, { platformBps: 0, reason: null }));

export const createPlatformOffer: Story<'createPlatformOffer'> = (ctx, { body }) =>
  replayed(ctx, async () => {
    const { merchantId, platformBps, reason, ...input } = body;
    if (merchantId === null && platformBps !== 10_000) refuse('BAD_INPUT', { where: 'body.platformBps', problem: 'needs a merchant' });
    if (merchantId !== null && !(await findMerchant(ctx.db, merchantId))) refuse('NOT_FOUND');
    return save(ctx, merchantId, input, { platformBps, reason: reason ?? null });
  });

export const setOfferState: Story<'setOfferState'> = (ctx, { params, body }) =>
  ctx.db.call('coupons_set_offer_state', { idem: ctx.idem, offerId: params.offerId, merchantId: myStaff(ctx).merchantId, to: body.state });
