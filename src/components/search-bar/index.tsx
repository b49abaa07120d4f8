// The search field. Without `onInput` it is a door to the search page.
import { Input, Text, View } from '@tarojs/components';
import { texts } from '@/i18n/common';
import { useT } from '@/i18n';
import { isWeapp } from '@/platform';
import { a11y } from '../a11y';
import { Icon } from '../icon';
import { Touchable } from '../touchable';
import './index.scss';

interface Props {
  placeholder: string;
  value?: string;
  focus?: boolean;
  /** given: a door, tapped */
  onOpen?: () => void;
  onInput?: (value: string) => void;
  onSubmit?: (value: string) => void;
  className?: string;
}

export function SearchBar({ placeholder, value = '', focus, onOpen, onInput, onSubmit, className = '' }: Props) {
  const t = useT(texts);
  if (!onInput) {
    return (
      <Touchable className={`jk-search ${className}`} onClick={onOpen} label={placeholder}>
        <Icon name="search" size={18} />
        <Text className="jk-search__hint">{placeholder}</Text>
      </Touchable>
    );
  }
  return (
    <View className={`jk-search ${className}`} {...a11y({ role: 'search' })}>
      <Icon name="search" size={18} />
      <Input
        className="jk-search__input"
        value={value}
        focus={focus}
        maxlength={40}
        confirmType="search"
        placeholder={placeholder}
        placeholderClass="jk-search__placeholder"
        onInput={(event) => onInput(event.detail.value)}
        onConfirm={(event) => onSubmit?.(event.detail.value)}
        {...(isWeapp ? a11y({ label: t.search }) : { nativeProps: { 'aria-label': t.search } })}
      />
      {value ? (
        <Touchable className="jk-search__clear" label={t.clear} onClick={() => onInput('')}>
          <Icon name="close" size={16} />
        </Touchable>
      ) : null}
    </View>
  );
}
