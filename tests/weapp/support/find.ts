/** Finding what a person would: by what is written on it, or by its name for screen readers. */
import { attribute, parentOf, tagOf, textOf, type Rendered } from './view';

export const squashed = (text: string): string => text.replace(/\s/g, '');

/** The element with this name: said exactly before contained, the topmost (last) before those it covers. */
export function findByName(all: Rendered[], name: string): Rendered | null {
  const label = (element: Rendered) => squashed(String(attribute(element, 'aria-label') ?? ''));
  const texts = all.map((element) => squashed(textOf(element)));
  const last = (fits: (element: Rendered, i: number) => boolean) => [...all.keys()].reverse().find((i) => fits(all[i]!, i));
  const exact = last((element, i) => label(element) === name || texts[i] === name);
  const within = exact ?? last((element, i) => label(element).includes(name) || texts[i]!.includes(name));
  return within === undefined ? null : all[within]!;
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
