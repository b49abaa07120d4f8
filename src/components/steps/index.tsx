// A process from top to bottom, each step with its time or its deadline.
import { View } from '@tarojs/components';
import { a11y } from '../a11y';
import { Icon } from '../icon';
import './index.scss';

export interface Step {
  title: string;
  note?: string;
  state: 'done' | 'current' | 'future' | 'failed';
}

export function Steps({ steps }: { steps: Step[] }) {
  return (
    <View {...a11y({ role: 'list' })}>
      {steps.map((step, i) => (
        <View key={i} {...a11y({ role: 'listitem' })} className={`jk-step jk-step--${step.state} ${i === steps.length - 1 ? 'jk-step--last' : ''}`}>
          <View className="jk-step__line" />
          <View className="jk-step__node">
            {step.state === 'done' ? <Icon name="check" size={12} /> : step.state === 'failed' ? <Icon name="close" size={12} /> : null}
          </View>
          <View className="jk-step__body">
            <View className="jk-step__title">{step.title}</View>
            {step.note ? <View className="jk-step__note">{step.note}</View> : null}
          </View>
        </View>
      ))}
    </View>
  );
}
