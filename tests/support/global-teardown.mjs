// After the last test file: the run's PostgreSQL goes, with everything in it.
export default async function teardown() {
  await globalThis.jukeStopTestDatabase?.();
}
