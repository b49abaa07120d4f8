// WeChat's own date picker.
import { Picker, View } from '@tarojs/components';
import type { DateInputProps } from './date-input-types';

export function DateInput({ label, value, from, placeholder, onChange }: DateInputProps) {
  return (
    <Picker mode="date" value={value || from} start={from} onChange={(event) => onChange(event.detail.value)}>
      <View className="jk-date" aria-role="button" aria-label={`${label} ${value || placeholder}`}>{value || placeholder}</View>
    </Picker>
  );
}
