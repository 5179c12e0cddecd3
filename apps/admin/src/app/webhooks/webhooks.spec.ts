import { requestFor } from './request';

describe('a request for a webhook', () => {
  it('carries a body and a type where the method has one', () => {
    expect(requestFor({ method: 'POST', auth: 'none' }, 'https://api.test/webhook/x')).toBe(
      `curl -X POST "https://api.test/webhook/x" \\\n  -H 'Content-Type: application/json' \\\n  -d '{"hello":"world"}'`,
    );
    expect(requestFor({ method: 'GET', auth: 'none' }, 'https://api.test/x')).toBe(
      'curl "https://api.test/x"',
    );
    expect(requestFor({ method: 'DELETE', auth: 'none' }, 'u')).toBe('curl -X DELETE "u"');
  });

  it('leaves room for what is secret', () => {
    expect(requestFor({ method: 'GET', auth: 'required' }, undefined)).toBe(
      'curl "$ADDRESS" \\\n  -H "Authorization: Bearer $TOKEN"',
    );
  });
});
