import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>确认订单</Text>
    </View>
  );
}
