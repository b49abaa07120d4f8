/** Deals and what is valid where: the public face. */
export { findStoreNames } from '../merchants';
export { getDealForOrder, isValidAt, listDealStores, saveTerms, type DealForOrder } from './store';
