/** The way of a domain from state to state. Every step may be taken by several processes at once, or again. */
import { Injectable, Logger } from '@nestjs/common';
import { DomainProvider } from './domain-provider';
import { stateOf } from './domain-state';
import { DomainRepository, type DomainRow } from './domain.repository';

@Injectable()
export class DomainSteps {
  private readonly log = new Logger(DomainSteps.name);

  constructor(
    private readonly domains: DomainRepository,
    private readonly provider: DomainProvider,
  ) {}

  /** Whether the record that proves the domain was found; then it is validated. */
  async verify(row: DomainRow): Promise<boolean> {
    const { validation_cname_name: name, validation_cname_value: value } = row;
    const found = await this.provider.check({ name, value });
    if (found) await this.domains.markVerified(row.domain_id, this.provider.routingTarget(row.domain));
    else await this.domains.markChecked(row.domain_id, null);
    return found;
  }

  /**
   * Takes the next step of an open domain; what fails is told on the domain and tried again. Answers whether the domain
   * has moved on.
   */
  async advance(row: DomainRow): Promise<boolean> {
    try {
      return await this.step(row);
    } catch (error) {
      this.log.warn({ event: 'domain.step_failed', domainId: row.domain_id, error: String(error) });
      // When the database is away the step is tried again anyway.
      await this.domains
        .markChecked(row.domain_id, 'The last step failed and is tried again')
        .catch(() => undefined);
      return false;
    }
  }

  private async step(row: DomainRow): Promise<boolean> {
    const { domain_id: id } = row;
    const state = stateOf(row);
    switch (state) {
      case 'deleting':
        await this.provider.cleanup(row.domain);
        await this.domains.remove(id);
        return true;
      case 'pending_validation':
        return this.verify(row);
      case 'validated':
        await this.domains.markProvisioning(id, await this.provider.provision(row.domain));
        return true;
      case 'provisioning': {
        const done = await this.provider.isProvisioned(row.routing_ref ?? '');
        if (done) await this.domains.markActive(id);
        return done;
      }
      case 'active':
        return false;
    }
  }
}
