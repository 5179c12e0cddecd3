/** Who proves that a domain is somebody's and brings its requests here. */
import { Inject, Injectable } from '@nestjs/common';
import { ownHostsOf, httpConfig, type HttpConfig } from '@app/platform/http';
import { randomBytes } from 'node:crypto';
import { CnameLookup } from './cname-lookup';
import { domainsConfig, type DomainsConfig } from './domains.config';

export interface Validation {
  readonly name: string;
  readonly value: string;
}

/** Every step may be taken twice, by two processes at once. */
export abstract class DomainProvider {
  abstract isConfigured(): boolean;
  /** The record that will prove whose the domain is. */
  abstract requestValidation(domain: string): Promise<Validation>;
  /** Whether the record is there. Trouble in asking is a no. */
  abstract check(validation: Validation): Promise<boolean>;
  /** Where clients of the domain are to be sent. */
  abstract routingTarget(domain: string): string;
  /** Prepares what serves the domain; answers the provider's own name of it. */
  abstract provision(domain: string): Promise<string>;
  /** Whether that is done. */
  abstract isProvisioned(routingRef: string): Promise<boolean>;
  abstract cleanup(domain: string): Promise<void>;
}

/** For those who host themselves: a record in DNS is the proof, their own proxy ends TLS, and nothing has to be made. */
@Injectable()
export class DnsDomainProvider extends DomainProvider {
  private readonly target: string;

  constructor(
    private readonly lookup: CnameLookup,
    @Inject(domainsConfig.token) private readonly config: DomainsConfig,
    @Inject(httpConfig.token) http: HttpConfig,
  ) {
    super();
    this.target =
      config.routingTarget ?? ownHostsOf({ knownHosts: [], apiUrl: http.apiUrl })[0] ?? 'localhost';
  }

  override isConfigured(): boolean {
    return this.config.mode === 'dns';
  }

  override async requestValidation(domain: string): Promise<Validation> {
    return {
      name: `_${randomBytes(8).toString('hex')}.${domain}`,
      value: `_${randomBytes(16).toString('hex')}.${this.config.verifyBase}`,
    };
  }

  override async check({ name, value }: Validation): Promise<boolean> {
    const targets = await this.lookup.targetsOf(name);
    return targets.some((target) => target.toLowerCase().replace(/\.$/, '') === value);
  }

  override routingTarget(): string {
    return this.target;
  }

  override async provision(domain: string): Promise<string> {
    return `dns:${domain}`;
  }

  override async isProvisioned(): Promise<boolean> {
    return true;
  }

  override async cleanup(): Promise<void> {
    // The record is the customer's.
  }
}
