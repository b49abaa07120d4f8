// Texts of one screen or component: a zh-CN and an en table with the same keys, checked by the compiler.
// A text is a string, or a function where something is filled in.
import { useLanguage, type Language } from '@/state/settings';

type Text = string | ((...args: never[]) => string);
type Same<T> = { [K in keyof T]: T[K] extends (...args: infer A) => string ? (...args: A) => string : string };

interface Texts<T> {
  zh: T;
  en: Same<T>;
}

/** Makes `en` carry exactly the keys and parameters of `zh`. */
export function defineTexts<T extends Record<string, Text>>(texts: Texts<T>): Texts<T> {
  return texts;
}

/** The table in a language, for code outside components. */
export function textsIn<T>(texts: Texts<T>, language: Language): Same<T> {
  return texts[language] as Same<T>;
}

/** The table in the person's language. `import { texts } from '@/i18n/deal'; const t = useT(texts); t.title` */
export function useT<T>(texts: Texts<T>): Same<T> {
  return textsIn(texts, useLanguage());
}
