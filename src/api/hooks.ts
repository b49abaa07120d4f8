// How screens load and act. useLoad: data, error, refresh. useAction: one at a time, with an idempotency key that survives.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toast } from '@/state/overlays';
import { asFailure, type Failure } from './errors';
import { dropKey, keyFor } from './keys';

export interface Loaded<T> {
  data: T | null;
  error: Failure | null;
  /** nothing to show yet */
  loading: boolean;
  /** asking again while data is shown */
  refreshing: boolean;
  /** asks again; old data stays until the answer */
  refresh: () => Promise<void>;
  /** changes the data shown, for example after an action */
  patch: (change: (data: T) => T) => void;
}

/**
 * Loads when `deps` change. An answer to an older question is dropped. With data on screen a failed refresh keeps it and sets `error`.
 * `ready: false` waits (for a parameter, for consent).
 */
export function useLoad<T>(load: () => Promise<T>, deps: readonly unknown[], options: { ready?: boolean; keep?: boolean } = {}): Loaded<T> {
  const { ready = true, keep = false } = options;
  const [state, setState] = useState<{ data: T | null; error: Failure | null; busy: boolean }>({ data: null, error: null, busy: ready });
  const latest = useRef(0);
  const loader = useRef(load);
  loader.current = load;

  const run = useCallback(async (fresh: boolean) => {
    const mine = ++latest.current;
    setState((now) => ({ data: fresh ? null : now.data, error: fresh ? null : now.error, busy: true }));
    try {
      const data = await loader.current();
      if (mine === latest.current) setState({ data, error: null, busy: false });
    } catch (error) {
      const failure = asFailure(error);
      if (mine === latest.current) setState((now) => ({ data: now.data, error: failure, busy: false }));
    }
  }, []);

  useEffect(() => {
    if (ready) void run(!keep);
    return () => {
      latest.current += 1;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [...deps, ready]);

  const refresh = useCallback(() => run(false), [run]);
  const patch = useCallback((change: (data: T) => T) => {
    setState((now) => (now.data === null ? now : { ...now, data: change(now.data) }));
  }, []);

  return { data: state.data, error: state.error, loading: state.data === null && state.busy, refreshing: state.data !== null && state.busy, refresh, patch };
}

export interface Pages<T> extends Omit<Loaded<T[]>, 'patch'> {
  hasMore: boolean;
  loadingMore: boolean;
  more: () => Promise<void>;
}

interface OnePage<T> {
  items: T[];
  nextCursor: string | null;
}

/** A list that grows page by page; `deps` start it anew. */
export function usePages<T>(load: (cursor: string | undefined) => Promise<OnePage<T>>, deps: readonly unknown[], options: { ready?: boolean } = {}): Pages<T> {
  const first = useLoad<OnePage<T>>(() => load(undefined), deps, options);
  const [growing, setGrowing] = useState<{ items: T[]; cursor: string | null; of: OnePage<T> | null; busy: boolean }>({ items: [], cursor: null, of: null, busy: false });
  const busy = useRef(false);
  const mine = growing.of === first.data;
  const cursor = mine ? growing.cursor : (first.data?.nextCursor ?? null);

  const more = async () => {
    const base = first.data;
    if (!base || !cursor || busy.current) return;
    busy.current = true;
    const before = mine ? growing.items : [];
    setGrowing({ items: before, cursor, of: base, busy: true });
    try {
      const page = await load(cursor);
      setGrowing({ items: [...before, ...page.items], cursor: page.nextCursor, of: base, busy: false });
    } catch (error) {
      toast(asFailure(error).message, 'error');
      setGrowing({ items: before, cursor, of: base, busy: false });
    } finally {
      busy.current = false;
    }
  };

  return {
    data: first.data ? [...first.data.items, ...(mine ? growing.items : [])] : null,
    error: first.error,
    loading: first.loading,
    refreshing: first.refreshing,
    refresh: first.refresh,
    hasMore: cursor !== null,
    loadingMore: mine && growing.busy,
    more,
  };
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
