import { normalizeDomain, problemOfDomain } from './domain-name';

const label = (length: number): string => 'a'.repeat(length);

describe('the name of a domain', () => {
  it.each([
    'a.b',
    'hooks.bluekite.example',
    'xn--bcher-kva.example',
    '1.2.example',
    'a-b.c-d.example',
    `${label(63)}.example`,
    [label(63), label(63), label(63), label(61)].join('.'),
  ])('may be %p', (domain) => {
    expect(problemOfDomain(domain)).toBeNull();
  });

  it.each([
    '',
    'localhost',
    'example.com.',
    '.example.com',
    'a..b',
    '-a.example',
    'a-.example',
    'a_b.example',
    '*.example.com',
    'https://a.example',
    'a.example:443',
    'a.example/x',
    'a b.example',
    'bücher.example',
    '1.2.3.4',
    'a.1',
    `${label(64)}.example`,
    [label(63), label(63), label(63), label(62)].join('.'),
    'a.example\n',
    'A.example',
  ])('may not be %p', (domain) => {
    expect(problemOfDomain(domain)).not.toBeNull();
  });

  it('is compared in lower case and without white space around it', () => {
    expect(normalizeDomain('  Hooks.Bluekite.Example ')).toBe('hooks.bluekite.example');
  });
});
