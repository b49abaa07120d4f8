// Searching while the person types: what is asked lags 300 ms behind the field.
import { useEffect, useState } from 'react';
import { QUERY_MAX_CHARS } from '@contract/limits';
import { call, usePages } from '@/api';
import { atOf, useHere } from '@/state/place';
import { forgetSearches, keepSearch, useSearches } from '@/state/searches';
import { useLanguage } from '@/state/settings';

const PAUSE_MS = 300;

type SearchTab = 'deals' | 'shops';

export function useSearch() {
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState('');
  const [tab, setTab] = useState<SearchTab>('deals');
  const history = useSearches();
  const here = useHere();
  const language = useLanguage();

  useEffect(() => {
    const next = typed.trim().slice(0, QUERY_MAX_CHARS);
    if (!next) {
      setAsked('');
      return;
    }
    const timer = setTimeout(() => setAsked(next), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const query = { ...atOf(here), q: asked };
  const deals = usePages((cursor) => call('listDeals', { query: { ...query, cursor } }), [asked, here, language], { ready: asked !== '' });
  const shops = usePages((cursor) => call('listStores', { query: { ...query, cursor } }), [asked, here, language], { ready: asked !== '' && tab === 'shops' });

  return {
    typed,
    /** the words the lists answer; '' before anything was typed */
    asked,
    tab,
    history,
    deals,
    shops,
    type: setTyped,
    setTab,
    /** at once, and remembered */
    submit: (words: string) => {
      const next = words.trim().slice(0, QUERY_MAX_CHARS);
      setTyped(next);
      setAsked(next);
      if (next) keepSearch(next);
    },
    /** a result was opened: the words were good */
    keepAsked: () => {
      if (asked) keepSearch(asked);
    },
    clearHistory: forgetSearches,
  };
}
