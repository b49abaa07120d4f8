// `npm start`: everything from one command. This file only checks Node, in words an old Node still reads.
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  const { start } = await import('./start-all.mjs');
  await start(process.argv.slice(2));
} else {
  console.error(
    `Juke needs Node 20.19 or newer and this is ${process.versions.node}: install a newer one from nodejs.org ` +
      'and run npm start again.',
  );
  process.exitCode = 1;
}
