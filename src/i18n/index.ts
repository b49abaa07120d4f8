export { defineTexts, textsIn, useT } from './define';
