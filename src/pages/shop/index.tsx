import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>店铺</Text>
    </View>
  );
}
