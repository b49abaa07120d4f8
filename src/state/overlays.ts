// Toasts and questions asked from code. The page in front draws them (components/page).
import Taro from '@tarojs/taro';
import { createStore } from './store';

interface ToastState {
  id: number;
  text: string;
  kind: 'ok' | 'plain' | 'error';
}

interface Question {
  title: string;
  body?: string;
  ok: string;
  cancel: string;
  /** the accepting button in danger ink; both buttons keep equal weight */
  danger?: boolean;
  /** runs on accept while the button shows loading; a rejection closes the dialog and is passed on */
  run?: () => Promise<void>;
}

interface OpenQuestion extends Question {
  /** that was in front */
  page: unknown;
  answer: (accepted: boolean) => void;
  fail: (error: unknown) => void;
}

const TOAST_MS = 2_400;

export const toastStore = createStore<ToastState | null>(null);
export const questionStore = createStore<OpenQuestion | null>(null);

let nextId = 1;
let timer: ReturnType<typeof setTimeout> | undefined;

/** At most 16 characters; gone after 2.4 s. */
export function toast(text: string, kind: ToastState['kind'] = 'plain'): void {
  clearTimeout(timer);
  toastStore.set({ id: nextId++, text, kind });
  timer = setTimeout(() => toastStore.set(null), Math.max(TOAST_MS, text.length * 150));
}

/** Asks and waits. true: accepted (and `run` finished). A second question closes the first as refused. */
export function confirmDialog(question: Question): Promise<boolean> {
  questionStore.get()?.answer(false);
  return new Promise((resolve, reject) => {
    const close = () => questionStore.set(null);
    questionStore.set({
      ...question,
      page: Taro.getCurrentInstance().page,
      answer: (accepted) => {
        close();
        resolve(accepted);
      },
      fail: (error) => {
        close();
        reject(error);
      },
    });
  });
}
