/** `node functions/host/run.mjs --database functions/host/operator.ts PHONE`: makes a person an operator, or no longer one. */
import { findOrAddByPhone } from '../identity';
import { openDb } from '../kernel';

const HELP = `node functions/host/run.mjs --database functions/host/operator.ts PHONE [--remove]

Makes the person with this phone an operator from the next login on; somebody new is added. DATABASE_URL names the
database; without one it is the local database of this checkout.

  --remove   no longer an operator
  --help     this text`;

async function main(args: readonly string[]): Promise<string | null> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return null;
  }
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--remove');
  if (unknown !== undefined) return `There is no option ${unknown}: --help tells what there is.`;
  const [phone = '', ...more] = args.filter((arg) => arg !== '--remove');
  if (!/^1[3-9]\d{9}$/.test(phone) || more.length > 0)
    return 'Name the phone of one person: operator.ts 13800000000, or operator.ts 13800000000 --remove';
  const url = process.env.DATABASE_URL;
  if (!url) return 'DATABASE_URL is not set: run this with --database before the file, which finds the local database.';
  return setOperator(url, phone, !args.includes('--remove'));
}

async function setOperator(url: string, phone: string, on: boolean): Promise<string | null> {
  const db = openDb(url, { max: 1 });
  try {
    const personId = await findOrAddByPhone(db, phone);
    await db.call('identity_set_operator', { personId, on });
    console.log(on ? 'An operator from the next login on.' : 'No longer an operator.');
    return null;
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return code === '42P01' || code === '42883'
      ? 'The database has no tables of ours yet: start the system once, or run functions/host/migrate.ts.'
      : `That did not work: ${message}`;
  } finally {
    await db.end();
  }
}

void main(process.argv.slice(2)).then((refusal) => {
  if (refusal) console.error(refusal);
  process.exitCode = refusal ? 1 : 0;
});
