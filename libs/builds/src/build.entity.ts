import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { BuildDefinitions } from './definitions';

export const BUILD_TYPE_IDS = { bundle: 1, live: 2 } as const;
export type BuildType = keyof typeof BUILD_TYPE_IDS;

export const RUNTIME_STATUSES = ['pending', 'loading', 'ready', 'failed', 'superseded'] as const;
export type RuntimeStatus = (typeof RUNTIME_STATUSES)[number];

/** A context variable that the code of a build wants to be set. */
export interface ContextRequirement {
  readonly key: string;
  readonly declaredBy: string;
}

/** What a bundle's manifest demands of the platform. */
export interface BuildRequirements {
  readonly context?: readonly ContextRequirement[];
  /** False: as configured, the project does not serve until somebody starts it. */
  readonly enabled?: boolean;
  /** Nothing else of the environment runs while this one does. */
  readonly onlyApp?: boolean;
}

@Entity({ name: 'build' })
export class BuildEntity {
  @PrimaryColumn('uuid')
  buildId: string;

  @Column('uuid')
  projectId: string;

  /** As the client sent it, lower-cased: SHA-256 of the archive or the bundle's own hash. */
  @Column('text')
  hash: string;

  @Column('text', { name: 'content_sha256' })
  contentSha256: string;

  @Column('bigint')
  size: number;

  @Column('smallint', { default: BUILD_TYPE_IDS.bundle })
  buildTypeId: number;

  /** Whether this is the build whose deployment was asked for last and has not failed. */
  @Column('boolean', { default: false })
  deployed: boolean;

  @Column('boolean', { default: true })
  active: boolean;

  @Column('text', { default: 'pending' })
  runtimeStatus: RuntimeStatus;

  @Column('timestamptz', { nullable: true })
  runtimeReadyAt: Date | null;

  @Column('text', { nullable: true })
  runtimeError: string | null;

  @Column('uuid', { nullable: true })
  loadingIncarnation: string | null;

  @Column('smallint', { default: 0 })
  loadAttempts: number;

  @Column('jsonb', { default: [] })
  loadWarnings: readonly string[];

  @Column('text', { nullable: true })
  inspectionError: string | null;

  @Column('bigint', { default: 0 })
  deploymentSequence: number;

  @Column('text', { nullable: true })
  engineVersion: string | null;

  @Column('text', { nullable: true })
  hotStdVersion: string | null;

  /** Everything that the compiler found; null until the build was loaded. Can be large: left out of lists. */
  @Column('jsonb', { nullable: true, select: false })
  definitions: BuildDefinitions | null;

  @Column('jsonb', { default: {} })
  requirements: BuildRequirements;

  @Column('text', { nullable: true })
  artifactHash: string | null;

  @Column('text', { nullable: true })
  storagePath: string | null;

  @Column('text', { nullable: true })
  storageBackend: 'local' | 's3' | null;

  @Column('uuid')
  createdByUserId: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}
