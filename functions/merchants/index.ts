/** Merchants, stores and staff: the public face. */
export { countStores, findManagers, findMerchant, findStaff, findStoreNames } from './store';
