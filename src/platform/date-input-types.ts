/** A day as `2026-11-21`; '' when none is chosen yet. */
export interface DateInputProps {
  label: string;
  value: string;
  /** the first day that can be chosen */
  from: string;
  /** said while none is chosen */
  placeholder: string;
  onChange: (value: string) => void;
}
