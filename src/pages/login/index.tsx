import { Text, View } from '@tarojs/components';

export default function Placeholder() {
  return (
    <View>
      <Text>登录</Text>
    </View>
  );
}
