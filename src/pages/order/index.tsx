import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>订单</Text>
    </View>
  );
}
