import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>到店出示</Text>
    </View>
  );
}
