export { defineTexts, textsIn, useT, type Texts } from './define';
