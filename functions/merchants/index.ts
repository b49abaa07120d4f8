/** Merchants, stores and staff: the public face. */
export { findManagers, findMerchant, findStaff, findStoreNames } from './store';
