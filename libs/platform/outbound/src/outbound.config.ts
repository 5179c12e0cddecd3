import { defineConfig, duration, integer, list, variable, type ConfigOf } from '@app/platform/config';
import { readNetwork } from './ip';

const networkList = list()
  .refine(
    (texts) => texts.every((text) => readNetwork(text) !== null),
    'must be networks such as 10.2.0.0/16 or fd12::/32',
  )
  .describe('networks, comma-separated');

const MIB = 1024 * 1024;

export const outboundConfig = defineConfig('outbound', {
  networks: variable(
    'HOT_OUTBOUND_NETWORKS',
    networkList,
    'Networks that may be called although they are not public, for example 10.2.0.0/16. In development mode all may be.',
  ),
  connectMs: variable(
    'HOT_OUTBOUND_CONNECT_TIMEOUT',
    duration('30s'),
    'How long a call may take to find the host and connect to it.',
  ),
  requestMs: variable(
    'HOT_OUTBOUND_TIMEOUT',
    duration('120s'),
    'How long a call of a program may take, its redirects included; for streams, until the response begins.',
  ),
  streamMs: variable(
    'HOT_OUTBOUND_STREAM_TIMEOUT',
    duration('300s'),
    'How long a streamed response may take to its end.',
  ),
  maxResponseBytes: variable(
    'HOT_HTTP_MAX_RESPONSE_BYTES',
    integer(16 * MIB, 1, 23 * MIB),
    'Largest response that a program may receive, decompressed.',
  ),
  maxStreamResponseBytes: variable(
    'HOT_HTTP_MAX_STREAM_RESPONSE_BYTES',
    integer(16 * MIB, 1, 16 * 1024 * MIB),
    'Bytes of one streamed response.',
  ),
  parallel: variable(
    'HOT_OUTBOUND_MAX_PARALLEL',
    integer(16, 1, 1_000),
    'Requests of one run under way at the same time; others wait.',
  ),
  openStreams: variable(
    'HOT_OUTBOUND_MAX_STREAMS',
    integer(16, 1, 1_000),
    'Streamed responses that one run has open at the same time.',
  ),
  runBytes: variable(
    'HOT_OUTBOUND_MAX_RUN_BYTES',
    integer(512 * MIB, 1, 1024 * 1024 * MIB),
    'Bytes that one run may send and receive in all.',
  ),
  inFlightBytes: variable(
    'HOT_OUTBOUND_MAX_IN_FLIGHT_BYTES',
    integer(256 * MIB, MIB, 64 * 1024 * MIB),
    'Memory of one process for responses on their way to programs.',
  ),
});

export type OutboundConfig = ConfigOf<typeof outboundConfig>;
