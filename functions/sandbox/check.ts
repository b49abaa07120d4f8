/**
 * Strict shape checks for request bodies: missing, wrong type, too long, out of range and unknown fields are
 * refused with PARAM_ERROR, as WeChat Pay v3 does ("参数中含有非法的额外参数" for the last).
 */
import { paramError } from './errors';

type Rule =
  | { kind: 'string'; max: number; min?: number; pattern?: RegExp; oneOf?: readonly string[]; required?: boolean }
  | { kind: 'integer'; min: number; max: number; required?: boolean }
  | { kind: 'boolean'; required?: boolean }
  | { kind: 'object'; fields: Fields; required?: boolean }
  | { kind: 'array'; item: Rule; min: number; max: number; required?: boolean };

export type Fields = Record<string, Rule>;

/** An optional string of at most `max` characters. */
export const text = (max: number, more: Partial<Extract<Rule, { kind: 'string' }>> = {}): Rule => ({ kind: 'string', max, ...more });
/** A required string. */
export const must = (max: number, more: Partial<Extract<Rule, { kind: 'string' }>> = {}): Rule =>
  ({ kind: 'string', max, min: 1, required: true, ...more });
export const fen = (required = true, min = 1): Rule => ({ kind: 'integer', min, max: 1_000_000_000, required });
export const count = (required = false): Rule => ({ kind: 'integer', min: 0, max: 1_000_000_000_000, required });
export const flag: Rule = { kind: 'boolean' };
export const object = (fields: Fields, required = false): Rule => ({ kind: 'object', fields, required });
export const list = (item: Rule, min: number, max: number, required = true): Rule => ({ kind: 'array', item, min, max, required });

export const OUT_TRADE_NO = must(32, { min: 6, pattern: /^[0-9A-Za-z_\-*|@]+$/ });
export const OUT_NO_64 = must(64, { pattern: /^[0-9A-Za-z_\-|*@]+$/ });

const checkRule = (rule: Rule, value: unknown, at: string): void => {
  if (value === undefined || value === null) {
    if (rule.required) throw paramError(at, '此字段为必填项');
    return;
  }
  if (rule.kind === 'string') {
    if (typeof value !== 'string') throw paramError(at, '字段类型应为字符串', value);
    const length = [...value].length;
    if (length > rule.max || length < (rule.min ?? 0)) throw paramError(at, `字符串长度应在 ${rule.min ?? 0}-${rule.max} 之间`, value);
    if (rule.pattern && !rule.pattern.test(value)) throw paramError(at, '字符串格式不正确', value);
    if (rule.oneOf && !rule.oneOf.includes(value)) throw paramError(at, `取值应为 ${rule.oneOf.join('、')} 之一`, value);
  } else if (rule.kind === 'integer') {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw paramError(at, '字段类型应为整数', value);
    if (value < rule.min || value > rule.max) throw paramError(at, `数值应在 ${rule.min}-${rule.max} 之间`, value);
  } else if (rule.kind === 'boolean') {
    if (typeof value !== 'boolean') throw paramError(at, '字段类型应为布尔值', value);
  } else if (rule.kind === 'object') {
    checkFields(rule.fields, value, at);
  } else {
    if (!Array.isArray(value)) throw paramError(at, '字段类型应为数组', value);
    if (value.length < rule.min || value.length > rule.max) throw paramError(at, `数组长度应在 ${rule.min}-${rule.max} 之间`, value.length);
    value.forEach((item, i) => checkRule({ ...rule.item, required: true }, item, `${at}/${i}`));
  }
};

/** Throws PayError PARAM_ERROR when `value` is not an object of exactly these fields. */
export const checkFields = (fields: Fields, value: unknown, at = '/body'): void => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw paramError(at, '字段类型应为对象', value);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key)) throw paramError(`${at}/${key}`, '不支持的字段', undefined, '参数中含有非法的额外参数');
  }
  for (const [key, rule] of Object.entries(fields)) checkRule(rule, (value as Record<string, unknown>)[key], `${at}/${key}`);
};
