/** What the pages say about domains. Pure. */
import type { DomainRoom, DomainStatusName } from '@app/contracts';

/** The look of a state: `active` alone would be that of something that goes on. */
export const lookOf = (status: DomainStatusName): string => (status === 'active' ? 'serving' : status);

/** What is wrong with a name while it is typed; empty when nothing is, or too little is there to say. */
export function problemOfName(text: string): string {
  const name = text.trim().toLowerCase();
  if (name === '') return '';
  if (/^[a-z]+:\/\//.test(name)) return 'Only the host name, without https://';
  if (/[/?#]/.test(name)) return 'Only the host name, without a path';
  if (name.includes(':')) return 'Only the host name, without a port';
  if (name.includes('*')) return 'One name at a time: wildcards are not possible';
  if (name.endsWith('.')) return 'Without the dot at the end';
  if (!/^[a-z0-9.-]+$/.test(name)) return 'Letters, digits, hyphens and dots only';
  if (!name.includes('.')) return 'A domain has at least one dot, as in hooks.example.com';
  const fits =
    name.length <= 253 && name.split('.').every((part) => /^(?!-)[a-z0-9-]{1,63}(?<!-)$/.test(part));
  if (!fits) return 'Each part has 1 to 63 characters and begins and ends with a letter or digit';
  return /\.\d+$/.test(name) ? 'An IP address is not a domain' : '';
}

/** A name with one dot is most likely where a whole site lives, and can't be an alias in DNS. */
export const isApex = (text: string): boolean =>
  problemOfName(text) === '' && text.trim().split('.').length === 2;

/** How many more there may be, in words; empty where there is no limit. */
export function roomWords({ used, max }: DomainRoom): string {
  if (max < 0) return '';
  if (max === 0) return 'Custom domains are not part of your plan, or switched off on this installation.';
  return `${used} of ${max} domains of your organization are in use.`;
}

export const hasRoom = ({ used, max }: DomainRoom): boolean => max < 0 || used < max;

export type StepState = 'done' | 'now' | 'later';

export interface Step {
  readonly title: string;
  readonly words: string;
  readonly state: StepState;
}

const REACHED: Readonly<Record<DomainStatusName, number>> = {
  pending_validation: 0,
  validated: 1,
  provisioning: 1,
  active: 3,
  deleting: -1,
};

/** The way of a domain, and where it is on it. */
export function stepsOf(status: DomainStatusName): readonly Step[] {
  const at = REACHED[status];
  const state = (index: number): StepState => (index < at ? 'done' : index === at ? 'now' : 'later');
  return [
    {
      title: 'Prove that it is yours',
      words:
        'Set the first record below. We look for it every minute; DNS may take up to an hour to tell everybody.',
      state: state(0),
    },
    {
      title: 'Get it ready',
      words: 'We prepare to serve it. There is nothing for you to do, and it takes a few seconds.',
      state: state(1),
    },
    {
      title: 'Send traffic',
      words: 'Point the name here with the second record. API calls need a credential of this environment.',
      state: at === 3 ? 'done' : 'later',
    },
  ];
}
