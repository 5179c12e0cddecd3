import { evalCommand } from '../commands/run.command';
import { testCommand } from '../commands/test.command';
import { Workspace } from '../testing/workspace';
import { withEnvironment } from './environment-config';

describe('settings of hot.hot that the environment names', () => {
  it.each([
    ['a setting of all projects', {}, { HOT_VALUE_FORMAT: 'json' }, { value: { format: 'json' } }],
    ['one with a hyphen', {}, { HOT_TEST_ALLOW_EMPTY: 'true' }, { test: { 'allow-empty': 'true' } }],
    [
      'one of a project, beside what else is said of it',
      { project: { 'my-shop': { src: { paths: ['a'] }, enabled: true } } },
      { HOT_PROJECT_MY_SHOP_ENABLED: 'false' },
      { project: { 'my-shop': { src: { paths: ['a'] }, enabled: 'false' } } },
    ],
    ['nothing of a project that is not there', {}, { HOT_PROJECT_SHOP_ENABLED: 'false' }, {}],
    ['nothing that is no setting', {}, { HOT_DATA_DIR: '/x', HOT_API_KEY: 'k', HOT_VALUE: 'v' }, {}],
    [
      'nothing that is empty',
      { file: { mode: 'direct' } },
      { HOT_FILE_MODE: '' },
      { file: { mode: 'direct' } },
    ],
    ['nothing below a value that is no map', { value: 1 }, { HOT_VALUE_FORMAT: 'json' }, { value: 1 }],
  ])('are %s', (_, settings, env, expected) => {
    expect(withEnvironment(settings, env)).toEqual(expected);
  });

  it('win over the file, and options win over them', async () => {
    const place = await Workspace.make('shop');
    try {
      await place.put('hot.hot', '::hot::conf ns\nhot.value.format "hot"\n');
      await place.put('hot/src/a.hot', '::a ns\nx 1\n');
      place.env = { HOT_VALUE_FORMAT: 'json', HOT_TEST_ALLOW_EMPTY: 'true' };
      await place.call(evalCommand, '{a: 1}');
      await place.call(evalCommand, '{a: 1}', '--value.format', 'hot');
      expect(place.out).toBe('{\n  "a": 1\n}\n{\n  a: 1\n}\n');
      expect(await place.call(testCommand)).toBe(0);
      place.env = { HOT_VALUE_FORMAT: 'xml' };
      expect(await place.call(evalCommand, '1')).toContain('hot.value.format is not what it should be');
    } finally {
      await place.remove();
    }
  });
});
