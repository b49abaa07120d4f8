import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>退款进度</Text>
    </View>
  );
}
