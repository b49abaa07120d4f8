// `npm start`: everything from one command. This file only checks Node, in words an old Node still reads.
import process from 'node:process';
import { refuseNode } from './node-version.mjs';

const refusal = refuseNode();
if (refusal) {
  console.error(refusal);
  process.exitCode = 1;
} else {
  const { start } = await import('./start-all.mjs');
  await start(process.argv.slice(2));
}
