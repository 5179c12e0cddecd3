import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EnvEntity } from './env.entity';
import { EnvService } from './env.service';
import { LocalTenantService } from './local-tenant.service';
import { OrgUserEntity } from './org-user.entity';
import { OrgEntity } from './org.entity';
import { OrgRepository } from './org.repository';
import { UserEntity } from './user.entity';

@Module({
  imports: [TypeOrmModule.forFeature([OrgEntity, EnvEntity, UserEntity, OrgUserEntity])],
  providers: [OrgRepository, EnvService, LocalTenantService],
  exports: [EnvService, LocalTenantService, OrgRepository],
})
export class OrgsModule {}
