/** Deals and what is valid where: the public face. */
export { findStoreNames } from '../merchants';
export { isOffPeak, nextTurn, type GroupRule, type OffPeak } from './rules';
export { getDealForOrder, listDealPrices, listDealStores, saveTerms, type DealForOrder } from './store';
