// Required by WeChat for a custom tab bar; ours is the TabBar component inside the four tab pages, so this draws nothing.
import { View } from '@tarojs/components';

export default function CustomTabBar() {
  return <View />;
}
