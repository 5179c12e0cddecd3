import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { PermissionSet } from '@app/kernel';
import type { KeyData } from './api-key-secret';

@Entity({ name: 'api_key' })
export class ApiKeyEntity {
  @PrimaryColumn('uuid')
  apiKeyId: string;

  @Column('uuid')
  envId: string;

  @Column('text')
  description: string;

  @Column('jsonb')
  keyData: KeyData;

  @Column('jsonb')
  permissions: PermissionSet;

  @Column('boolean', { default: true })
  active: boolean;

  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;

  @Column('uuid')
  createdByUserId: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;

  @Column('uuid', { nullable: true })
  updatedByUserId: string | null;
}
