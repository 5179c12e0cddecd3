export { type BodyReader } from './body';
export { type HeaderList } from './headers';
export {
  OutboundClient,
  type OutboundHead,
  type OutboundRequest,
  type OutboundResponse,
  type OutboundStream,
} from './outbound-client';
export { outboundConfig, type OutboundConfig } from './outbound.config';
export { OutboundError, type OutboundErrorCode } from './outbound-error';
export { OutboundModule, outboundClientOf } from './outbound.module';
export { SharedBytes } from './places';
export { HTTP_CALLS, ProgramHttp, type HttpCall } from './program-http';
export { type ConnectionLimits } from './connections';
export { CONNECTION_CALLS, ProgramConnections, type ConnectionCall } from './program-connections';
