/** One run of the app, from its cold start to its end. */
import { createSelectorQuery } from './canvas';
import { createRealm, type Realm } from './realm';
import { createStack, type Stack } from './stack';
import { createTimers } from './timers';
import { createView, onEngineProblem, type Rendered, type View } from './view';
import { createWx } from './wx';

type DeviceParts = Omit<Parameters<typeof createWx>[0], 'later' | 'own'>;
export interface Running { realm: Realm; view: View; stack: Stack; /** the share button tapped last */ button: Rendered | null; stop(): void }

export function run(parts: DeviceParts, problems: string[]): Running {
  const timers = createTimers((error) => problems.push(String((error as Error)?.stack ?? error)));
  const app: { options?: Record<string, unknown> } = {};
  const wx: Record<string, unknown> = {};
  let stack: Stack | null = null;
  const tellError = (...what: unknown[]) => problems.push(what.map((one) => String((one as Error)?.stack ?? one)).join(' '));
  const deafen = onEngineProblem((problem) => problems.push(problem));
  const quiet = () => undefined;
  const realm = createRealm({
    wx, ...timers.globals, console: { log: quiet, info: quiet, debug: quiet, warn: quiet, error: tellError },
    App: (options: Record<string, unknown>) => (app.options = options), getApp: () => app.options, getCurrentPages: () => (stack?.pages() ?? []).map(({ instance }) => instance),
  });
  const later = (act: () => void) => timers.globals.setTimeout(act, 0);
  const view = createView(realm.own);
  stack = createStack(realm, view, later, parts.note);
  const device = { ...parts, later, own: realm.own };
  Object.assign(wx, createWx(device, stack.abilities), { createSelectorQuery: () => createSelectorQuery(() => stack!.front().root) });

  const tellApp = (event: string, given?: unknown) => {
    const handler = app.options?.[event];
    if (typeof handler === 'function') handler.call(app.options, given);
  };
  realm.load('app');
  tellApp('onLaunch', realm.own(parts.enter));
  tellApp('onShow', realm.own(parts.enter));
  stack.start(parts.enter.path, parts.enter.query);
  return {
    realm, view, stack, button: null,
    stop: () => {
      stack!.close();
      tellApp('onHide');
      timers.stop();
      deafen();
    },
  };
}
