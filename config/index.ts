// How Taro builds the app for the mini-program (weapp) and the browser (h5). One source, two outputs:
// dist/weapp and dist/h5. The contract lives outside src/, so it is named for the compiler on both targets.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type UserConfigExport } from '@tarojs/cli';
import devConfig from './dev';
import prodConfig from './prod';
import { splitH5 } from './h5-chunks';

const root = path.resolve(__dirname, '..');
const contract = path.join(root, 'functions', 'contract');
// Packages written for newer engines than old phones have.
const modern = /[\\/]node_modules[\\/](qr|@noble[\\/]hashes|query-string|decode-uri-component|filter-obj|split-on-first)[\\/]/;
const compiled = (file: string) => file.startsWith(contract) || modern.test(file);

// The mini-program needs an absolute address; the browser build is served by the host that serves /api.
const apiBase = process.env.TARO_APP_API_BASE ?? 'http://127.0.0.1:8787';

// Taro's own settings escape Chinese for the mini-program and hardly compress it, and keep quotes and names for old browsers:
// all of it is weight. What stands here under `compress` are terser's own defaults.
const minified = {
  keep_fnames: false,
  compress: {
    ecma: 2017, arrows: true, collapse_vars: true, comparisons: true, computed_props: true, directives: true, hoist_props: true, inline: true, loops: true, negate_iife: true, properties: true,
    reduce_funcs: true, reduce_vars: true, switches: true, typeofs: true,
  },
  output: { ecma: 2017, ascii_only: false, keep_quoted_props: false, quote_keys: false },
};

export default defineConfig(async (merge) => {
  // functions/host/build-app.mjs builds aside and notes what is in dist; who builds by hand puts something else there.
  const target = process.env.TARO_ENV ?? 'weapp';
  const outputRoot = process.env.JUKE_OUTPUT ?? `dist/${target}`;
  if (!process.env.JUKE_OUTPUT) rmSync(path.join(root, '.juke', 'build', `${target}.stamp`), { force: true });
  const base: UserConfigExport<'webpack5'> = {
    projectName: 'juke',
    date: '2026-11-20',
    designWidth: 390,
    deviceRatio: { 390: 1, 640: 1, 750: 1, 828: 1 },
    sourceRoot: 'src',
    outputRoot,
    framework: 'react',
    compiler: { type: 'webpack5', prebundle: { enable: false } },
    plugins: ['@tarojs/plugin-framework-react', path.join(__dirname, 'weapp-plugin.ts')],
    cache: { enable: false },
    alias: { '@': path.join(root, 'src'), '@contract': contract },
    defineConstants: {
      JUKE_API_BASE: JSON.stringify(process.env.TARO_ENV === 'h5' ? '' : apiBase),
      JUKE_VERSION: JSON.stringify('0.1.0'),
    },
    copy: {
      patterns: (target === 'weapp' ? ['theme.json', 'sitemap.json'] : ['assets/favicon.svg']).map((file) => ({ from: `src/${file}`, to: `${outputRoot}/${path.basename(file)}` })),
      options: {},
    },
    sass: { data: "@use '@/styles/mixins' as *;" },
    terser: { config: minified },
    mini: {
      compile: { include: [compiled] },
      optimizeMainPackage: { enable: true },
      // Nothing here writes HTML, so Taro's parser of it stays out.
      runtime: { enableInnerHTML: false },
      postcss: { pxtransform: { enable: false, config: {} } },
      miniCssExtractPluginOption: { ignoreOrder: true },
    },
    h5: {
      publicPath: '/',
      staticDirectory: 'static',
      router: { mode: 'browser' },
      compile: { include: [compiled] },
      output: {
        filename: 'js/[name].[contenthash:8].js',
        chunkFilename: 'chunk/[name].[contenthash:8].js',
      },
      miniCssExtractPluginOption: {
        ignoreOrder: true,
        filename: 'css/[name].[contenthash:8].css',
        chunkFilename: 'css/[name].[contenthash:8].css',
      },
      postcss: {
        autoprefixer: { enable: true, config: {} },
        pxtransform: { enable: false, config: {} },
      },
      webpackChain: splitH5,
    },
  };
  return merge({}, base, process.env.NODE_ENV === 'development' ? devConfig : prodConfig);
});
