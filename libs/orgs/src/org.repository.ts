import { Injectable } from '@nestjs/common';
import { newId, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { EnvEntity } from './env.entity';
import { OrgUserEntity, ORG_ROLE_IDS, type OrgRole } from './org-user.entity';
import { OrgEntity } from './org.entity';
import { UserEntity } from './user.entity';

/** Writes and simple reads of organizations, their environments and members. */
@Injectable()
export class OrgRepository {
  constructor(private readonly db: Db) {}

  findEnv({ orgId, envId }: EnvScope): Promise<EnvEntity | null> {
    return this.db.repository(EnvEntity).findOneBy({ orgId, envId });
  }

  /** The organization of that slug, made when there is none. */
  async ensureOrg(slug: string, name: string): Promise<OrgEntity> {
    const orgs = this.db.repository(OrgEntity);
    await orgs
      .createQueryBuilder()
      .insert()
      .values({ orgId: newId(), slug, name })
      .orIgnore()
      .updateEntity(false)
      .execute();
    return orgs.findOneByOrFail({ slug });
  }

  /** The user of that address, made when there is none. */
  async ensureUser(email: string, name: string): Promise<UserEntity> {
    const users = this.db.repository(UserEntity);
    await users
      .createQueryBuilder()
      .insert()
      .values({ userId: newId(), email, name })
      .orIgnore()
      .updateEntity(false)
      .execute();
    return users
      .createQueryBuilder('user')
      .where('lower(user.email) = lower(:email)', { email })
      .getOneOrFail();
  }

  /** The active environment of that name, made when there is none. */
  async ensureEnv(orgId: string, name: string): Promise<EnvEntity> {
    const envs = this.db.repository(EnvEntity);
    await envs
      .createQueryBuilder()
      .insert()
      .values({ envId: newId(), orgId, name })
      .orIgnore()
      .updateEntity(false)
      .execute();
    return envs
      .createQueryBuilder('env')
      .where('env.orgId = :orgId AND lower(env.name) = lower(:name) AND env.active', { orgId, name })
      .getOneOrFail();
  }

  /** Makes the user a member with at least that role. */
  async ensureMember(orgId: string, userId: string, role: OrgRole): Promise<void> {
    await this.db
      .repository(OrgUserEntity)
      .createQueryBuilder()
      .insert()
      .values({ orgUserId: newId(), orgId, userId, orgUserRoleId: ORG_ROLE_IDS[role] })
      .orUpdate(['org_user_role_id'], ['org_id', 'user_id'])
      .updateEntity(false)
      .execute();
  }
}
