/** Deals and what is valid where: the public face. */
export { findStoreNames } from '../merchants';
export { isOwnPicture } from './rules';
export { getDealForOrder, isValidAt, listDealStores, saveTerms, type DealForOrder } from './store';
