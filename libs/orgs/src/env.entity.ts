import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

@Entity({ name: 'env' })
export class EnvEntity {
  @PrimaryColumn('uuid')
  envId: string;

  @Column('uuid')
  orgId: string;

  @Column('text')
  name: string;

  /** Grows with every change of what serves; caches of routing carry it in their key. */
  @Column('bigint', { default: 0 })
  runtimeRevision: number;

  @Column('boolean', { default: true })
  active: boolean;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
