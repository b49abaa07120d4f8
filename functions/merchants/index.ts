/** Merchants, stores and staff: the public face. */
export { leaveJobs } from './leave-jobs';
export { countStores, findManagers, findMerchant, findStaff, findStoreNames } from './store';
