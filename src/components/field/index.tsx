// A labelled field with its own error line, and the switch of settings.
import { Input, Textarea, View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { isWeapp } from '@/platform';
import { a11y, keyboard } from '../a11y';
import './index.scss';

interface Props {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** nickname: WeChat offers the person's own */
  type?: 'text' | 'number' | 'digit' | 'nickname';
  /** what the browser may fill in: tel, one-time-code … */
  autoComplete?: string;
  placeholder?: string;
  error?: string;
  hint?: string;
  maxlength?: number;
  lines?: number;
  /** stands in a sheet: WeChat wants to know where a text area is fixed */
  inSheet?: boolean;
  focus?: boolean;
  disabled?: boolean;
  prefix?: ReactNode;
  right?: ReactNode;
  onSubmit?: () => void;
}

/** What a Chinese keyboard or a pasted text writes of a number: full-width digits and point, and an amount's commas, blanks and ¥. */
const FULL_WIDTH = /[０-９．]/g;
function plain(text: string, type: Props['type']): string {
  if (type !== 'number' && type !== 'digit') return text;
  const half = text.replace(FULL_WIDTH, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0));
  return type === 'digit' ? half.replace(/[,，\s¥￥]/g, '').replace('。', '.') : half;
}

/** From the text to the keyboard, so that the field's own edge and hint stay in sight. */
const KEYBOARD_GAP = 48;

export function Field(props: Props) {
  const { label, value, onInput, type = 'text', autoComplete, placeholder, error, hint, maxlength = 140, lines, inSheet, focus, disabled, prefix, right, onSubmit } = props;
  const native = isWeapp
    ? a11y({ label })
    : { nativeProps: { 'aria-label': label, 'aria-invalid': error ? 'true' : undefined, autocomplete: autoComplete, inputmode: type === 'number' ? 'numeric' : type === 'digit' ? 'decimal' : undefined } };
  // A number field of the browser drops leading zeros and takes e, + and −: text with a numeric keyboard instead.
  const inputType = !isWeapp && type !== 'text' ? 'text' : type;
  return (
    <View className="jk-field">
      <View className="jk-field__label">{label}</View>
      <View className={`jk-field__box ${error ? 'jk-field__box--error' : ''} ${lines ? 'jk-field__box--lines' : ''}`}>
        {prefix}
        {lines ? (
          <Textarea
            className="jk-field__input jk-field__input--lines"
            style={{ height: `${lines * 22}px` }}
            value={value}
            maxlength={maxlength}
            placeholder={placeholder}
            placeholderClass="jk-field__placeholder"
            disabled={disabled}
            fixed={inSheet}
            cursorSpacing={KEYBOARD_GAP}
            onInput={(event) => onInput(event.detail.value)}
            {...native}
          />
        ) : (
          <Input
            className="jk-field__input"
            type={inputType}
            value={value}
            maxlength={maxlength}
            focus={focus}
            placeholder={placeholder}
            placeholderClass="jk-field__placeholder"
            disabled={disabled}
            cursorSpacing={KEYBOARD_GAP}
            onInput={(event) => onInput(plain(event.detail.value, type))}
            // WeChat's own offer of a name fires no input event on some clients.
            onBlur={type === 'nickname' && isWeapp ? (event) => onInput(event.detail.value) : undefined}
            onConfirm={onSubmit}
            {...native}
          />
        )}
        {right}
      </View>
      {error ? <View className="jk-field__error" {...a11y({ role: 'alert' })}>{error}</View> : hint ? <View className="jk-field__hint">{hint}</View> : null}
    </View>
  );
}

interface SwitchProps {
  on: boolean;
  label: string;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

export function Toggle({ on, label, disabled, onChange }: SwitchProps) {
  const flip = disabled ? undefined : () => onChange(!on);
  return (
    <View
      className={`jk-toggle ${on ? 'jk-toggle--on' : ''} ${disabled ? 'jk-toggle--off' : ''}`}
      onClick={flip}
      {...a11y({ role: 'switch', label, checked: on, disabled })}
      {...keyboard(flip)}
    >
      <View className="jk-toggle__knob" />
    </View>
  );
}

/** One of several; the row carries the tap. */
export function Radio({ on, disabled }: { on: boolean; disabled?: boolean }) {
  return <View className={`jk-radio ${on ? 'jk-radio--on' : ''} ${disabled ? 'jk-radio--off' : ''}`} aria-hidden="true" />;
}
