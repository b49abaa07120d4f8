// The parts of the test suite, one jest project each. `npm test -- <part>` runs one; tests/run.mjs knows what each part
// needs first.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rootDir = join(dirname(fileURLToPath(import.meta.url)), '..');

// Packages that exist as native modules only: jest loads CommonJS, so these are compiled too.
const nativeOnly = ['@noble', 'qr'];

/** configFile and swcrc off: the app's babel.config.js and any .swcrc are none of the tests' business. */
const swc = [
  '@swc/jest',
  {
    configFile: false,
    swcrc: false,
    sourceMaps: 'inline',
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', tsx: true },
      transform: { react: { runtime: 'automatic' } },
    },
    module: { type: 'commonjs' },
  },
];

const base = {
  rootDir,
  testEnvironment: 'node',
  transform: { '\\.[cm]?[jt]sx?$': swc },
  transformIgnorePatterns: [`/node_modules/(?!(${nativeOnly.join('|')})/)`],
  moduleNameMapper: {
    '^@contract/(.*)$': '<rootDir>/functions/contract/$1',
    '^@/(.*)$': '<rootDir>/src/$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.juke/', '<rootDir>/.serverless/', '<rootDir>/.esbuild/'],
};

const database = {
  globalSetup: '<rootDir>/tests/support/global-setup.mjs',
  globalTeardown: '<rootDir>/tests/support/global-teardown.mjs',
};

const part = (name, more = {}) => ({
  ...base,
  displayName: name,
  testMatch: [`<rootDir>/tests/${name}/**/*.test.{ts,tsx}`],
  ...more,
});

export default {
  rootDir,
  // Only what hangs ends here: a busy machine takes many times what a quiet one does.
  testTimeout: 240_000,
  projects: [
    part('rules'),
    part('stories', database),
    part('races', database),
    part('faults', database),
    part('abuse', database),
    part('sim', database),
    part('sandbox', database),
    part('app', {
      testEnvironment: 'jsdom',
      setupFilesAfterEnv: ['<rootDir>/tests/app/support/setup.ts'],
      moduleNameMapper: {
        ...base.moduleNameMapper,
        '\\.s?css$': '<rootDir>/tests/app/support/nothing.ts',
        '^@tarojs/components$': '<rootDir>/tests/app/support/taro-components.tsx',
        '^@tarojs/taro$': '<rootDir>/tests/app/support/taro.ts',
      },
    }),
    part('weapp', database),
    part('e2e', database),
    part('tidy', database),
    part('sizes'),
  ],
};
