/** `8 月 16 日前`, `7 月 18 日 12:02 前`: a space between digits and Chinese. */
export const before = (when: string): string => (/\d$/.test(when) ? `${when} 前` : `${when}前`);
