/** Timers of one app: they end with it, and what a callback throws is told. Ids are numbers, as on a device. */
export function createTimers(onError: (error: unknown) => void) {
  const open = new Set<NodeJS.Timeout>();
  let ended = false;
  const guarded = (act: (...given: unknown[]) => void, given: unknown[]) => {
    try {
      if (!ended) act(...given);
    } catch (error) {
      onError(error);
    }
  };
  const ids = new Map<number, NodeJS.Timeout>();
  let lastId = 0;
  const keep = (timer: NodeJS.Timeout) => {
    timer.unref();
    open.add(timer);
    ids.set((lastId += 1), timer);
    return lastId;
  };
  const clear = (id: number) => {
    const timer = ids.get(id);
    if (timer) clearTimeout(timer);
    if (timer) open.delete(timer);
    ids.delete(id);
  };
  return {
    globals: {
      setTimeout: (act: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => keep(setTimeout(() => guarded(act, given), ms)),
      setInterval: (act: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => keep(setInterval(() => guarded(act, given), ms)),
      clearTimeout: clear,
      clearInterval: clear,
    },
    stop: () => {
      ended = true;
      for (const timer of open) clearTimeout(timer);
    },
  };
}
