// In place of a page that belongs to a person, while nobody is signed in.
import { texts } from '@/i18n/trade';
import { useT } from '@/i18n';
import { askLogin } from '@/state/person';
import { EmptyState } from '../empty-state';

export function NeedLogin({ why }: { why?: string }) {
  const t = useT(texts);
  return <EmptyState place="page" title={t.loginFirst} text={why ?? t.loginWhy} action={t.login} onAction={askLogin} />;
}
