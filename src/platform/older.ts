// What the oldest browsers of package.json lack, and what we build on calls: @noble/hashes Object.hasOwn (Safari from 15.4, Chrome
// from 93), Taro's router replaceAll (Safari from 13.1, Chrome from 85). WeChat's base library brings both: older.weapp.ts.
const object = Object as { hasOwn?: (of: object, key: PropertyKey) => boolean };
object.hasOwn ??= (of, key) => Object.prototype.hasOwnProperty.call(of, key);

const text = String.prototype as { replaceAll?: (what: string | RegExp, by: never) => string };
text.replaceAll ??= function replaceAll(this: string, what, by) {
  return typeof what === 'string' ? this.split(what).join(by) : this.replace(what, by);
};

export {};
