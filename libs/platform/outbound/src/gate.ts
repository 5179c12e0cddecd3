/** Decides, before a connection is made, whether and to which addresses. */
import { mayCall, type AddressPolicy } from './address-policy';
import { isPortForHttp, type Destination } from './destination';
import { OutboundError } from './outbound-error';
import type { Resolver } from './resolver';

export class Gate {
  constructor(
    private readonly policy: AddressPolicy,
    private readonly resolver: Resolver,
  ) {}

  /**
   * The addresses to connect to, all of them checked. One that may not be called spoils the name: a name that leads
   * inside and outside is an attempt.
   */
  async admit({ host, isAddress, port }: Destination): Promise<readonly string[]> {
    if (!this.policy.allowPrivate && !isPortForHttp(port))
      throw new OutboundError('denied', `port ${port} is not one for HTTP`);
    return this.addressesOf(host, isAddress);
  }

  /** The same for protocols that are not HTTP: ports are their own business. */
  async addressesOf(host: string, isAddress: boolean): Promise<readonly string[]> {
    const addresses = isAddress ? [host] : await this.resolver.resolve(host);
    if (!addresses.every((address) => this.isAllowed(address)))
      throw new OutboundError('denied', `the address of ${host} is not public`);
    return addresses;
  }

  /** Asked once more when the connection stands: should a way around the first check ever exist, it ends here. */
  isAllowed(address: string): boolean {
    return mayCall(address, this.policy);
  }
}
