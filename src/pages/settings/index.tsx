import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>设置</Text>
    </View>
  );
}
