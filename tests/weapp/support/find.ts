/** Finding what a person would: by what is written on it, or by its name for screen readers. */
import { attribute, parentOf, tagOf, textOf, type Rendered } from './view';

export const squashed = (text: string): string => text.replace(/\s/g, '');

/** The element with this name: said exactly, then within its text, then within its label; the topmost (last) of several. */
export function findByName(all: Rendered[], name: string): Rendered | null {
  const labels = all.map((element) => squashed(String(attribute(element, 'aria-label') ?? '')));
  const texts = all.map((element) => squashed(textOf(element)));
  const last = (fits: (i: number) => boolean) => [...all.keys()].reverse().find(fits);
  const found = last((i) => labels[i] === name || texts[i] === name) ?? last((i) => texts[i]!.includes(name)) ?? last((i) => labels[i]!.includes(name));
  return found === undefined ? null : all[found]!;
}

export function findInput(all: Rendered[], name: string): Rendered | null {
  const inputs = all.filter((element) => ['input', 'textarea'].includes(tagOf(element)));
  const called = (input: Rendered) => squashed(String(attribute(input, 'placeholder') ?? '')).includes(name) || squashed(textAround(input)).includes(name);
  return inputs.find(called) ?? null;
}

/** A field's label stands beside its box. */
const textAround = (input: Rendered): string => {
  const box = parentOf(input);
  const field = box && parentOf(box);
  return field ? textOf(field) : '';
};
