// Which store the staff member works at: their stores, the one this person chose on this device, and whether they manage it.
import { useEffect, useState } from 'react';
import { call, useLoad, type Answer } from '@/api';
import { storage } from '@/platform';
import { usePerson } from '@/state/person';

export type StaffStore = Answer<'listMyStores'>['items'][number];

const KEY = 'juke.staff.store';

export function useStaffStore() {
  const { ready, who } = usePerson();
  const stores = useLoad(() => call('listMyStores'), [who], { ready });
  const [chosen, setChosen] = useState(() => storage.get<string>(KEY) ?? '');
  const items = stores.data?.items ?? [];
  const store = items.find((item) => item.storeId === chosen) ?? items[0] ?? null;

  const choose = (storeId: string) => {
    storage.set(KEY, storeId);
    setChosen(storeId);
  };
  // Another page of the staff may have switched meanwhile.
  useEffect(() => {
    setChosen(storage.get<string>(KEY) ?? '');
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [stores.data]);

  return { ready, stores, items, store, choose, isManager: store?.role === 'manager' };
}

export type StaffStoreModel = ReturnType<typeof useStaffStore>;
