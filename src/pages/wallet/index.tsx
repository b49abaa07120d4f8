import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>钱包与返利</Text>
    </View>
  );
}
