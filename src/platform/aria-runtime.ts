// Loaded by config/weapp-plugin.ts before the app: tells the runtime of the attributes added to the templates.
import { mergeInternalComponents } from '@tarojs/shared';
import { ariaAttributes } from './aria-attributes';

mergeInternalComponents(ariaAttributes);
