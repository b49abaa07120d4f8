/** E1: a store's, table's, poster's or staff member's code: its visits are recorded. */
import { newShareToken, refuse, type Story } from '../kernel';
import { findCode } from './store';

export const openCode: Story<'openCode'> = async (ctx, { params, body }) => {
  const code = (await findCode(ctx.db, params.code)) ?? refuse('NOT_FOUND');
  await ctx.db.call('referrals_visit_code', {
    code: code.code, merchantId: code.merchantId, storeId: code.storeId, visitorId: body.visitorId, personId: ctx.session?.personId ?? null, surface: body.surface,
  });
  return { kind: code.kind, storeId: code.storeId, label: code.label };
};

export const createChannelCode: Story<'createChannelCode'> = (ctx, { params, body }) =>
  ctx.db.call('referrals_create_code', { idem: ctx.idem, code: newShareToken(), merchantId: params.merchantId, ...body });
