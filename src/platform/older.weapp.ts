// Nothing to add in a mini-program; a browser takes older.ts in this place.
export {};
