import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>通知</Text>
    </View>
  );
}
