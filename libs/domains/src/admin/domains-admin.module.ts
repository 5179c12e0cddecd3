import { DomainsModule } from '@app/domains';
import { Module } from '@nestjs/common';
import { DomainsAdminController } from './domains.controller';

@Module({ imports: [DomainsModule], controllers: [DomainsAdminController] })
export class DomainsAdminModule {}
