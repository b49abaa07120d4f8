// One request and its answer, the same on both targets.

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  /** JSON text; absent for GET */
  body?: string;
  timeoutMs: number;
}

export interface HttpAnswer {
  status: number;
  /** one header by its lower-case name */
  header: (name: string) => string;
  text: string;
}

/** No answer came: nobody can say whether the server acted. */
export class NoAnswer extends Error {
  constructor(readonly why: 'offline' | 'timeout') {
    super(why);
  }
}

export function headerReader(headers: Record<string, unknown>): (name: string) => string {
  const lower: Record<string, string> = {};
  for (const key of Object.keys(headers)) lower[key.toLowerCase()] = String(headers[key]);
  return (name) => lower[name] ?? '';
}
