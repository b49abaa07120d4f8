// Adds aria-role and aria-label to the mini-program's templates; Taro leaves them out, and the app would be silent.
import path from 'node:path';
import { ariaAttributes } from '../src/platform/aria-attributes';

interface Platform {
  template?: { mergeComponents: (ctx: unknown, patch: Record<string, Record<string, string>>) => void };
  runtimePath: string | string[];
}

interface Context {
  registerMethod: (method: { name: string; fn: (platform: Platform) => void }) => void;
}

export default function ariaPlugin(ctx: Context): void {
  ctx.registerMethod({
    name: 'onSetupClose',
    fn: (platform) => {
      if (process.env.TARO_ENV !== 'weapp' || !platform.template) return;
      platform.template.mergeComponents(ctx, ariaAttributes);
      const runtime = path.resolve(__dirname, '..', 'src', 'platform', 'aria-runtime.ts');
      platform.runtimePath = ([] as string[]).concat(platform.runtimePath, runtime);
    },
  });
}
