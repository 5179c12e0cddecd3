import { DefaultUrlSerializer } from '@angular/router';
import { returnPath } from '../sign-in/return-path';
import { switchTarget } from './switch-target';

describe('returnPath', () => {
  it('goes back to our own addresses with all their filters', () => {
    expect(returnPath('/o/acme/e/development/runs?status=failed&t=24h')).toBe(
      '/o/acme/e/development/runs?status=failed&t=24h',
    );
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/login',
    '',
    undefined,
  ])('never leaves: %s', (text) => {
    expect(returnPath(text)).toBeNull();
  });
});

describe('switchTarget', () => {
  const to = { org: 'acme', env: 'staging' };
  const target = (url: string) => switchTarget(new DefaultUrlSerializer().parse(url), url, to);

  it('stays on the kind of page and keeps what means the same there', () => {
    expect(target('/o/acme/e/production/runs?status=failed&t=7d&project=shop&cur=abc&q=x')).toEqual({
      commands: ['/o', 'acme', 'e', 'staging', 'runs'],
      queryParams: { status: 'failed', t: '7d' },
    });
  });

  it('goes to the list when the page showed one object', () => {
    expect(target('/o/acme/e/production/runs/0198/hierarchy?sel=call:1')).toEqual({
      commands: ['/o', 'acme', 'e', 'staging', 'runs'],
      queryParams: {},
    });
  });
});
