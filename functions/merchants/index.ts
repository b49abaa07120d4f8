/** Merchants, stores and staff: the public face. */
export { findManagers, findStaff, findStoreNames, findSubMchid } from './store';
