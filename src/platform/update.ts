// A browser has the newest version whenever it loads; the mini-program takes update.weapp.ts in this place.
export {};
