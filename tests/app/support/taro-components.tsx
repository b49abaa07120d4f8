// DOM stand-ins for @tarojs/components: each renders one plain element and hands events on in Taro's form.
import { createElement, type CSSProperties, type ReactNode } from 'react';

interface Any {
  children?: ReactNode;
  className?: string;
  style?: CSSProperties;
  [key: string]: unknown;
}

const passed = (props: Any) => {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(props)) {
    if (/^(aria-|data-)/.test(key) || ['role', 'id', 'className', 'style', 'onClick', 'tabindex', 'onKeyDown'].includes(key)) kept[key] = props[key];
  }
  if (kept.tabindex !== undefined) {
    kept.tabIndex = kept.tabindex;
    delete kept.tabindex;
  }
  return kept;
};

const box = (tag: string) =>
  function Box(props: Any) {
    return createElement(tag, passed(props), props.children as ReactNode);
  };

export const View = box('div');
export const ScrollView = box('div');
export const Text = box('span');
export const Canvas = box('canvas');
export const Button = box('button');
export const Swiper = box('div');

export function Image(props: Any) {
  const native = (props.nativeProps ?? {}) as { alt?: string };
  return <img className={props.className} src={String(props.src)} alt={native.alt ?? ''} onError={props.onError as () => void} />;
}

type Typed = (event: { detail: { value: string } }) => void;

export function Input(props: Any) {
  const native = (props.nativeProps ?? {}) as Record<string, string>;
  return (
    <input
      className={props.className}
      value={String(props.value ?? '')}
      placeholder={props.placeholder as string}
      disabled={props.disabled as boolean}
      maxLength={props.maxlength as number}
      aria-label={native['aria-label']}
      onChange={(event) => (props.onInput as Typed | undefined)?.({ detail: { value: event.target.value } })}
      onKeyDown={(event) => event.key === 'Enter' && (props.onConfirm as Typed | undefined)?.({ detail: { value: event.currentTarget.value } })}
    />
  );
}

export function Textarea(props: Any) {
  const native = (props.nativeProps ?? {}) as Record<string, string>;
  return (
    <textarea
      className={props.className}
      value={String(props.value ?? '')}
      placeholder={props.placeholder as string}
      aria-label={native['aria-label']}
      onChange={(event) => (props.onInput as Typed | undefined)?.({ detail: { value: event.target.value } })}
    />
  );
}
