// Babel for Taro's builds only; tests compile with swc. Taro's preset does not read browserslist by itself, and code for
// engines older than those (iOS 12, Chrome 80; the mini-program's base library 3 runs on the same) is an eighth longer.
module.exports = {
  // Nobody meets document.all here: `?.` and `??` become one comparison instead of two.
  assumptions: { noDocumentAll: true },
  presets: [
    [
      'taro',
      {
        framework: 'react', ts: true, compiler: 'webpack5', useBuiltIns: false, targets: { ios: '12', chrome: '80' },
        // Those engines know all three; what two of them get wrong in rare places has a smaller remedy each.
        exclude: ['transform-destructuring', 'transform-parameters', 'transform-template-literals'],
        include: ['bugfix/transform-safari-id-destructuring-collision-in-function-expression', 'bugfix/transform-safari-rest-destructuring-rhs-array'],
      },
    ],
  ],
};
