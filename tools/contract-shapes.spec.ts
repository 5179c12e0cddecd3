import { readFileSync } from 'node:fs';
import { contractShapes, shapesFile, shapesText } from './contract-shapes.mjs';

describe('the shapes of the app’s API', () => {
  it('are those of the contract: after a change there, run `node tools/contract-shapes.mjs`', async () => {
    expect(readFileSync(shapesFile, 'utf8')).toBe(await shapesText());
  }, 60_000);

  it('say what is required, what may be null and where the parts are', () => {
    const shapes = contractShapes() as Readonly<Record<string, object | undefined>>;
    expect(shapes['RunRow']).toMatchObject({
      properties: {
        run_id: { type: 'string' },
        status: { $ref: '#/components/schemas/RunStatusName' },
        build: { anyOf: [{ type: 'null' }, { $ref: '#/components/schemas/BuildRef' }] },
      },
    });
    expect(shapes['Can']).toMatchObject({ required: ['ok'] });
  }, 60_000);
});
