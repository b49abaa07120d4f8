/** The phones of one test file: closed after each test, which fails when the app complained on any of them. */
import type { TestApp } from '../../support/app';
import { createPhone, type Phone, type PhoneOptions } from './phone';

export function phonesOf(app: () => TestApp): (user: string, options?: PhoneOptions) => Phone {
  const phones: Phone[] = [];
  afterEach(() => {
    const mine = phones.splice(0);
    mine.forEach((phone) => phone.close());
    expect(mine.flatMap((phone) => phone.problems)).toEqual([]);
  });
  return (user, options) => {
    const phone = createPhone(app(), user, options);
    phones.push(phone);
    return phone;
  };
}
