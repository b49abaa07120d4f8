// Release builds: nothing beyond the common settings but quiet output and no source maps.
import type { UserConfigExport } from '@tarojs/cli';

export default {
  logger: { quiet: true, stats: false },
  mini: { debugReact: false },
  h5: { enableSourceMap: false },
} satisfies UserConfigExport<'webpack5'>;
