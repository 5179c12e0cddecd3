import { processConfig, type ProcessConfig } from '@app/platform/config';
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Gate } from './gate';
import { readNetwork } from './ip';
import { OutboundClient } from './outbound-client';
import { outboundConfig, type OutboundConfig } from './outbound.config';
import { CachingResolver, NameServerResolver, SystemResolver } from './resolver';

class ClosingClient extends OutboundClient implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    this.close();
  }
}

/** The process's one way out. Private addresses may be called in development mode only. */
@Module({
  providers: [
    {
      provide: OutboundClient,
      inject: [processConfig.token, outboundConfig.token],
      useFactory: outboundClientOf,
    },
  ],
  exports: [OutboundClient],
})
export class OutboundModule {}

export function outboundClientOf(
  { mode }: Pick<ProcessConfig, 'mode'>,
  { networks }: Pick<OutboundConfig, 'networks'>,
): OutboundClient {
  const allowPrivate = mode === 'development';
  const allowed = networks.flatMap((text) => readNetwork(text) ?? []);
  // Names of private hosts stand in hosts files, which name servers know nothing of.
  const resolver = allowPrivate || allowed.length > 0 ? new SystemResolver() : new NameServerResolver();
  return new ClosingClient(new Gate({ allowPrivate, allowed }, new CachingResolver(resolver)));
}
