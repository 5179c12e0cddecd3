import { Injectable, Logger } from '@nestjs/common';
import { BundleError, readManifest, type Manifest } from '@app/bundle';
import type { BuildRequirements } from './build.entity';
import { ProgramCompiler } from './program-compiler';
import { storableJson, storableText } from './storable-json';

export interface Inspection {
  /** Why the archive can never be deployed; null when it is a bundle. */
  readonly inspectionError: string | null;
  readonly bundleHash: string | null;
  readonly engineVersion: string | null;
  readonly hotStdVersion: string | null;
  readonly requirements: BuildRequirements;
}

/** A first look at an uploaded archive. An archive that is no bundle is kept all the same; it just can't be deployed. */
@Injectable()
export class ArchiveInspector {
  private readonly log = new Logger(ArchiveInspector.name);

  constructor(private readonly compiler: ProgramCompiler) {}

  async inspect(path: string): Promise<Inspection> {
    try {
      return storableJson(found(await readManifest(path, (text) => this.compiler.parseManifest(text))));
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      this.log.log({ event: 'build.not_a_bundle', rule: error.rule });
      return {
        inspectionError: storableText(error.message).slice(0, 512),
        bundleHash: null,
        engineVersion: null,
        hotStdVersion: null,
        requirements: {},
      };
    }
  }
}

function found(manifest: Manifest): Inspection {
  const context = new Map(
    manifest.ctx_requirements.map((need) => [need.key, { key: need.key, declaredBy: need['declared-by'] }]),
  );
  return {
    inspectionError: null,
    bundleHash: manifest.bundle_hash?.toLowerCase() ?? null,
    engineVersion: manifest.engine_version ?? null,
    hotStdVersion: manifest.hot_std_version ?? null,
    requirements: {
      ...(context.size === 0 ? {} : { context: [...context.values()] }),
      ...(manifest.enabled === false ? { enabled: false } : {}),
      ...(manifest.only_app === true ? { onlyApp: true } : {}),
    },
  };
}
