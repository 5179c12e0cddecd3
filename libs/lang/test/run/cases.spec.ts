import { caseFiles } from '../support/cases';
import { runCase } from '../support/run-case';

describe.each(caseFiles())('$name', ({ cases }) => {
  it.each(cases)('$title (line $line)', async (one) => {
    expect(await runCase(one)).toEqual([]);
  });
});
