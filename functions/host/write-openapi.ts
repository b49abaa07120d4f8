/** `npm run openapi`: writes the API's document beside the contract that it is built from. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiText } from '../views';

const file = join('functions', 'contract', 'openapi.json');
writeFileSync(file, openApiText());
console.log(`Wrote ${file}.`);
