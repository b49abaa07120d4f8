/**
 * The operator gives a person a role at a store, or at all stores of a merchant. Who never signed in becomes a person
 * now, found by that phone at their first sign-in. Guards I-23, A-17.
 */
import { findOrAddByPhone } from '../identity';
import { decided, me, newId, refuse, type Story } from '../kernel';
import { countStores, findMerchant, saveStaff } from './store';

export const addStaff: Story<'addStaff'> = async (ctx, { params, body }) => {
  const isThere = body.storeId ? (await countStores(ctx.db, params.merchantId, [body.storeId])) > 0 : await findMerchant(ctx.db, params.merchantId);
  // Before the person is made: a mistyped store leaves nobody behind. The save looks again.
  if (!isThere) refuse('NOT_FOUND');
  await ctx.db.query('SELECT kernel_need_session($1)', [me(ctx).familyId]); // an ended session makes nobody
  return decided(async () => saveStaff(ctx.db, {
    idem: ctx.idem, staffId: newId('stf'), merchantId: params.merchantId, storeId: body.storeId, personId: await findOrAddByPhone(ctx.db, body.phone), role: body.role,
  }));
};
