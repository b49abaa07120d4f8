/** Every module's stories behind one pipeline: what the long-running host serves, and what Lambda serves in parts. */
import { createHandler, type App, type Handler, type RawRoute, type Stories } from '../kernel';
import { stories as catalog } from '../catalog/handler';
import { stories as coupons } from '../coupons/handler';
import { identityRoutes, stories as identity } from '../identity/handler';
import { findStaff } from '../merchants';
import { stories as merchants } from '../merchants/handler';
import { orderRoutes, stories as orders } from '../orders/handler';
import { shareRoutes } from '../referrals';
import { stories as referrals } from '../referrals/handler';
import { stories as refunds } from '../refunds/handler';
import { stories as settlement } from '../settlement/handler';
import { rawRoutes } from '../views';
import { stories as views } from '../views/handler';
import { stories as vouchers } from '../vouchers/handler';

const allStories: Stories = { ...identity, ...merchants, ...catalog, ...coupons, ...referrals, ...vouchers, ...orders, ...refunds, ...settlement, ...views };
const allRaw: RawRoute[] = [...orderRoutes, ...shareRoutes, ...identityRoutes, ...rawRoutes];

export const allRoutes = (getApp: () => Promise<App>, afterMoney?: () => void): Handler =>
  createHandler(getApp, allStories, { findStaff, raw: allRaw, ...(afterMoney ? { afterMoney } : {}) });
