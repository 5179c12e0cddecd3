import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

@Entity({ name: 'project' })
export class ProjectEntity {
  @PrimaryColumn('uuid')
  projectId: string;

  @Column('uuid')
  envId: string;

  @Column('text')
  name: string;

  @Column('boolean', { default: true })
  active: boolean;

  @Column('timestamptz', { nullable: true })
  deletedAt: Date | null;

  @Column('bigint', { default: 0 })
  deploymentSequence: number;

  @Column('uuid', { nullable: true })
  servingBuildId: string | null;

  @Column('uuid', { nullable: true })
  lastDeployedBuildId: string | null;

  @Column('uuid')
  createdByUserId: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;

  @Column('uuid', { nullable: true })
  updatedByUserId: string | null;
}
