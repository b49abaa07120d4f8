import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>售后</Text>
    </View>
  );
}
