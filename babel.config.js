// Babel for Taro's builds only; tests compile with swc. Taro's preset does not read browserslist by itself, and code for
// engines older than those (iOS 12, Chrome 80; the mini-program's base library 3 runs on the same) is an eighth longer.
module.exports = {
  presets: [['taro', { framework: 'react', ts: true, compiler: 'webpack5', useBuiltIns: false, targets: { ios: '12', chrome: '80' } }]],
};
