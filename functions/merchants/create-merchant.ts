/** The operator enters a merchant. Its fact has WeChat Pay add the platform as a receiver of the merchant's splits. */
import { newId, type Story } from '../kernel';
import { saveMerchant } from './store';

export const createMerchant: Story<'createMerchant'> = (ctx, { body }) =>
  saveMerchant(ctx.db, {
    idem: ctx.idem, merchantId: newId('mch'), name: body.name, subMchid: body.subMchid, category: body.category, logoInk: body.logoInk, attribution: body.attribution ?? 'last',
  });
