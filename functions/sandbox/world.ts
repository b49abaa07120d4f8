/**
 * The stand-in's memory: one Map per table, and with a data folder an append-only JSON-lines journal. A change is
 * answered only after its line is written (group commit, no sync file calls), so a killed sandbox forgets
 * nothing it promised. On start the journal is read, last line of a key wins, and rewritten without history.
 */
import { createReadStream } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { TABLE_NAMES, type Tables } from './records';

type TableName = keyof Tables;

export interface World {
  readonly tables: { [K in TableName]: Map<string, Tables[K]> };
  get<K extends TableName>(table: K, key: string): Tables[K] | undefined;
  /** Keeps the record under its own `key`; call again after changing it. */
  save<K extends TableName>(table: K, record: Tables[K]): void;
  remove(table: TableName, key: string): void;
  /** A number that never repeats, also after a restart. */
  next(): number;
  txByTransactionId(transactionId: string): Tables['tx'] | undefined;
  prepay(prepayId: string): { txKey?: string; combineKey?: string } | undefined;
  /** Resolves when everything saved so far is on its way to the disk; at once in memory-only mode. */
  written(): Promise<void>;
  close(): Promise<void>;
}

const SEQUENCE_BLOCK = 1000;

interface Line { t: TableName; v?: { key: string }; x?: string }

const readJournal = async (path: string, apply: (line: Line) => void): Promise<void> => {
  const input = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (!line) continue;
      let parsed: Line;
      try {
        parsed = JSON.parse(line) as Line;
      } catch {
        // Only the last line can be torn: it was never answered.
        continue;
      }
      apply(parsed);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};

/** Collects lines and writes them in one piece per turn of the event loop. */
const openJournal = (file: FileHandle) => {
  let waiting: string[] = [];
  let flushing: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length) {
      const batch = waiting.join('');
      waiting = [];
      await file.appendFile(batch);
    }
    flushing = undefined;
  };
  return {
    add: (line: Line): void => {
      waiting.push(`${JSON.stringify(line)}\n`);
      flushing ??= flush();
    },
    written: async (): Promise<void> => flushing,
    close: async (): Promise<void> => {
      await flushing;
      await file.close();
    },
  };
};

export const openWorld = async (dataDir: string | undefined): Promise<World> => {
  const tables = Object.fromEntries(TABLE_NAMES.map((name) => [name, new Map()])) as unknown as World['tables'];
  const byTransactionId = new Map<string, string>();
  const byPrepayId = new Map<string, { txKey?: string; combineKey?: string }>();

  const index = (table: TableName, record: { key: string }): void => {
    if (table === 'tx') {
      const tx = record as Tables['tx'];
      if (tx.transactionId) byTransactionId.set(tx.transactionId, tx.key);
      if (tx.mode !== 'combine') byPrepayId.set(tx.prepayId, { txKey: tx.key });
    } else if (table === 'combine') {
      byPrepayId.set((record as Tables['combine']).prepayId, { combineKey: record.key });
    }
  };
  const put = (table: TableName, record: { key: string }): void => {
    (tables[table] as Map<string, unknown>).set(record.key, record);
    index(table, record);
  };

  let journal: ReturnType<typeof openJournal> | undefined;
  if (dataDir) {
    const path = join(dataDir, 'journal.jsonl');
    await readJournal(path, (line) => {
      if (!(line.t in tables)) return;
      if (line.v) put(line.t, line.v);
      else if (line.x !== undefined) tables[line.t].delete(line.x);
    });
    const fresh = await open(`${path}.tmp`, 'w');
    for (const name of TABLE_NAMES) {
      const lines = [...tables[name].values()].map((v) => `${JSON.stringify({ t: name, v })}\n`);
      for (let i = 0; i < lines.length; i += 5000) await fresh.appendFile(lines.slice(i, i + 5000).join(''));
    }
    await fresh.sync();
    await fresh.close();
    await rename(`${path}.tmp`, path);
    journal = openJournal(await open(path, 'a'));
  }

  const world: World = {
    tables,
    get: (table, key) => tables[table].get(key) as never,
    save: (table, record) => {
      put(table, record);
      journal?.add({ t: table, v: record });
    },
    remove: (table, key) => {
      tables[table].delete(key);
      journal?.add({ t: table, x: key });
    },
    next: () => {
      // Reserved in blocks, so that one number does not cost one journal line.
      sequence += 1;
      if (sequence >= reserved) {
        reserved = sequence + SEQUENCE_BLOCK;
        world.save('meta', { key: 'sequence', value: reserved });
      }
      return sequence;
    },
    txByTransactionId: (id) => tables.tx.get(byTransactionId.get(id) ?? ''),
    prepay: (id) => byPrepayId.get(id),
    written: async () => journal?.written(),
    close: async () => journal?.close(),
  };
  let sequence = tables.meta.get('sequence')?.value ?? 0;
  let reserved = sequence;
  return world;
};
