// Language and appearance: what the person chose (stored on the device), else what the system says.
import { onSystemThemeChange, paintGround, storage, systemLanguage, systemTheme } from '@/platform';
import { createStore, useStore } from './store';

export type Language = 'zh' | 'en';
export type Theme = 'light' | 'dark';
export type ThemeSetting = Theme | 'system';

const LANGUAGE_KEY = 'juke.language';
const THEME_KEY = 'juke.theme';

function storedLanguage(): Language {
  const stored = storage.get<Language>(LANGUAGE_KEY);
  if (stored === 'zh' || stored === 'en') return stored;
  return /^zh/i.test(systemLanguage()) || systemLanguage() === '' ? 'zh' : 'en';
}

const language = createStore<Language>(storedLanguage());
const themeSetting = createStore<ThemeSetting>(storage.get<ThemeSetting>(THEME_KEY) ?? 'system');
const system = createStore<Theme>(systemTheme());

onSystemThemeChange((theme) => {
  system.set(theme);
  paintGround(currentTheme());
});
paintGround(currentTheme());

function currentTheme(): Theme {
  const setting = themeSetting.get();
  return setting === 'system' ? system.get() : setting;
}

export function getLanguage(): Language {
  return language.get();
}

/** Keeps the choice on this device. The caller tells the server (updateMe) when someone is signed in. */
export function setLanguage(next: Language): void {
  storage.set(LANGUAGE_KEY, next);
  language.set(next);
}

export function useLanguage(): Language {
  return useStore(language);
}

export function useThemeSetting(): ThemeSetting {
  return useStore(themeSetting);
}

export function setThemeSetting(next: ThemeSetting): void {
  storage.set(THEME_KEY, next);
  themeSetting.set(next);
  paintGround(currentTheme());
}

export function useTheme(): Theme {
  const setting = useStore(themeSetting);
  const now = useStore(system);
  return setting === 'system' ? now : setting;
}
