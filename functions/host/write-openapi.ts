/** `npm run openapi`: writes the API's document beside the contract that it is built from. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiText } from '../views';
import { findRoot } from './env.mjs';

const FILE = join('functions', 'contract', 'openapi.json');
const HELP = `npm run openapi

Writes ${FILE} from the contract: after every change of a route or a shape.

  --help   this text`;

const [option] = process.argv.slice(2);
if (option === '--help' || option === '-h') console.log(HELP);
else if (option !== undefined) {
  console.error(`There is no option ${option}: npm run openapi -- --help tells what there is.`);
  process.exitCode = 1;
} else {
  writeFileSync(join(findRoot(), FILE), openApiText());
  console.log(`Wrote ${FILE}.`);
}
