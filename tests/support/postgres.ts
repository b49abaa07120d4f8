// A database of its own for a test or a test file: a copy of the migrated template, on the run's one real PostgreSQL.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  url: string;
  /** Cuts whatever is still connected and removes the database. */
  drop: () => Promise<void>;
}

/** Takes some 50 ms. Parallel workers never share one. `empty: true` gives a database without our tables. */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const name = `test_${process.env.JEST_WORKER_ID ?? '0'}_${randomBytes(6).toString('hex')}`;
  await maintain(
    `create database ${name} template ${empty ? 'template0' : 'juke'} strategy ${empty ? 'wal_log' : 'file_copy'}`,
  );
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => maintain(`drop database if exists ${name} with (force)`) };
}

async function maintain(sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl(), application_name: 'juke-test' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env.JUKE_TEST_DATABASE;
  if (!url) throw new Error('No test database: this project of config/jest.config.mjs lacks the global setup.');
  return url;
}
