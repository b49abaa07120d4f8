// Watch builds: the API host of `npm start` answers /api and /media.
import type { UserConfigExport } from '@tarojs/cli';

const host = 'http://127.0.0.1:8787';

export default {
  logger: { quiet: false, stats: false },
  h5: { devServer: { host: '127.0.0.1', port: 10086, open: false, proxy: { '/api': host, '/media': host } } },
} satisfies UserConfigExport<'webpack5'>;
