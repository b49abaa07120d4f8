/** Deals and what is valid where: the public face. */
export { isOffPeak, nextTurn } from './rules';
export { getDealForOrder, listDealPrices, listDealStores, type DealForOrder } from './store';
