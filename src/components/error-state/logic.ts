// Which three sentences a failure gets. Server refusals bring their own message, already in the person's language.

export interface ShownError {
  code: string;
  message: string;
  retry: 'never' | 'later' | 'after-change';
}

interface Words {
  errorTitle: string;
  errorOffline: string;
  errorOfflineBody: string;
  errorTimeout: string;
  errorTimeoutBody: string;
  errorBody: string;
  errorNotFound: string;
}

interface Described {
  title: string;
  body: string;
  canRetry: boolean;
  /** nothing is here: home is the way out */
  lost: boolean;
}

export function describeError(error: ShownError, words: Words): Described {
  if (error.code === 'OFFLINE') return { title: words.errorOffline, body: words.errorOfflineBody, canRetry: true, lost: false };
  if (error.code === 'TIMEOUT') return { title: words.errorTimeout, body: words.errorTimeoutBody, canRetry: true, lost: false };
  if (error.code === 'NOT_FOUND') return { title: words.errorNotFound, body: unsaid(error.message, words.errorNotFound), canRetry: false, lost: true };
  return { title: words.errorTitle, body: error.message || words.errorBody, canRetry: error.retry !== 'never', lost: false };
}

/** Without its first sentence where the title says the same. */
const unsaid = (message: string, title: string): string => (message.startsWith(title) ? message.slice(title.length).replace(/^[。.]\s*/, '') : message);
