import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>卡券</Text>
    </View>
  );
}
