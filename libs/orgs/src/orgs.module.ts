import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EnvEntity } from './env.entity';
import { EnvService } from './env.service';
import { LocalTenantService } from './local-tenant.service';
import { OrgUserEntity } from './org-user.entity';
import { OrgEntity } from './org.entity';
import { OrgRepository } from './org.repository';
import { TenantService } from './tenant.service';
import { UserEntity } from './user.entity';

@Module({
  imports: [TypeOrmModule.forFeature([OrgEntity, EnvEntity, UserEntity, OrgUserEntity])],
  providers: [OrgRepository, EnvService, TenantService, LocalTenantService],
  exports: [EnvService, TenantService, LocalTenantService, OrgRepository],
})
export class OrgsModule {}
