import { Module } from '@nestjs/common';
import { OrgsModule } from '@app/orgs';
import { EnvController } from './env.controller';

@Module({ imports: [OrgsModule], controllers: [EnvController] })
export class OrgsApiModule {}
