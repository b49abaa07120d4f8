// What lies over a page (a sheet, a question) is closed by Escape and by the browser's back, the topmost first.
interface Over {
  close: () => void;
  /** the router's number of the entry it lies over */
  at: number;
}

const open: Over[] = [];
const top = () => open[open.length - 1];
let returned: (() => void) | null = null;

/** Answers how to end it. */
export function onDismiss(close: () => void): () => void {
  const one = { close, at: (history.state as { idx?: number } | null)?.idx ?? 0 };
  open.push(one);
  return () => void open.splice(open.indexOf(one), 1);
}

window.addEventListener('keydown', (event) => event.key === 'Escape' && top()?.close());

// Before the router hears of it (app.tsx loads this first): the step is taken back, so that the page stays; only then it closes,
// because what follows may lead on from here.
window.addEventListener('popstate', (event) => {
  const close = returned;
  const over = top();
  const steps = over ? over.at - Number((event.state as { idx?: number } | null)?.idx) : 0;
  if (!close && !(steps > 0)) return;
  event.stopImmediatePropagation();
  returned = close ? null : (over?.close ?? null);
  if (close) close();
  else history.go(steps);
}, true);
