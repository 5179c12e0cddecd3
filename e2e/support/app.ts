/** The app's API as a person uses it who has signed in with one click. */
export class AppSession {
  private constructor(
    private readonly origin: string,
    private readonly cookie: string,
    private readonly csrfToken: string,
  ) {}

  static async open(origin: string): Promise<AppSession> {
    const login = await fetch(`${origin}/admin/v1/login/local`, { method: 'POST', headers: { origin } });
    if (login.status !== 200) throw new Error(`Signing in answered ${login.status}: ${await login.text()}`);
    const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';');
    const { data } = (await login.json()) as { data: { csrf_token: string } };
    return new AppSession(origin, cookie, data.csrf_token);
  }

  /** What tells a request to be of this person. */
  get headers(): Readonly<Record<string, string>> {
    return { origin: this.origin, cookie: this.cookie };
  }

  /** Something in the local environment. */
  get<T>(path: string): Promise<T> {
    return this.ask<T>('GET', path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.ask<T>('POST', path, body);
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const url = `${this.origin}/admin/v1/orgs/local/envs/development${path}`;
    const answer = await fetch(url, {
      method,
      headers: {
        origin: this.origin,
        cookie: this.cookie,
        'x-csrf-token': this.csrfToken,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { data: T }).data;
  }
}
