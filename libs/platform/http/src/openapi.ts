/** The OpenAPI document of a server, made from its routes and their schemas, and the explorer for it. */
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

export interface OpenApiOptions {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** Where the document and the explorer are served. */
  readonly documentPath: string;
  readonly explorerPath: string;
}

const BEARER = 'bearer_auth';
const PUBLIC = { access: { kind: 'public' } } as const;

/** Serves the document and its explorer. Call before the application is initialised. */
export function installOpenApi(
  app: NestFastifyApplication,
  server: FastifyInstance,
  options: OpenApiOptions,
): void {
  let text: string | undefined;
  server.get(options.documentPath, { config: PUBLIC }, (_request, reply) => {
    // Made on first demand: most processes are never asked.
    text ??= JSON.stringify(openApiDocument(app, options));
    void reply.type('application/json; charset=utf-8').send(text);
  });
  installExplorer(server, options);
}

export function openApiDocument(app: NestFastifyApplication, options: OpenApiOptions): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(options.title)
    .setVersion(options.version)
    .setDescription(options.description)
    .addSecurity(BEARER, { type: 'http', scheme: 'bearer' })
    .addSecurityRequirements(BEARER)
    .build();
  return SwaggerModule.createDocument(app, config, {
    // Several controllers have a `list`: the path makes the name unique.
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) => toOpenApi(schema as z.ZodType, schemaType),
  });
}

function toOpenApi(
  schema: z.ZodType,
  io: 'input' | 'output',
): { schema: unknown; components: Record<string, unknown> } {
  const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return { schema: rest, components: { ...$defs } };
}

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The explorer comes from our own disk, and its policy lets it load and call nothing else. */
function installExplorer(
  server: FastifyInstance,
  { explorerPath, documentPath, title }: OpenApiOptions,
): void {
  const folder = dirname(require.resolve('swagger-ui-dist/package.json'));
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  server.get(explorerPath, { config: PUBLIC }, (_request, reply) => {
    void reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .send(explorerPage(title, explorerPath));
  });
  server.get(`${explorerPath}/start.js`, { config: PUBLIC }, (_request, reply) => {
    void reply.type('text/javascript; charset=utf-8').send(startScript(documentPath));
  });
  for (const [asset, type] of Object.entries(ASSETS)) {
    server.get(`${explorerPath}/${asset}`, { config: PUBLIC }, (request, reply) => {
      void reply
        .type(type)
        .header('cache-control', 'public, max-age=3600')
        .header('x-content-type-options', 'nosniff')
        .send(request.method === 'HEAD' ? '' : createReadStream(join(folder, asset)));
    });
  }
}

function explorerPage(title: string, path: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" type="image/png" href="${path}/favicon-32x32.png" />
    <link rel="stylesheet" href="${path}/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${path}/swagger-ui-bundle.js"></script>
    <script src="${path}/start.js"></script>
  </body>
</html>
`;
}

function startScript(documentPath: string): string {
  return `SwaggerUIBundle({
  url: ${JSON.stringify(documentPath)},
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
`;
}
