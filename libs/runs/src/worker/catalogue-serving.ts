import { ServingCatalogue, type ServingHandler } from '@app/builds';
import { Injectable, Optional } from '@nestjs/common';
import {
  RunContexts,
  Serving,
  type EnvFacts,
  type FunctionTarget,
  type RunContext,
  type RunTarget,
  type Soon,
} from '../serving.port';

const NO_CONTEXT: RunContext = { json: '{"values":{},"secretKeys":[]}', missing: [] };

/** What serves, from the catalogue of deployed builds. */
@Injectable()
export class CatalogueServing extends Serving {
  constructor(
    private readonly catalogue: ServingCatalogue,
    @Optional() private readonly contexts?: RunContexts,
  ) {
    super();
  }

  override handlersOf(envId: string, eventType: string): Soon<readonly ServingHandler[]> {
    return this.catalogue.handlersOf(envId, eventType);
  }

  override handler(envId: string, projectId: string, handlerKey: string): Soon<ServingHandler | null> {
    return this.catalogue.handler(envId, projectId, handlerKey);
  }

  override findFunction(
    envId: string,
    name: string,
    where: { readonly buildId: string | null; readonly projectId: string | null },
  ): Soon<FunctionTarget | null> {
    return this.catalogue.findFunction(envId, name, where);
  }

  override handlersInBuild(
    envId: string,
    buildId: string,
    eventType: string,
  ): Soon<readonly ServingHandler[]> {
    return this.catalogue.handlersInBuild(envId, buildId, eventType);
  }

  override projectNames(envId: string): Soon<readonly string[]> {
    return this.catalogue.projectNames(envId);
  }

  override isDeploying(envId: string): Promise<boolean> {
    return this.catalogue.isDeploying(envId);
  }

  override env(envId: string): Soon<EnvFacts | null> {
    return this.catalogue.facts(envId);
  }

  override artifact(target: RunTarget): Promise<Buffer> {
    return this.catalogue.artifact(target);
  }

  override contextOf(target: RunTarget): Soon<RunContext> {
    return this.contexts?.contextOf(target) ?? NO_CONTEXT;
  }
}
