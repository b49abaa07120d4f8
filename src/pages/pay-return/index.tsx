import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>付款结果</Text>
    </View>
  );
}
