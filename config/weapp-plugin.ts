// What Taro's templates of the mini-program lack and have too much of. Added: aria-role and aria-label, without which the app would
// be silent. Left out: attributes that no screen writes. Each template stands there once for every depth of nesting, and half of
// Taro's are such attributes; tests/weapp/build.test.ts says so when a screen writes one that is not named here.
import path from 'node:path';
import { ariaAttributes } from '../src/platform/aria-attributes';

interface Template {
  mergeComponents: (ctx: unknown, patch: Record<string, Record<string, string>>) => void;
  modifyTemplateResult: (text: string, nodeName: string, level: number, children: string) => string;
}

interface Platform {
  template?: Template;
  runtimePath: string | string[];
}

interface Context {
  registerMethod: (method: { name: string; fn: (platform: Platform) => void }) => void;
}

export const always = ['id', 'class', 'style', 'data-sid', 'bindtap', 'aria-role', 'aria-label'];
const typing = ['value', 'maxlength', 'focus', 'placeholder', 'placeholder-class', 'disabled', 'cursor-spacing', 'bindinput', 'bindfocus', 'bindblur', 'bindconfirm'];

/** The attributes that the app writes on WeChat's elements, beside those that all have. */
export const written: Record<string, string[]> = {
  view: ['hover-class', 'hover-stop-propagation', 'hover-stay-time', 'catchtouchmove'],
  text: [],
  image: ['src', 'mode', 'lazy-load', 'show-menu-by-longpress', 'binderror'],
  button: ['open-type', 'hover-class', 'bindgetphonenumber', 'bindchooseavatar'],
  input: [...typing, 'type', 'confirm-type'],
  textarea: [...typing, 'fixed'],
  'scroll-view': ['scroll-x', 'scroll-y', 'enhanced', 'paging-enabled', 'show-scrollbar', 'bindscroll'],
  canvas: ['type', 'canvas-id'],
  picker: ['mode', 'value', 'start', 'bindchange'],
};

/** A template with only those attributes, and no space between its tags. (Taro's own minifier takes WXML for HTML: it drops `</input>`.) */
function trim(template: string): string {
  return template.replace(/>\s+</g, '><').replace(/<([a-z-]+)((?:\s+[\w:-]+="[^"]*")+)\s*(\/?)>/g, (whole, name: string, attributes: string, end: string) => {
    const wanted = written[name];
    if (!wanted) return whole;
    const kept = [...attributes.matchAll(/([\w:-]+)="[^"]*"/g)].filter(([, key]) => always.includes(key!) || wanted.includes(key!));
    return `<${name} ${kept.map(([text]) => text).join(' ')}${end}>`;
  });
}

export default function weappPlugin(ctx: Context): void {
  ctx.registerMethod({
    name: 'onSetupClose',
    fn: (platform) => {
      const { template } = platform;
      if (process.env.TARO_ENV !== 'weapp' || !template) return;
      template.mergeComponents(ctx, ariaAttributes);
      const runtime = path.resolve(__dirname, '..', 'src', 'platform', 'aria-runtime.ts');
      platform.runtimePath = ([] as string[]).concat(platform.runtimePath, runtime);
      const modify = template.modifyTemplateResult;
      template.modifyTemplateResult = (...args) => trim(modify(...args));
    },
  });
}
