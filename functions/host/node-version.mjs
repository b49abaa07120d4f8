// The one thing that must be there already. In words that an old Node still reads, and without an import.

/** A sentence when this Node is too old, else undefined. */
export function refuseNode(version = process.versions.node, command = 'npm start') {
  const [major, minor] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Juke needs Node 20.19 or newer and this is ${version}: install a newer one from nodejs.org and run ${command} again.`;
}
