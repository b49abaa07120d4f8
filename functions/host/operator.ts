/** `node functions/host/run.mjs --database functions/host/operator.ts PHONE [--remove]`: makes a person an operator, or no longer one. */
import { findOrAddByPhone } from '../identity';
import { openDb } from '../kernel';

const [phone = '', option] = process.argv.slice(2);

async function main(): Promise<void> {
  if (!/^1[3-9]\d{9}$/.test(phone) || (option !== undefined && option !== '--remove')) {
    console.error('Name the phone of the person: operator.ts 13800000000, or operator.ts 13800000000 --remove');
    process.exitCode = 1;
    return;
  }
  const db = openDb(process.env.DATABASE_URL!, { max: 1 });
  try {
    const personId = await findOrAddByPhone(db, phone);
    await db.call('identity_set_operator', { personId, on: option !== '--remove' });
    console.log(option === '--remove' ? 'No longer an operator.' : 'An operator from the next login on.');
  } finally {
    await db.end();
  }
}
main().catch((error: Error) => {
  console.error(`That did not work: ${error.message}`);
  process.exitCode = 1;
});
