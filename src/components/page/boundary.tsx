// Keeps a broken page from taking the app down. React knows error boundaries only as classes.
import { Component, type ReactNode } from 'react';
import { getLanguage } from '@/state/settings';
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/common';
import { openTab } from '@/state/pages';
import { ErrorState } from '../error-state';

interface State {
  broken: boolean;
}

export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { broken: false };

  static getDerivedStateFromError(): State {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    const t = textsIn(texts, getLanguage());
    return (
      <ErrorState
        place="page"
        error={{ code: 'CRASH', message: t.errorCrashBody, retry: 'later' }}
        onRetry={() => this.setState({ broken: false })}
        exit={{ text: t.home, onClick: () => openTab('discover') }}
      />
    );
  }
}
