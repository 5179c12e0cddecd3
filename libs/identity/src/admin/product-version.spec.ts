import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRODUCT_VERSION } from './product-version';

it('the version that the app shows is the one of the package', () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../../../../package.json'), 'utf8')) as {
    readonly version: string;
  };
  expect(PRODUCT_VERSION).toBe(manifest.version);
});
