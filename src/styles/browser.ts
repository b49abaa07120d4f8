// Nothing to mend in a mini-program; the browser takes browser.h5.ts in this place.
export {};
