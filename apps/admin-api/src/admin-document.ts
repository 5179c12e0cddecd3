import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { contractShapes } from '@app/contracts/admin';
import { errorResponse, type HttpApp } from '@app/platform/http';
import { z } from 'zod';

export const ADMIN_DOCUMENT_PATH = '/admin/openapi.json';
const SESSION = 'app_session';

/** The app's own API, described. It is made for the app and may change with it. */
export function adminDocument(app: NestFastifyApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Hot App API')
    .setVersion(version)
    .setDescription(
      'What the app in the browser talks to. Private: it changes together with the app. Programs use the public API.',
    )
    .addCookieAuth('__Host-hot_session', { type: 'apiKey', in: 'cookie' }, SESSION)
    .addSecurityRequirements(SESSION)
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: (schema, { schemaType }) => {
      const {
        $schema: _,
        $defs,
        ...rest
      } = z.toJSONSchema(schema as z.ZodType, {
        io: schemaType,
        unrepresentable: 'any',
      });
      return { schema: rest, components: { ...$defs } };
    },
  });
  // A schema with a name is a reference to its definition.
  const { $defs: errors } = z.toJSONSchema(errorResponse);
  return {
    ...document,
    components: {
      ...document.components,
      schemas: { ...document.components?.schemas, ...contractShapes, ...(errors as Record<string, object>) },
    },
  };
}

/** Serves the document. Made on first demand: most processes are never asked. */
export function installAdminDocument({ app, server }: HttpApp, version: string): void {
  let text: string | undefined;
  server.get(ADMIN_DOCUMENT_PATH, { config: { access: { kind: 'public' } } }, (_request, reply) => {
    text ??= JSON.stringify(adminDocument(app, version));
    void reply.type('application/json; charset=utf-8').send(text);
  });
}
