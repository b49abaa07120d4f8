/** The operator enters a store of a merchant. Position in GCJ-02 micro-degrees, opening hours in minutes of the day (past midnight: closes ≤ opens). */
import { newId, type Story } from '../kernel';
import { saveStore } from './store';

export const createStore: Story<'createStore'> = (ctx, { params, body }) =>
  saveStore(ctx.db, {
    idem: ctx.idem, storeId: newId('sto'), merchantId: params.merchantId, name: body.name, address: body.address, phone: body.phone, latE6: body.latE6, lngE6: body.lngE6,
    opensAtMinute: body.opensAtMinute, closesAtMinute: body.closesAtMinute,
  });
