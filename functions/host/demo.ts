/**
 * The demo city, made once per database at the first start in demo mode: its market and about two weeks of history, played
 * through the real stories in a clock that is set back and ends at the real time (I-25). A database with other data is left alone.
 */
import { demoPeople } from '../identity';
import type { App } from '../kernel';
import { city as wholeCity } from './demo-city';
import { playHistory, type DemoSize } from './demo-history';
import { beginMark, finishMark, forgetCity, hasData, onlyMaker, readMark } from './demo-store';
import { openWorld, sandboxOf } from './demo-world';

interface SignIn {
  who: string;
  name: string;
  phone: string;
  role: string;
}
const WHOLE: DemoSize = { city: wholeCity, perDay: 11 };

/** Makes the city unless it is there; answers who can be tried. `say` tells people how far it is. */
export async function seedDemo(app: App, say: (words: string) => void, size: DemoSize = WHOLE): Promise<SignIn[]> {
  if (!app.config.sandboxUrl) {
    say('No demo city was made: it needs the sandbox, and this is WeChat itself.');
    return [];
  }
  return onlyMaker(app.config.databaseUrl, async () => {
    const mark = await readMark(app.db);
    if (mark?.state === 'made') {
      await followClock(app);
      return signIns(app, mark.friendToken);
    }
    if (mark) {
      say('The demo city was left half made last time: making it anew.');
      await forgetCity(app);
    } else if (await hasData(app.db)) {
      say('This database holds other data, so no demo city was made.');
      return [];
    }
    return signIns(app, await make(app, say, size));
  });
}

async function make(app: App, say: (words: string) => void, size: DemoSize): Promise<string | null> {
  const startedAt = performance.now();
  await beginMark(app.db);
  const world = openWorld(app);
  const before = await patientSandbox(app);
  const friendToken = await playHistory(world, size, say);
  await sandboxOf(app)('settings', before);
  await finishMark(app.db, friendToken);
  say(`The demo city is made (${Math.round((performance.now() - startedAt) / 1_000)} s).`);
  return friendToken;
}

/** While two weeks pass in a minute, WeChat's refunds and splits are done at once. Answers how it was before. */
async function patientSandbox(app: App): Promise<Record<string, unknown>> {
  const { refundDelayMs, splitDelayMs } = await sandboxOf(app)<Record<string, unknown>>('settings');
  await sandboxOf(app)('settings', { refundDelayMs: 0, splitDelayMs: 0 });
  return { refundDelayMs, splitDelayMs };
}

/** Time moved in an earlier run stays in the database; a sandbox that was started anew is told. */
async function followClock(app: App): Promise<void> {
  const [row] = await app.db.query<{ clock: { offsetMs: number } }>('SELECT kernel_read_clock() AS clock');
  await sandboxOf(app)('clock', { offsetMs: row!.clock.offsetMs });
}

const PLACES: Partial<Record<string, string>> = { clerk: '渡口老灶 桥弄街店', manager: '渡口老灶' };

async function signIns(app: App, friendToken: string | null): Promise<SignIn[]> {
  return demoPeople.map(({ who, name, phone, role }) => {
    const place = PLACES[who] ? `，${PLACES[who]}` : '';
    const invited = who === 'friend' && friendToken ? `，林小满的邀请：${app.config.publicUrl}/s/${friendToken}` : '';
    return { who, name, phone, role: `${role.zh}${place}${invited}` };
  });
}
