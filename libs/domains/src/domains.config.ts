import {
  choice,
  defineConfig,
  list,
  optionalText,
  text,
  variable,
  type ConfigOf,
} from '@app/platform/config';

export const domainsConfig = defineConfig('domains', {
  mode: variable(
    'HOT_DOMAIN_MODE',
    choice(['dns', 'none'], 'dns'),
    'dns: whoever sets a DNS record has proved that a domain is theirs; TLS is the business of your proxy. none: no custom domains.',
  ),
  routingTarget: variable(
    'HOT_DOMAIN_ROUTING_TARGET',
    optionalText(),
    'Host name that custom domains are to point to; by default that of HOT_API_URL.',
  ),
  verifyBase: variable(
    'HOT_DOMAIN_VERIFY_BASE',
    text('verify.hot.local'),
    'What the records that prove a domain point below. It needs not exist.',
  ),
  nameServers: variable(
    'HOT_DOMAIN_NAME_SERVERS',
    list(),
    'Name servers that are asked for those records, as address or address:port; by default those of the system.',
  ),
});

export type DomainsConfig = ConfigOf<typeof domainsConfig>;
