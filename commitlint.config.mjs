/** Conventional titles with the lib as scope; the body says why. Checked by tools/check-commits.mjs. */
export default {
  extends: ['@commitlint/config-conventional'],
  rules: {
    'type-enum': [
      2,
      'always',
      [
        'bench',
        'build',
        'chore',
        'ci',
        'docs',
        'feat',
        'fix',
        'perf',
        'refactor',
        'revert',
        'style',
        'test',
        'wip',
      ],
    ],
    'body-max-line-length': [2, 'always', 120],
    'header-max-length': [2, 'always', 120],
    // Titles may begin with a name: "feat(api): SSE keeps …".
    'subject-case': [0],
  },
};
