import * as seam from '@app/lang';
import * as control from './control';

describe('the layout of the control words', () => {
  it.each([
    'CONTROL_HEADER_WORDS',
    'CONTROL_WORDS_PER_SLOT',
    'CONTROL_STOP',
    'CONTROL_DEADLINE',
    'CONTROL_NOW',
  ] as const)('has %s where the language looks for it', (name) => {
    expect(control[name]).toBe(seam[name]);
  });

  it('has the stop reasons of the language', () => {
    expect(control.STOP_REASONS).toEqual(seam.STOP_REASONS);
  });
});
