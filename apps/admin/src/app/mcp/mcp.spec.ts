import { clientConfig, keyRequest } from './connect';

describe('connecting a client', () => {
  it('names the server after its service', () => {
    expect(JSON.parse(clientConfig('stock', 'https://api.test/mcp/a/b/stock'))).toEqual({
      mcpServers: {
        stock: {
          type: 'http',
          url: 'https://api.test/mcp/a/b/stock',
          headers: { Authorization: 'Bearer <token>' },
        },
      },
    });
  });

  it('asks for a key that may do nothing else', () => {
    const request = keyRequest('https://api.test', 'stock');
    expect(request).toContain('https://api.test/v1/service-keys');
    expect(request).toContain(`'{"name":"mcp stock","permissions":{"mcp:stock/*":["execute"]}}'`);
  });
});
