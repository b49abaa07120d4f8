import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>提现</Text>
    </View>
  );
}
