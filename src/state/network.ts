// Whether the device has a network, for the strip above pages and for voucher codes that work without.
import { isOnline, onNetworkChange } from '@/platform';
import { createStore, useStore } from './store';

const online = createStore(true);

isOnline().then(online.set, () => undefined);
onNetworkChange((next) => online.set(next));

export const useOnline = (): boolean => useStore(online);
