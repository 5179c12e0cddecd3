import { ConfigError, processConfig, type ProcessConfig } from '@app/platform/config';
import { Module } from '@nestjs/common';
import { cryptoConfig, type CryptoConfig } from './crypto.config';
import { Keyring } from './keyring';

/** Secrets at rest. In production a process that imports this does not start without a master key. */
@Module({
  providers: [
    {
      provide: Keyring,
      inject: [processConfig.token, cryptoConfig.token],
      useFactory: keyringOf,
    },
  ],
  exports: [Keyring],
})
export class CryptoModule {}

export function keyringOf({ mode }: Pick<ProcessConfig, 'mode'>, config: CryptoConfig): Keyring {
  const { encryptionKey, previousEncryptionKeys } = config;
  if (encryptionKey === undefined && mode === 'production') {
    throw new ConfigError([
      'HOT_ENCRYPTION_KEY is required in production: 64 hexadecimal digits, for example of `openssl rand -hex 32`',
    ]);
  }
  return new Keyring(encryptionKey ?? null, previousEncryptionKeys);
}
