/** What options do, for the help of commands and the documentation. Of one command under `command option`. */
const WORDS: Readonly<Record<string, string>> = {
  project:
    "which project of `hot.hot`; else `HOT_PROJECT`, `hot.set.project`, the only one, the folder's name",
  conf: 'a further configuration file, read after `hot.hot`; may be given again',
  'src.path': 'a further folder of sources; may be given again',
  'resource.path': 'a further folder of resources; may be given again',
  'no-gitignore': 'take files along that `.gitignore` leaves out',
  'build.dir': 'folder for the bundle instead of `.hot/build`',
  'allow-secret-shape': 'go on although a file holds what looks like a credential',
  'test.path': 'a further folder of tests; may be given again',
  ctx: 'a file that sets context variables, besides `hot/ctx.hot`; may be given again',
  'value.format': '`hot` or `json`: how values are printed',
  quiet: 'say nothing of events, stream data, alerts and schedules',
  'test.capture': '`true` or `false`: whether what tests print is shown with them only',
  'test.allow-empty': '`true`: no tests are no failure',
  'test json': 'the results as one JSON object',
  'with-tests': 'check the tests too',
  'check.format': 'how what was found is printed',
  'check.deny-warnings': 'exit with 1 for warnings too',
  'fmt check': 'only say what is not formatted, and exit with 1',
  'no-wait': 'do not wait until the build serves',
  description: 'what the variable is for',
  patience: 'seconds to wait for counters that are on their way',
  'verify json': 'the findings as JSON',
  org: 'the organization, by its short name',
  env: 'the environment, by its name',
  name: 'how the person is called',
  role: '`admin` or `member`',
  'password-stdin': 'read the password from standard input',
  limit: 'rows, 20 by default',
  offset: 'rows to leave out first',
};

export const optionHelp = (command: string, option: string): string =>
  WORDS[`${command} ${option}`] ?? WORDS[option] ?? '';
