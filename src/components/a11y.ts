// Names and roles for people who listen to the screen: ARIA attributes and keyboard in a browser, aria-role and
// aria-label in a mini-program (added to Taro's templates by config/weapp-plugin.ts).
import { isWeapp } from '@/platform';

export interface Accessible {
  role?: string;
  label?: string;
  /** heading level */
  level?: number;
  selected?: boolean;
  checked?: boolean;
  disabled?: boolean;
  hidden?: boolean;
  live?: 'polite' | 'assertive';
  modal?: boolean;
  busy?: boolean;
}

export function a11y(about: Accessible): Record<string, unknown> {
  if (isWeapp) {
    return { ...(about.role ? { ariaRole: about.role } : {}), ...(about.label ? { ariaLabel: about.label } : {}) };
  }
  const attributes: Record<string, unknown> = {
    role: about.role,
    'aria-label': about.label,
    'aria-level': about.level,
    'aria-selected': about.selected === undefined ? undefined : String(about.selected),
    'aria-checked': about.checked === undefined ? undefined : String(about.checked),
    'aria-disabled': about.disabled ? 'true' : undefined,
    'aria-hidden': about.hidden ? 'true' : undefined,
    'aria-live': about.live,
    'aria-modal': about.modal ? 'true' : undefined,
    'aria-busy': about.busy ? 'true' : undefined,
  };
  for (const key of Object.keys(attributes)) if (attributes[key] === undefined) delete attributes[key];
  return attributes;
}

/** Makes Enter and Space do what a tap does; nothing in a mini-program. */
export function keyboard(onPress: (() => void) | undefined): Record<string, unknown> {
  if (isWeapp || !onPress) return {};
  return {
    tabindex: 0,
    onKeyDown: (event: { key?: string; preventDefault?: () => void; target?: unknown; currentTarget?: unknown }) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      if (event.target !== event.currentTarget) return;
      event.preventDefault?.();
      onPress();
    },
  };
}
