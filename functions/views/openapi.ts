/**
 * The OpenAPI 3.0 document, built from the contract (routes, shapes, errors), so that it cannot say anything else.
 * Committed as contract/openapi.json by `npm run openapi`; a tidy test compares the two.
 */
import * as z from 'zod';
import { errors } from '../contract/errors';
import { routes, type Route, type RouteName } from '../contract/routes';
import { shapes } from '../contract/shapes';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export interface OpenApi extends JsonObject {
  info: JsonObject;
  paths: { [path: string]: { [method: string]: Operation } };
  components: JsonObject;
}
export interface Operation extends JsonObject {
  operationId: string;
  summary: string;
  tags: string[];
  parameters: JsonObject[];
}

const WHO: Record<Route['auth'], string> = {
  public: 'Anybody.',
  optional: 'Anybody; a session is used when there is one.',
  person: 'Any signed-in person.',
  staff: 'Staff of the store in the path.',
  manager: 'Managers of the store in the path.',
  operator: 'Platform operators.',
};

export function buildOpenApi(): OpenApi {
  const paths: OpenApi['paths'] = {};
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(name, route);
  }
  return {
    openapi: '3.0.3',
    info: {
      title: 'Juke 聚客',
      version: '1',
      license: { name: 'MIT' },
      description:
        'Amounts are integer fen, rates integer basis points, times Unix milliseconds, positions GCJ-02 in micro-degrees. Unknown keys are refused. ' +
        'A POST that moves money needs an Idempotency-Key: the same key and body give the same answer, another body is refused (KEY_REUSED).',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        session: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token of a session; 30 minutes, renewed by refreshSession.',
        },
      },
      schemas: { Error: errorSchema() },
      responses: {
        Error: {
          description: 'Refused, unavailable, or a bug of ours: `code` tells which.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    },
    'x-errors': Object.fromEntries(
      Object.entries(errors).map(([code, { status, retry, zh, en }]) => [code, { status, retry, zh, en }]),
    ),
  };
}

function operationOf(name: RouteName, route: Route): Operation {
  const shape = shapes[name];
  const body = schemaOf(shape.body, 'input');
  const isEmpty = body.type === 'object' && Object.keys((body.properties ?? {}) as JsonObject).length === 0;
  return {
    operationId: name,
    summary: name
      .replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)
      .replace(/^./, (letter) => letter.toUpperCase()),
    description: [
      WHO[route.auth],
      route.rate ? `At most ${route.rate} a minute.` : '',
      route.demo ? 'Only in demo mode.' : '',
    ]
      .filter(Boolean)
      .join(' '),
    tags: [route.module],
    parameters: [
      ...parametersOf(shape.params, 'path'),
      ...parametersOf(shape.query, 'query'),
      ...(route.money
        ? [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: true,
              schema: { type: 'string', pattern: '^[0-9A-Za-z_-]{8,64}$' },
            },
          ]
        : []),
    ],
    ...(isEmpty ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: schemaOf(shape.answer, 'output') } } },
      default: { $ref: '#/components/responses/Error' },
    },
    security: route.auth === 'public' ? [] : route.auth === 'optional' ? [{}, { session: [] }] : [{ session: [] }],
    'x-auth': route.auth,
  };
}

function parametersOf(shape: z.ZodType, place: 'path' | 'query'): JsonObject[] {
  const schema = schemaOf(shape, 'input');
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as JsonObject).map(([name, inner]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: inner!,
  }));
}

function schemaOf(shape: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _unused, ...schema } = z.toJSONSchema(shape, {
    target: 'openapi-3.0',
    io,
    unrepresentable: 'any',
  }) as JsonObject;
  return schema;
}

function errorSchema(): JsonObject {
  return schemaOf(
    z.strictObject({
      code: z.enum(Object.keys(errors) as [string, ...string[]]),
      message: z.string().describe('For the person, in their language (Accept-Language: zh or en).'),
      retry: z.enum(['never', 'later', 'after-change']),
      retryAfterMs: z.int().optional(),
      details: z.record(z.string(), z.unknown()).optional(),
      id: z.string().optional().describe('With INTERNAL: what to tell support.'),
    }),
    'output',
  );
}

/** The committed text. */
export const openApiText = (): string => `${JSON.stringify(buildOpenApi(), null, 1)}\n`;
