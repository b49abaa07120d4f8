// How screens load and act. useLoad: data, error, refresh. useAction: one at a time, with an idempotency key that survives.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toast } from '@/state/overlays';
import { asFailure, type Failure } from './errors';
import { dropKey, keyFor } from './keys';
import { getSession, useSession } from './session';

export interface Loaded<T> {
  data: T | null;
  error: Failure | null;
  /** nothing to show yet; not while it waits to be ready: whoever was signed out meanwhile is asked to sign in */
  loading: boolean;
  /** asking again while data is shown */
  refreshing: boolean;
  /** asks again; old data stays until the answer */
  refresh: () => Promise<void>;
  /** changes the data shown, for example after an action */
  patch: (change: (data: T) => T) => void;
}

interface Held<T> {
  data: T | null;
  error: Failure | null;
  busy: boolean;
  /** who asked; undefined: nobody was signed in */
  of?: string;
  /** how often somebody left with what they had asked for */
  left: number;
}

/**
 * Loads when `deps` change. An answer to an older question is dropped. With data on screen a failed refresh keeps it and sets `error`.
 * `ready: false` waits (for a parameter, for consent). What one person asked for is gone when they are: nobody sees it after them.
 * `load` is told whether it starts anew.
 */
export function useLoad<T>(load: (isNew: boolean) => Promise<T>, deps: readonly unknown[], options: { ready?: boolean; keep?: boolean } = {}): Loaded<T> {
  const { ready = true, keep = false } = options;
  const [state, setState] = useState<Held<T>>({ data: null, error: null, busy: ready, left: 0 });
  const latest = useRef(0);
  const loader = useRef(load);
  loader.current = load;
  const person = useSession()?.personId;
  if (state.of && state.of !== person) setState({ data: null, error: null, busy: ready, left: state.left + 1 });

  const run = useCallback(async (isNew: boolean) => {
    const mine = ++latest.current;
    const asker = getSession()?.personId;
    setState((now) => ({ ...now, ...(isNew ? { data: null, error: null } : {}), busy: true }));
    const show = (more: Partial<Held<T>>) => mine === latest.current && setState((now) => ({ ...now, ...more, busy: false }));
    try {
      const data = await loader.current(isNew);
      // In a mini-program the first call signs in.
      show({ data, error: null, of: asker ?? getSession()?.personId });
    } catch (error) {
      const failure = asFailure(error);
      show({ error: failure });
    }
  }, []);

  useEffect(() => {
    if (ready) void run(!keep);
    return () => {
      latest.current += 1;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [...deps, ready, state.left]);

  const refresh = useCallback(() => run(false), [run]);
  const patch = useCallback((change: (data: T) => T) => {
    setState((now) => (now.data === null ? now : { ...now, data: change(now.data) }));
  }, []);

  return { data: state.data, error: state.error, loading: ready && state.data === null && state.busy, refreshing: state.data !== null && state.busy, refresh, patch };
}

interface Pages<T> extends Omit<Loaded<T[]>, 'patch'> {
  hasMore: boolean;
  loadingMore: boolean;
  more: () => Promise<void>;
}

interface OnePage<T> {
  items: T[];
  nextCursor: string | null;
}

const endOf = (pages: OnePage<unknown>[]): string | null => pages[pages.length - 1]!.nextCursor;

/** A list that grows page by page; `deps` start it anew, and a refresh asks for as many pages as were shown. */
export function usePages<T>(load: (cursor: string | undefined) => Promise<OnePage<T>>, deps: readonly unknown[], options: { ready?: boolean } = {}): Pages<T> {
  const shown = useRef<OnePage<T>[]>([]);
  const question = useRef(0);
  const { data, error, loading, refreshing, refresh, patch } = useLoad<OnePage<T>[]>(async (isNew) => {
    if (isNew) question.current += 1;
    const pages = [await load(undefined)];
    for (let next = pages[0]!.nextCursor; next && !isNew && pages.length < shown.current.length; next = endOf(pages)) pages.push(await load(next));
    return pages;
  }, deps, options);
  shown.current = data ?? [];
  const cursor = data && endOf(data);
  const [isGrowing, setGrowing] = useState(false);
  const busy = useRef(false);

  const more = async () => {
    if (!cursor || busy.current) return;
    const asked = question.current;
    busy.current = true;
    setGrowing(true);
    try {
      const page = await load(cursor);
      // Meanwhile it may be another list, or end elsewhere.
      patch((now) => (asked === question.current && endOf(now) === cursor ? [...now, page] : now));
    } catch (failure) {
      toast(asFailure(failure).message, 'error');
    } finally {
      busy.current = false;
      setGrowing(false);
    }
  };

  const items = useMemo(() => data?.flatMap((page) => page.items) ?? null, [data]);
  return { data: items, error, loading, refreshing, refresh, hasMore: cursor !== null, loadingMore: isGrowing, more };
}

export interface Action<I, O> {
  busy: boolean;
  error: Failure | null;
  /** undefined when it failed (see error) or was already running */
  run: (input: I) => Promise<O | undefined>;
  clear: () => void;
}

/**
 * One act at a time. `act` gets the input and an idempotency key, stored under `scope` before anything is sent and kept while
 * nobody knows whether the server acted. `onFail` gets the failure too.
 */
export function useAction<I, O>(scope: string, act: (input: I, idempotencyKey: string) => Promise<O>, onFail?: (failure: Failure) => void): Action<I, O> {
  const [state, setState] = useState<{ busy: boolean; error: Failure | null }>({ busy: false, error: null });
  const running = useRef(false);
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const run = async (input: I): Promise<O | undefined> => {
    if (running.current) return undefined;
    running.current = true;
    setState({ busy: true, error: null });
    try {
      const answer = await act(input, keyFor(scope, input));
      dropKey(scope);
      if (alive.current) setState({ busy: false, error: null });
      return answer;
    } catch (error) {
      const failure = asFailure(error);
      if (!failure.unknown) dropKey(scope);
      if (alive.current) setState({ busy: false, error: failure });
      onFail?.(failure);
      return undefined;
    } finally {
      running.current = false;
    }
  };

  return { ...state, run, clear: () => setState({ busy: false, error: null }) };
}
