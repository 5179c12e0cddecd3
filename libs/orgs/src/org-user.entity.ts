import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

export const ORG_ROLE_IDS = { member: 1, admin: 2 } as const;
export type OrgRole = keyof typeof ORG_ROLE_IDS;

@Entity({ name: 'org_user' })
export class OrgUserEntity {
  @PrimaryColumn('uuid')
  orgUserId: string;

  @Column('uuid')
  orgId: string;

  @Column('uuid')
  userId: string;

  @Column('smallint')
  orgUserRoleId: number;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;
}
