import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>发现</Text>
    </View>
  );
}
