export {
  bare,
  BareAnswer,
  ItemAnswer,
  itemText,
  list,
  ListAnswer,
  listText,
  newRequestId,
  RawJson,
} from './answers';
export { JsonBody, JsonText, OptionalJsonBody, StreamBody } from './body.decorators';
export { ApiBare, ApiBytes, ApiItem, ApiList, ApiNothing, errorResponse } from './openapi.decorators';
export { installOpenApi, openApiDocument, type OpenApiOptions } from './openapi';
export { clientIpReader, type ClientIp } from './client-ip';
export { errorText, pathOf, sendError } from './error-reply';
export { toAppError } from './failures';
export { createHttpApp, type HttpApp, type HttpAppOptions } from './http-app';
export { httpConfig, type HttpConfig } from './http.config';
export { parameterFacts, routeFacts, type BodyMode, type RouteAccess, type RouteFacts } from './route-config';
export { MethodNotAllowedError, RouteTable, type KnownRoute } from './route-table';
export {
  hostNameOf,
  HostResolver,
  installHostRouting,
  isKnownHost,
  ownHostsOf,
  type BoundHost,
} from './host-routing';
export { SchemaPipe } from './schema.pipe';
export { pagedQuery, pagingQuery, uuid } from './schemas';
export { serve } from './serve';
