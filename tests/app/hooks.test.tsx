// useLoad, usePages and useAction as screens use them.
import { act, renderHook, waitFor } from '@testing-library/react';
import { dropSession, keepSession, useAction, useLoad, usePages, useSession, Failure } from '@/api';

const refused = new Failure({ code: 'SOLD_OUT', message: '抢完了', retry: 'later' });
const lost = new Failure({ code: 'TIMEOUT', message: '没回应', retry: 'later', unknown: true });

test('useLoad: an older answer never replaces a newer one', async () => {
  const answers: ((value: string) => void)[] = [];
  const { result, rerender } = renderHook(({ q }) => useLoad(() => new Promise<string>((resolve) => answers.push(resolve)), [q]), { initialProps: { q: 'a' } });
  expect(result.current.loading).toBe(true);
  rerender({ q: 'b' });
  await act(async () => answers[1]!('second'));
  await act(async () => answers[0]!('first'));
  expect(result.current.data).toBe('second');
});

test('useLoad: a failed refresh keeps what is shown and says so', async () => {
  let fail = false;
  const { result } = renderHook(() => useLoad(async () => { if (fail) throw lost; return 'shown'; }, []));
  await waitFor(() => expect(result.current.data).toBe('shown'));
  fail = true;
  await act(() => result.current.refresh());
  expect(result.current).toMatchObject({ data: 'shown', loading: false });
  expect(result.current.error?.code).toBe('TIMEOUT');
});

test('useLoad: not ready means not asked', async () => {
  const load = jest.fn(async () => 1);
  const { rerender } = renderHook(({ ready }) => useLoad(load, [], { ready }), { initialProps: { ready: false } });
  expect(load).not.toHaveBeenCalled();
  rerender({ ready: true });
  await waitFor(() => expect(load).toHaveBeenCalledTimes(1));
});

test('useLoad: who is signed out while it is asked for waits for no answer: beside the way in nothing loads', () => {
  const { result, rerender } = renderHook(({ ready }) => useLoad(() => new Promise<string>(() => undefined), [], { ready }), { initialProps: { ready: true } });
  expect(result.current.loading).toBe(true);
  rerender({ ready: false });
  expect(result.current.loading).toBe(false);
});

test('usePages: grows to the end, once per tap, and starts anew with its question', async () => {
  const load = jest.fn(async (cursor: string | undefined) => (cursor ? { items: ['c'], nextCursor: null } : { items: ['a', 'b'], nextCursor: 'x' }));
  const { result, rerender } = renderHook(({ q }) => usePages(load, [q]), { initialProps: { q: 1 } });
  await waitFor(() => expect(result.current.data).toEqual(['a', 'b']));
  expect(result.current.hasMore).toBe(true);
  await act(async () => { await Promise.all([result.current.more(), result.current.more()]); });
  expect(result.current.data).toEqual(['a', 'b', 'c']);
  expect(result.current.hasMore).toBe(false);
  rerender({ q: 2 });
  await waitFor(() => expect(result.current.data).toEqual(['a', 'b']));
});

test('usePages: asked again it asks for as many pages as were shown, and keeps them all when one does not come', async () => {
  let [of, failing] = ['v1', ''];
  const load = jest.fn(async (cursor = '') => {
    if (cursor === failing) throw lost;
    return { items: [`${of}${cursor}`], nextCursor: ({ '': 'b', b: 'c', c: 'd' } as Record<string, string>)[cursor] ?? null };
  });
  const { result } = renderHook(() => usePages(load, []));
  failing = 'none';
  await act(() => result.current.refresh());
  await act(() => result.current.more());
  await act(() => result.current.more());
  expect(result.current.data).toEqual(['v1', 'v1b', 'v1c']);
  of = 'v2';
  await act(() => result.current.refresh());
  expect(result.current).toMatchObject({ data: ['v2', 'v2b', 'v2c'], hasMore: true });
  [of, failing] = ['v3', 'c'];
  await act(() => result.current.refresh());
  expect(result.current).toMatchObject({ data: ['v2', 'v2b', 'v2c'], hasMore: true, error: lost });
});

test('usePages: a page that comes after the question changed is not put under the new list', async () => {
  let answer: () => void = () => undefined;
  const load = jest.fn(async (cursor: string | undefined) => {
    if (cursor) await new Promise<void>((resolve) => { answer = resolve; });
    return { items: [cursor ?? 'first'], nextCursor: cursor ? null : 'x' };
  });
  const { result, rerender } = renderHook(({ tab }) => usePages(load, [tab]), { initialProps: { tab: 'all' } });
  await waitFor(() => expect(result.current.hasMore).toBe(true));
  act(() => void result.current.more());
  rerender({ tab: 'used' });
  await waitFor(() => expect(result.current.data).toEqual(['first']));
  await act(async () => answer());
  expect(result.current).toMatchObject({ data: ['first'], hasMore: true, loadingMore: false });
});

describe('what one person asked for', () => {
  const as = (personId: string) => act(() => keepSession({ personId, token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 }));
  afterEach(() => act(() => dropSession()));

  test('is gone from the screen with them, also where data stays until the next answer', async () => {
    as('per_1');
    let answer: (value: string) => void = () => undefined;
    const { result } = renderHook(() => {
      const ready = useSession() !== null;
      return useLoad(() => new Promise<string>((resolve) => { answer = resolve; }), [], { ready, keep: true });
    });
    await act(async () => answer('of the first'));
    expect(result.current.data).toBe('of the first');
    act(() => dropSession());
    expect(result.current).toMatchObject({ data: null, loading: false, error: null });
    as('per_2');
    expect(result.current).toMatchObject({ data: null, loading: true });
    await act(async () => answer('of the second'));
    expect(result.current.data).toBe('of the second');
    // From one to another without a sign-out between, as where two accounts become one.
    as('per_3');
    expect(result.current).toMatchObject({ data: null, loading: true });
  });

  test('is dropped also when it comes after they left; what nobody asked for stays', async () => {
    const answers: ((value: string) => void)[] = [];
    const { result } = renderHook(() => useLoad(() => new Promise<string>((resolve) => answers.push(resolve)), []));
    await act(async () => answers[0]!('for everyone'));
    as('per_1');
    expect(result.current).toMatchObject({ data: 'for everyone', loading: false });
    act(() => void result.current.refresh());
    act(() => dropSession());
    await act(async () => answers[1]!('of the first'));
    expect(result.current).toMatchObject({ data: null, loading: true });
    await act(async () => answers[2]!('for everyone'));
    expect(result.current.data).toBe('for everyone');
  });
});

describe('useAction', () => {
  test('a double tap acts once', async () => {
    let finish: (value: string) => void = () => undefined;
    const act1 = jest.fn(() => new Promise<string>((resolve) => { finish = resolve; }));
    const { result } = renderHook(() => useAction<number, string>('pay', act1));
    await act(async () => { void result.current.run(1); void result.current.run(1); });
    expect(result.current.busy).toBe(true);
    await act(async () => finish('ok'));
    expect(act1).toHaveBeenCalledTimes(1);
    expect(result.current.busy).toBe(false);
  });

  test('F-09 without an answer the next try carries the same key; after a refusal a new one', async () => {
    const keys: string[] = [];
    const outcomes = [lost, lost, refused, null];
    const { result } = renderHook(() => useAction<number, string>('order', async (_, key) => {
      keys.push(key);
      const outcome = outcomes.shift();
      if (outcome) throw outcome;
      return 'ok';
    }));
    for (let i = 0; i < 4; i += 1) await act(async () => { await result.current.run(1); });
    expect(keys[0]).toBe(keys[1]);
    expect(keys[1]).toBe(keys[2]);
    expect(keys[3]).not.toBe(keys[2]);
    expect(result.current.error).toBeNull();
  });

  test('the failure reaches the screen', async () => {
    const onFail = jest.fn();
    const { result } = renderHook(() => useAction<null, void>('x', async () => { throw refused; }, onFail));
    await act(async () => { await result.current.run(null); });
    expect(result.current.error).toBe(refused);
    expect(onFail).toHaveBeenCalledWith(refused);
  });
});
