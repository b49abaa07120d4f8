/** A TypeScript file of ours that needs no package, for configuration that is read before anything is bundled. */
const { buildSync } = require('esbuild');
const { join } = require('node:path');
const Module = require('node:module');

const root = join(__dirname, '..');

/** @param {string} file from the root of the checkout */
module.exports = (file) => {
  const { outputFiles } = buildSync({ entryPoints: [join(root, file)], bundle: true, write: false, platform: 'node', format: 'cjs' });
  const loaded = new Module(file);
  loaded._compile(outputFiles[0].text, join(root, file.replace(/\.ts$/, '.cjs')));
  return loaded.exports;
};
