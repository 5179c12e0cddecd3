import {
  defineConfig,
  duration,
  flag,
  integer,
  list,
  optionalText,
  text,
  variable,
  type ConfigOf,
} from '@app/platform/config';

export const httpConfig = defineConfig('http', {
  maxBodyBytes: variable(
    'HOT_API_MAX_BODY_BYTES',
    integer(314_572_800, 1_048_576, 2_147_483_647),
    'Outer limit of any request body.',
  ),
  maxJsonBytes: variable(
    'HOT_API_MAX_JSON_BYTES',
    integer(16_777_216, 16_777_216, 268_435_456),
    'Limit of a JSON body, which is held in memory.',
  ),
  shutdownGraceMs: variable(
    'HOT_SHUTDOWN_TIMEOUT',
    duration('10s'),
    'How long requests in flight may take after a signal to stop.',
  ),
  corsOrigins: variable(
    'HOT_API_CORS_ORIGINS',
    list(),
    'Origins that browsers may call from, as https://host. None: no CORS headers at all.',
  ),
  knownHosts: variable(
    'HOT_API_KNOWN_HOSTS',
    list(),
    'Host names of the platform itself, besides localhost and addresses; every other host must be a custom domain.',
  ),
  apiUrl: variable(
    'HOT_API_URL',
    optionalText(),
    'Address of the public API, as the app shows it to people; by default that of this machine.',
  ),
  trustedProxy: variable(
    'HOT_NETWORK_CLIENT_IP_TRUSTED_PROXY',
    flag(false),
    'Whether client addresses are taken from a header only when the peer is a trusted proxy.',
  ),
  trustedProxies: variable(
    'HOT_NETWORK_CLIENT_IP_TRUSTED_PROXIES',
    list(),
    'Addresses or CIDR ranges of our own proxies.',
  ),
  clientIpHeader: variable(
    'HOT_NETWORK_CLIENT_IP_HEADER',
    text('x-forwarded-for'),
    'Header that trusted proxies append the client address to.',
  ),
});

export type HttpConfig = ConfigOf<typeof httpConfig>;
