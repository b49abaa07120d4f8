// Where code of the browser build lands. Taro's default copies shared code into every page chunk; here React, Taro and
// what several pages use are separate files, so that the first load stays within its budget.

interface Chain {
  optimization: { splitChunks: (options: Record<string, unknown>) => void };
  performance: { hints: (value: boolean) => void };
}

interface Module {
  resource?: string;
}

interface Graph {
  getModuleChunks: (module: Module) => object[];
  getChunkModulesIterable: (chunk: object) => Iterable<Module>;
}

/** Whether the page that opens first uses this module. */
function isOnHome(): (module: Module, context: { chunkGraph: Graph }) => boolean {
  const known = new WeakMap<object, boolean>();
  return (module, { chunkGraph }) =>
    chunkGraph.getModuleChunks(module).some((chunk) => {
      let answer = known.get(chunk);
      if (answer === undefined) {
        answer = [...chunkGraph.getChunkModulesIterable(chunk)].some(({ resource }) => /[\\/]src[\\/]pages[\\/]index[\\/]index\.tsx/.test(resource ?? ''));
        known.set(chunk, answer);
      }
      return answer;
    });
}

export function splitH5(chain: unknown): void {
  const { optimization, performance } = chain as Chain;
  performance.hints(false);
  optimization.splitChunks({
    chunks: 'all',
    minSize: 8_000,
    hidePathInfo: true,
    cacheGroups: {
      default: false,
      defaultVendors: false,
      framework: {
        name: 'framework',
        test: /[\\/]node_modules[\\/](react|react-dom|scheduler)[\\/]/,
        priority: 120,
        enforce: true,
      },
      taro: { name: 'taro', chunks: 'initial', test: /[\\/]node_modules[\\/]@tarojs[\\/]/, priority: 100, enforce: true },
      // QR codes and voucher codes: only the pages that draw them load them.
      codes: {
        name: 'codes',
        chunks: 'async',
        test: /[\\/]node_modules[\\/](qr|@noble)[\\/]|[\\/]components[\\/](qr-code|poster|voucher-card)[\\/]/,
        priority: 30,
        enforce: true,
      },
      // What home shares with others comes with it; what only others share must not.
      first: { name: 'first', chunks: 'async', test: isOnHome(), minChunks: 2, priority: 25, enforce: true },
      shared: { name: 'shared', chunks: 'async', minChunks: 2, priority: 20, reuseExistingChunk: true },
      common: { name: 'common', chunks: 'initial', minChunks: 2, priority: 10, reuseExistingChunk: true },
    },
  });
}
