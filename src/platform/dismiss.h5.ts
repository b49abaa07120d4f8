// What lies over a page (a sheet, a question) is closed by Escape and by the browser's back, the topmost first.
interface Over {
  close: () => void;
  /** the level of the entry it lies over */
  at: number;
}
/** `idx` is the router's number; `under` and `over` are ours. */
interface Entry {
  idx?: number;
  under?: boolean;
  over?: boolean;
}

const open: Over[] = [];
const top = () => open[open.length - 1];
const level = (entry: Entry | null) => (entry?.under ? -1 : (entry?.idx ?? 0));
let returned: (() => void) | null = null;

/** Answers how to end it. */
export function onDismiss(close: () => void): () => void {
  const entry = history.state as Entry | null;
  // Below the first entry there is nothing of ours, and back would leave the app: the same page once more on top of itself.
  if (!entry?.idx && !entry?.over) {
    history.replaceState({ ...entry, under: true }, '');
    history.pushState({ ...entry, over: true }, '');
  }
  const one = { close, at: level(history.state as Entry | null) };
  open.push(one);
  return () => void open.splice(open.indexOf(one), 1);
}

window.addEventListener('keydown', (event) => event.key === 'Escape' && top()?.close());

// Before the router hears of it (app.tsx loads this first): the step is taken back, so that the page stays; only then it closes,
// because what follows may lead on from here.
window.addEventListener('popstate', (event) => {
  const close = returned;
  const over = top();
  const to = event.state as Entry | null;
  const steps = over ? over.at - level(to) : 0;
  // Where nothing lies over the page, the way to the entry under it is the way out.
  if (!close && !(steps > 0) && !to?.under) return;
  event.stopImmediatePropagation();
  returned = close || !(steps > 0) ? null : over!.close;
  if (close) close();
  else history.go(steps > 0 ? steps : -1);
}, true);
