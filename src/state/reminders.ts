// WeChat's one-time subscribe messages: one consent, one message. Called inside a tap, where WeChat asks; nothing in a browser.
import { call } from '@/api/client';
import { isWeapp, requestSubscribe } from '@/platform';
import { useConfig } from './config';

/** The templates that can be asked for here; known before the tap, since WeChat asks only inside it. */
export function useReminderTemplates(): string[] {
  const config = useConfig();
  return isWeapp ? (config?.subscribeTemplates ?? []).slice(0, 3) : [];
}

/** true: the person agreed to at least one, and the server knows. */
export async function askReminders(templates: string[]): Promise<boolean> {
  if (templates.length === 0) return false;
  const accepted = await requestSubscribe(templates);
  if (accepted.length === 0) return false;
  return call('addSubscriptions', { body: { templates: accepted } }).then(() => true, () => false);
}
