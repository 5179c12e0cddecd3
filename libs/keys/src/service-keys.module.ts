import { Module } from '@nestjs/common';
import { CryptoModule } from '@app/platform/crypto';
import { ServiceKeyMetadata } from './service-key-metadata';
import { ServiceKeyRepository } from './service-key.repository';
import { ServiceKeyService } from './service-key.service';

/** Managing service keys. What makes them credentials is KeyCredentialsModule. */
@Module({
  imports: [CryptoModule],
  providers: [ServiceKeyMetadata, ServiceKeyRepository, ServiceKeyService],
  exports: [ServiceKeyMetadata, ServiceKeyRepository, ServiceKeyService],
})
export class ServiceKeysModule {}
