/** Last answers by address, newest last. Lets a page that was seen before show itself at once while it asks again. */
const LIMIT = 60;
const answers = new Map<string, unknown>();

export function rememberAnswer(key: string, value: unknown): void {
  answers.delete(key);
  answers.set(key, value);
  if (answers.size > LIMIT) {
    const [oldest] = answers.keys();
    if (oldest !== undefined) answers.delete(oldest);
  }
}

export function recallAnswer<T>(key: string): T | undefined {
  // Written under the same key by the same caller, which is what makes the type right.
  return answers.get(key) as T | undefined;
}

/** On signing in and out: nobody sees what somebody else has seen. */
export function forgetAnswers(): void {
  answers.clear();
}
