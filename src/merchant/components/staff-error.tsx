// A failure on the shop's pages: try again, or back to the app; a guest's orders are no way out here.
import { ErrorState } from '@/components/error-state';
import { texts } from '@/i18n/staff';
import { useT } from '@/i18n';
import type { Failure } from '@/api';
import { openTab } from '@/state/pages';

export function StaffError({ error, onRetry, place }: { error: Failure; onRetry: () => void; place?: 'card' | 'page' }) {
  const t = useT(texts);
  return <ErrorState error={error} onRetry={onRetry} place={place} exit={{ text: t.home, onClick: () => openTab('mine') }} />;
}
