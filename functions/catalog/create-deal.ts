/** The operator enters a deal with its first terms: check (A2) → one save. Guards I-22, I-23, A-16. */
import { newId, refuse, type Context, type Story } from '../kernel';
import { dealProblem, decideWarnings, type DealWarning } from './rules';
import { saveDeal } from './store';

const SENTENCES: Record<DealWarning, { zh: string; en: string }> = {
  room: { zh: '好友立减加返利不到售价的两成，愿意转给朋友的人会少。', en: 'Friend discount and rebate together are under 20% of the price: few will pass it on.' },
  repeatable: { zh: '每人限购 1 份，来过的客人没法再买。', en: 'Limited to one per person: a guest who liked it cannot buy again.' },
  standard: { zh: '内容只写了套餐名。把里面有什么、各几份写清楚，每家店做得一样。', en: 'The contents only repeat the title. List what is in it and how many, the same at every store.' },
  quality: { zh: '没有写说明。写清楚用料、分量和规矩，客人才放心。', en: 'Nothing is said about quality. State ingredients, size and rules.' },
  rebate: { zh: '每单返利不到 1 角，不会发放。', en: 'The rebate of one order is under ¥0.10 and will not be paid.' },
  window: { zh: '售卖时间不到一天，朋友看到分享时可能已经结束。', en: 'On sale for less than a day: it may be over when friends see the share.' },
};

export const createDeal: Story<'createDeal'> = async (ctx, { params, body }) => {
  const offer = { group: body.group ?? null, isFlash: body.isFlash ?? false, regularDealId: body.regularDealId ?? null, offPeak: body.offPeak ?? null };
  const problem = dealProblem({ ...body, ...offer }, ctx.config.freezeDays);
  if (problem) refuse('BAD_INPUT', problem);
  return saveDeal(ctx.db, {
    idem: ctx.idem, dealId: newId('deal'), merchantId: params.merchantId, title: body.title, subtitle: body.subtitle, category: body.category, pictureUrls: body.pictureUrls,
    items: body.items, notes: body.notes, tags: body.tags, storeIds: body.storeIds, stock: body.stock, fulfilment: body.fulfilment ?? 'voucher', warnings: sentences(ctx, decideWarnings({ ...body, ...offer })),
    terms: {
      priceFen: body.priceFen, friendDiscountFen: body.friendDiscountFen, rebateBps: body.rebateBps, rebateCapFen: body.rebateCapFen, commissionBps: body.commissionBps,
      perPersonLimit: body.perPersonLimit, validDays: body.validDays, saleStartsAtMs: body.saleStartsAtMs, saleEndsAtMs: body.saleEndsAtMs, ...offer,
    },
  });
};

const sentences = (ctx: Context, warnings: DealWarning[]) => warnings.map((warning) => SENTENCES[warning][ctx.language]);
