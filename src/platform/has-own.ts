// Object.hasOwn, which @noble/hashes calls as it loads: Safari before 15.4 and Chrome before 93 have none.
const object = Object as { hasOwn?: (of: object, key: PropertyKey) => boolean };
object.hasOwn ??= (of, key) => Object.prototype.hasOwnProperty.call(of, key);

export {};
