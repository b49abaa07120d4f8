import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>扫码核销</Text>
    </View>
  );
}
