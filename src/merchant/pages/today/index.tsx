import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>今日</Text>
    </View>
  );
}
