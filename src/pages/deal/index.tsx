import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>优惠</Text>
    </View>
  );
}
