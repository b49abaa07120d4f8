import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>搜索</Text>
    </View>
  );
}
