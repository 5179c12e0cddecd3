import { requirePermission } from '@app/access';
import {
  BadRequestError,
  mapPage,
  newId,
  NotFoundError,
  type EnvScope,
  type Page,
  type Paging,
  type Principal,
} from '@app/kernel';
import { PlanService, UNLIMITED } from '@app/plans';
import { Db } from '@app/platform/database';
import { httpConfig, isKnownHost, ownHostsOf, type HttpConfig } from '@app/platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { normalizeDomain, problemOfDomain } from './domain-name';
import { DomainProvider } from './domain-provider';
import { DomainSteps } from './domain-steps';
import {
  DomainBeingDeletedError,
  DomainExistsError,
  DomainLimitError,
  DomainPlanError,
  DomainsDisabledError,
} from './domain.errors';
import { DomainRepository, type DomainRow } from './domain.repository';
import { toDomainView, type DomainView } from './domain.view';

@Injectable()
export class DomainService {
  private readonly ownHosts: readonly string[];

  constructor(
    private readonly db: Db,
    private readonly domains: DomainRepository,
    private readonly provider: DomainProvider,
    private readonly steps: DomainSteps,
    private readonly plans: PlanService,
    @Inject(httpConfig.token) http: HttpConfig,
  ) {
    this.ownHosts = ownHostsOf(http);
  }

  /** Registers a domain for the principal's environment. Throws the errors of domain.errors.ts and BadRequestError. */
  async create(principal: Principal, name: string): Promise<DomainView> {
    const domain = normalizeDomain(name);
    requirePermission(principal, 'create', `domain:${domain}`);
    if (!this.provider.isConfigured()) throw new DomainsDisabledError();
    const { custom_domains: limit } = (await this.plans.of(principal)).limits;
    if (limit === 0) throw new DomainPlanError();
    const validation = await this.provider.requestValidation(domain);
    const row = await this.db.tx(async () => {
      await this.requireRoom(principal, limit);
      const problem = this.problemOf(domain);
      if (problem !== null) throw new BadRequestError(problem);
      return this.domains.insert(principal, {
        domainId: newId(),
        domain,
        cnameName: validation.name,
        cnameValue: validation.value,
        userId: principal.userId,
      });
    });
    if (row === undefined) throw await this.conflict(domain);
    return toDomainView(row);
  }

  async list(principal: Principal, paging: Paging, like?: string): Promise<Page<DomainView>> {
    requirePermission(principal, 'read', 'domain:*');
    return mapPage(await this.domains.list(principal, paging, like), toDomainView);
  }

  async get(principal: Principal, domainId: string): Promise<DomainView> {
    const row = await this.require(principal, domainId);
    requirePermission(principal, 'read', `domain:${row.domain}`);
    return toDomainView(row);
  }

  /** Looks for the record now. Answers the domain as it is after that; one that is being deleted is not found. */
  async verify(principal: Principal, domainId: string): Promise<DomainView> {
    const row = await this.require(principal, domainId);
    requirePermission(principal, 'update', `domain:${row.domain}`);
    if (row.deleted_at !== null) throw new NotFoundError('Domain');
    if (row.verified_at !== null) return toDomainView(row);
    await this.steps.verify(row);
    const after = await this.require(principal, domainId);
    if (after.deleted_at !== null) throw new NotFoundError('Domain');
    return toDomainView(after);
  }

  /** Requests for the domain are refused from now on; a worker removes the rest. */
  async delete(principal: Principal, domainId: string): Promise<void> {
    const row = await this.require(principal, domainId);
    requirePermission(principal, 'delete', `domain:${row.domain}`);
    await this.domains.markDeleted(principal, domainId);
  }

  /** How many domains the organization has and may have; -1 for as many as it likes. */
  async room(scope: EnvScope): Promise<{ readonly used: number; readonly max: number }> {
    const [used, plan] = [await this.domains.countOfOrg(scope), await this.plans.of(scope)];
    return { used, max: this.provider.isConfigured() ? plan.limits.custom_domains : 0 };
  }

  private async requireRoom(principal: Principal, limit: number): Promise<void> {
    if (limit === UNLIMITED) return;
    await this.domains.takeTurn(principal);
    if ((await this.domains.countOfOrg(principal)) >= limit) throw new DomainLimitError(limit);
  }

  private problemOf(domain: string): string | null {
    return (
      problemOfDomain(domain) ??
      (isKnownHost(domain, this.ownHosts) ? 'This host is the platform’s own' : null)
    );
  }

  private async conflict(domain: string): Promise<Error> {
    const taken = await this.domains.taken(domain);
    return taken?.deleting === true ? new DomainBeingDeletedError() : new DomainExistsError();
  }

  private async require(scope: EnvScope, domainId: string): Promise<DomainRow> {
    const row = await this.domains.find(scope, domainId);
    if (row === undefined) throw new NotFoundError('Domain');
    return row;
  }
}
