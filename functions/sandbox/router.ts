/** Finds the route of a method and path; `:name` segments become params. Built once, matched per request. */
import type { Route } from './context';

interface Match { route: Route; params: Record<string, string> }

export const buildRouter = (routes: Route[]): ((method: string, path: string) => Match | 'method' | undefined) => {
  const exact = new Map<string, Route>();
  const bySize = new Map<string, { parts: string[]; route: Route }[]>();
  const paths = new Set<string>();
  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    if (paths.has(name)) throw new Error(`route declared twice: ${name}`);
    paths.add(name);
    if (!route.path.includes(':')) {
      exact.set(name, route);
      continue;
    }
    const parts = route.path.split('/');
    const key = `${route.method} ${parts.length}`;
    bySize.set(key, [...(bySize.get(key) ?? []), { parts, route }]);
  }
  const matchParts = (method: string, path: string): Match | undefined => {
    const given = path.split('/');
    for (const { parts, route } of bySize.get(`${method} ${given.length}`) ?? []) {
      if (!parts.every((part, i) => part.startsWith(':') ? given[i] : part === given[i])) continue;
      const params: Record<string, string> = {};
      try {
        parts.forEach((part, i) => {
          if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given[i]!);
        });
      } catch {
        return undefined;
      }
      return { route, params };
    }
    return undefined;
  };
  const find = (method: string, path: string): Match | undefined => {
    const route = exact.get(`${method} ${path}`);
    return route ? { route, params: {} } : matchParts(method, path);
  };
  return (method, path) =>
    find(method, path) ?? (['GET', 'POST', 'DELETE'].some((other) => other !== method && find(other, path)) ? 'method' : undefined);
};
