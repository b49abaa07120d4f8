// The browser's own date field: its calendar, its language, its keyboard.
import type { DateInputProps } from './date-input-types';

export function DateInput({ label, value, from, onChange }: DateInputProps) {
  return <input className="jk-date" type="date" aria-label={label} value={value} min={from} onChange={(event) => onChange(event.target.value)} />;
}
