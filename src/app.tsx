// The app: global styles, and what must be ready before the first page.
import type { PropsWithChildren } from 'react';
import './styles/tokens.scss';
import './styles/base.scss';
import './styles/browser';

export default function App({ children }: PropsWithChildren) {
  return children;
}
