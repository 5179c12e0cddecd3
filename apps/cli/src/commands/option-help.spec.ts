import { checkCommand } from './check.command';
import { optionHelp } from './option-help';
import { runCommand } from './run.command';
import { testCommand } from './test.command';
import { userCommand } from './user.command';
import { verifyCommand } from './verify.command';

describe('help of options', () => {
  it.each([checkCommand, runCommand, testCommand, userCommand, verifyCommand])(
    'says what each option of hot $name does',
    ({ name, options }) => {
      expect(Object.keys(options).filter((option) => optionHelp(name, option) === '')).toEqual([]);
    },
  );

  it('tells options of one name apart by their command', () => {
    expect(optionHelp('test', 'json')).not.toBe(optionHelp('verify', 'json'));
  });
});
