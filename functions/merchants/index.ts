/** Merchants, stores and staff: the public face. */
export { findManagers, findMerchant, findStaff, findStoreNames, findStores, findSubMchid, type MerchantRow, type StoreRow } from './store';
