// Babel for Taro's builds only; tests compile with swc. The mini-program's engines (base library 3: V8 on Android, JavaScriptCore of
// iOS 12 and later) know classes, spread and async functions: written down for older ones the package grows by an eighth.
const targets = process.env.TARO_ENV === 'weapp' ? { targets: { ios: '12', chrome: '80' } } : {};

module.exports = {
  presets: [['taro', { framework: 'react', ts: true, compiler: 'webpack5', useBuiltIns: false, ...targets }]],
};
