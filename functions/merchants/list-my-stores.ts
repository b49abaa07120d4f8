/** Where the signed-in person may act as staff. */
import { me, type Story } from '../kernel';
import { listStoresOf } from './store';

export const listMyStores: Story<'listMyStores'> = async (ctx) => ({ items: await listStoresOf(ctx.db, me(ctx).personId) });
